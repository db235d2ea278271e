public import ShortlistTensors

/// Values counted in buckets of equal width between the smallest and the largest, as `tf.summary.histogram`
/// counts them.
///
/// Values that are all the same make empty buckets without width and a last one that holds them all; no values
/// make buckets of zeros. NaN and infinities are left out (TensorFlow's histogram becomes NaN as a whole).
public struct Histogram: Sendable, Equatable {
  /// The edges from left to right: one more than buckets.
  public let edges: [Double]
  /// The number of values from an edge up to the next; the largest value is in the last bucket.
  public let counts: [Int]

  /// - Parameters:
  ///   - values: counted one by one, whatever their rows.
  ///   - buckets: how many.
  /// - Precondition: there is a bucket.
  public init(of values: Matrix, buckets: Int = 30) {
    precondition(buckets >= 1, "a histogram of \(buckets) buckets")
    let chunks = Self.chunks(of: values.count)
    let ranges = Parallel.map(chunks.count) { Self.range(of: values, in: chunks[$0]) }
    guard let low = ranges.compactMap({ $0?.lowerBound }).min(),
      let high = ranges.compactMap({ $0?.upperBound }).max()
    else {
      edges = Array(repeating: 0, count: buckets + 1)
      counts = Array(repeating: 0, count: buckets)
      return
    }
    let (first, last) = (Double(low), Double(high))
    let width = (last - first) / Double(buckets)
    edges = (0..<buckets).map { first + width * Double($0) } + [last]
    let parts = Parallel.map(chunks.count) { chunk in
      var counts = [Int](repeating: 0, count: buckets)
      let all = values.values
      for place in chunks[chunk] where all[place].isFinite {
        let bucket = width == 0 ? buckets - 1 : Int((Double(all[place]) - first) / width)
        counts[min(bucket, buckets - 1)] += 1
      }
      return counts
    }
    counts = (0..<buckets).map { bucket in parts.reduce(0) { $0 + $1[bucket] } }
  }

  private static func chunks(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 1 << 17).map { $0..<min(count, $0 + 1 << 17) }
  }

  /// The smallest and the largest finite value.
  private static func range(of values: Matrix, in places: Range<Int>) -> ClosedRange<Float>? {
    let all = values.values
    var (low, high) = (Float.infinity, -Float.infinity)
    for place in places where all[place].isFinite {
      low = min(low, all[place])
      high = max(high, all[place])
    }
    return low <= high ? low...high : nil
  }
}
