import ShortlistTensorFlow
import ShortlistTensors
import Testing

@Suite("Histogram")
struct HistogramTests {
  private func histogram(_ values: [Float], buckets: Int = 30) -> Histogram {
    Histogram(of: Matrix(rows: 1, columns: values.count, values: values), buckets: buckets)
  }

  @Test("Buckets are of equal width, an edge belongs to the right, the largest value to the last")
  func buckets() {
    let found = histogram([0, 0.5, 1, 1, 1.5, 2, 3.9, 4], buckets: 4)
    #expect(found.edges == [0, 1, 2, 3, 4])
    #expect(found.counts == [2, 3, 1, 2])
  }

  @Test("Equal values stand in the last bucket, which has no width")
  func constant() {
    let found = histogram([7, 7, 7], buckets: 3)
    #expect(found.edges == [7, 7, 7, 7] && found.counts == [0, 0, 3])
  }

  @Test(
    "No values, or none that is finite, make empty buckets",
    arguments: [[], [Float.nan], [.infinity, -.infinity, .nan]])
  func empty(values: [Float]) {
    let found = histogram(values)
    #expect(found.edges == Array(repeating: 0, count: 31))
    #expect(found.counts == Array(repeating: 0, count: 30))
  }

  @Test("What is not finite is left out")
  func notFinite() {
    #expect(histogram([1, .nan, 2, .infinity, 3]) == histogram([1, 2, 3]))
  }

  @Test("Every value is counted once, on one thread and on many", arguments: [1, 131_072, 300_001])
  func many(count: Int) {
    var random = RandomStream(seed: 5)
    let values = (0..<count).map { _ in random.normal() }
    let found = histogram(values)
    #expect(found.counts.reduce(0, +) == count)
    #expect(Parallel.$threads.withValue(1) { histogram(values) } == found)
  }

  @Test("The widest range of numbers is counted")
  func extremes() {
    let greatest = Float.greatestFiniteMagnitude
    let found = histogram([-greatest, 0, greatest], buckets: 2)
    #expect(found.counts == [1, 2])
    #expect(histogram([0, .leastNonzeroMagnitude], buckets: 2).counts == [1, 1])
  }
}
