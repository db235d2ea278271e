import ShortlistTensors
import ShortlistTesting
import Testing

@testable import ShortlistIndex

@Suite("The choice of an index")
struct IndexChoiceTests {
  @Test("Few vectors are searched exactly, and nothing else is tried")
  func few() throws {
    let vectors = IndexContract.randomVectors(200, dimensions: 8, seed: 1)
    let choice = try IndexChoice(over: vectors)
    #expect(choice.index is ExactIndex)
    #expect(choice.trials.map(\.name) == ["exact"] && choice.trials[0].isChosen)
  }

  @Test("The chosen one is the fastest of those that reach the recall")
  func fastest() throws {
    let vectors = clumpedVectors(3000, dimensions: 16, clumps: 50, seed: 1)
    let queries = clumpedVectors(100, dimensions: 16, clumps: 50, seed: 2)
    let choice = try IndexChoice(over: vectors, queries: queries, recall: 0.9)
    #expect(choice.trials.map(\.name) == ["exact", "flat int8", "flat codes", "scann"])
    let chosenOnes = choice.trials.filter(\.isChosen)
    #expect(chosenOnes.count == 1)
    let chosen = try #require(chosenOnes.first)
    #expect(chosen.measurements.recall >= 0.89 && chosen.measurements.queries == 50)
    #expect(
      choice.trials.allSatisfy {
        $0.measurements.microseconds >= chosen.measurements.microseconds
          || $0.measurements.recall < 0.89
      })
    #expect(choice.index.isExact == (chosen.name == "exact"))
    #expect("\(choice)".contains("* \(chosen.name): recall@10"))
  }

  @Test("Tuning reaches the recall it is asked for, and goes deeper for more")
  func tuning() throws {
    let vectors = clumpedVectors(5000, dimensions: 16, clumps: 40, seed: 1)
    let queries = clumpedVectors(200, dimensions: 16, clumps: 40, seed: 2)
    let exact = try ExactIndex(vectors)
    let index = try ScaNNIndex(vectors)
    for recall in [0.6, 0.9, 0.99] {
      let tuned = try index.tuned(to: queries, recall: recall, against: exact)
      let measured = try #require(tuned.measurements)
      #expect(measured.recall > recall - 0.03 && measured.k == 10)
    }
    let perfect = try index.tuned(to: queries, recall: 1, against: exact)
    #expect((perfect.measurements?.recall ?? 0) > 0.995)
  }

  @Test("An explicit depth is measured as it is")
  func explicit() throws {
    let vectors = clumpedVectors(5000, dimensions: 16, clumps: 40, seed: 1)
    var configuration = ScaNNIndex.Configuration()
    (configuration.leavesToSearch, configuration.reordering) = (3, 17)
    let choice = try IndexChoice(over: vectors, kind: .scann, configuration: configuration)
    let index = try #require(choice.index as? ScaNNIndex)
    #expect(index.configuration.leavesToSearch == 3 && index.configuration.reordering == 17)
    #expect(choice.trials.map(\.name) == ["exact", "scann"] && choice.trials[1].isChosen)
  }

  @Test("Wrong questions are refused")
  func wrong() throws {
    let vectors = IndexContract.randomVectors(50, dimensions: 4, seed: 1)
    for recall in [0, -1, 1.01, .nan] {
      #expect(throws: IndexError.self) { _ = try IndexChoice(over: vectors, recall: recall) }
    }
    #expect(throws: IndexError.self) { _ = try IndexChoice(over: vectors, k: 0) }
    #expect(throws: IndexError.self) {
      _ = try IndexChoice(over: vectors, queries: Matrix(rows: 4, columns: 5))
    }
  }
}
