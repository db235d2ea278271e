import ShortlistData
import ShortlistIndex
import ShortlistModels
import ShortlistTensors
import ShortlistTesting
import ShortlistTraining
import Testing

/// FactorizedTopK of TensorFlow Recommenders on fixed vectors.
private struct MetricGolden: Decodable {
  var byIdentifier: Bool
  var queries: GoldenMatrix
  var candidates: GoldenMatrix
  var trueCandidates: [Int]
  var weights: [Float]?
  var results: [String: Double]

  var catalogue: Catalogue {
    Catalogue(
      identifiers: (0..<candidates.matrix.rows).map { "\($0)" }, identifiedBy: "item",
      embeddings: candidates.matrix)
  }

  func accuracy(_ metric: FactorizedTopK) throws -> TopKAccuracy {
    try metric.accuracy(
      queries: queries.matrix, queryOfExample: (0..<Int32(queries.matrix.rows)).map { $0 },
      items: StringColumn(trueCandidates.map { "\($0)" }), weights: weights)
  }
}

/// An index that is right and says that it may not be.
private struct InexactIndex: VectorIndex {
  let exact: ExactIndex
  var count: Int { exact.count }
  var dimensions: Int { exact.dimensions }
  var isExact: Bool { false }
  func nearest(_ k: Int, to query: Span<Float>, where filter: RowFilter) throws -> [Neighbor] {
    try exact.nearest(k, to: query, where: filter)
  }
  func nearest(_ k: Int, to queries: Matrix, where filters: [RowFilter]) throws -> [[Neighbor]] {
    try exact.nearest(k, to: queries, where: filters)
  }
}

private func catalogue(_ embeddings: Matrix) -> Catalogue {
  Catalogue(
    identifiers: (0..<embeddings.rows).map { "\($0)" }, identifiedBy: "item",
    embeddings: embeddings)
}

private func integers(_ rows: Int, _ columns: Int, below bound: Int = 17, seed: UInt64) -> Matrix {
  var random = RandomStream(seed: seed)
  let values = (0..<rows * columns).map { _ in Float(random.below(bound) - bound / 2) }
  return Matrix(rows: rows, columns: columns, values: values)
}

/// The rank by plain loops: ties count against the model.
private func rank(
  of truth: Int, query: [[Float]], in candidates: Matrix, except masked: Set<Int> = []
) -> Int? {
  guard !masked.contains(truth) else { return nil }
  func score(_ row: Int) -> Float {
    query.map { vector in
      (0..<candidates.columns).reduce(Float(0)) { $0 + vector[$1] * candidates[row, $1] }
    }.max() ?? 0
  }
  let own = score(truth)
  return 1
    + (0..<candidates.rows).count { $0 != truth && !masked.contains($0) && score($0) >= own }
}

@Suite("Top-k accuracy")
struct MetricTests {
  @Test("Equals TensorFlow Recommenders", arguments: goldens.names(in: "metrics"))
  func equalsGolden(name: String) throws {
    let golden = try goldens.load(MetricGolden.self, "metrics/" + name)
    let catalogue = golden.catalogue
    let index = try ExactIndex(catalogue.embeddings)
    var metrics = [
      try FactorizedTopK(
        among: catalogue, searching: InexactIndex(exact: index), by: .identifiers),
      try FactorizedTopK(among: catalogue, searching: index, by: .identifiers),
      try FactorizedTopK(among: catalogue, searching: index, by: .scores),
    ]
    metrics.append(FactorizedTopK(among: catalogue))
    for metric in metrics {
      let own = try golden.accuracy(metric)
      for k in FactorizedTopK.standardKs {
        let expected = try #require(golden.results["top_\(k)"])
        #expect(abs(own[k: k] - expected) < 1e-6, "top-\(k): \(own[k: k]), TFRS's is \(expected)")
      }
    }
  }

  @Test("There are goldens with and without weights, by scores and by identifiers")
  func goldensExist() {
    #expect(goldens.names(in: "metrics").count >= 4)
  }

  @Test("Scores of an inexact index are refused, with the reason and the mend")
  func refusesInexact() throws {
    let catalogue = catalogue(integers(20, 3, seed: 1))
    let index = InexactIndex(exact: try ExactIndex(catalogue.embeddings))
    let error = #expect(throws: TrainingError.self) {
      try FactorizedTopK(among: catalogue, searching: index, by: .scores)
    }
    #expect(error?.code == .inexactIndex)
    #expect(error?.message.contains("identifiers") == true)
    #expect(error?.message.contains("ExactIndex") == true)
    let other = try ExactIndex(integers(19, 3, seed: 1))
    let unfit = #expect(throws: TrainingError.self) {
      try FactorizedTopK(among: catalogue, searching: other, by: .identifiers)
    }
    #expect(unfit?.code == .unfitIndex)
  }

  @Test("Ties count against the model: one that knows nothing scores 0, not 1")
  func tiesCountAgainst() throws {
    let catalogue = catalogue(Matrix(rows: 50, columns: 4))
    let queries = integers(10, 4, seed: 1)
    let items = StringColumn((0..<10).map { "\($0 * 5)" })
    func accuracy(_ metric: FactorizedTopK) throws -> TopKAccuracy {
      try metric.accuracy(
        queries: queries, queryOfExample: (0..<10).map { $0 }, items: items)
    }
    let ks = [1, 10, 49, 50]
    let all = try accuracy(FactorizedTopK(ks, among: catalogue))
    #expect(ks.map { all[k: $0] } == [0, 0, 0, 1])
    let index = try ExactIndex(catalogue.embeddings)
    let scores = try accuracy(
      FactorizedTopK(ks, among: catalogue, searching: index, by: .scores))
    #expect(scores == all)
    // An index orders ties by row: of rows 0, 5, ... 45 the first k hold some.
    let identifiers = try accuracy(
      FactorizedTopK(ks, among: catalogue, searching: index, by: .identifiers))
    #expect(ks.map { identifiers[k: $0] } == [0.1, 0.2, 1, 1])
  }

  @Test("An item that is not in the catalogue is a miss, and an example without weight none")
  func unknownItems() throws {
    let catalogue = catalogue(Matrix(rows: 2, columns: 1, values: [1, 2]))
    let metric = FactorizedTopK([1, 2], among: catalogue)
    let query = Matrix(rows: 1, columns: 1, values: [1])
    let found = try metric.accuracy(
      queries: query, queryOfExample: [0, 0, 0], items: ["1", "nothing", "0"])
    #expect(found[k: 1] == 1.0 / 3 && found[k: 2] == 2.0 / 3)
    let weighted = try metric.accuracy(
      queries: query, queryOfExample: [0, 0, 0], items: ["1", "nothing", "0"], weights: [3, 0, 1])
    #expect(weighted[k: 1] == 0.75 && weighted[k: 2] == 1 && weighted.weight == 4)
    let empty = try metric.accuracy(queries: query, queryOfExample: [], items: [])
    #expect(empty[k: 1] == 0)
  }

  @Test("A score that is not a number is a miss, not the best")
  func notANumber() throws {
    let catalogue = catalogue(Matrix(rows: 3, columns: 1, values: [1, .nan, 3]))
    let metric = FactorizedTopK([1, 3], among: catalogue)
    let found = try metric.accuracy(
      queries: Matrix(rows: 1, columns: 1, values: [1]), queryOfExample: [0], items: ["1"])
    #expect(found[k: 1] == 0 && found[k: 3] == 0)
  }

  @Test("Ranks equal plain loops, with one vector a query and with several", arguments: [1, 2, 3])
  func severalVectors(vectors: Int) throws {
    // Few values: nearly every rank has ties.
    let candidates = integers(200, 3, below: 5, seed: 1)
    let queries = integers(40, 3 * vectors, below: 5, seed: 2)
    let truths = (0..<120).map { $0 * 7 % 200 }
    let queryOf = (0..<120).map { Int32($0 % 40) }
    let ks = [1, 3, 10, 50, 200]
    var expected = [Double](repeating: 0, count: ks.count)
    for (truth, query) in zip(truths, queryOf) {
      let heads = (0..<vectors).map { head in (0..<3).map { queries[Int(query), head * 3 + $0] } }
      let place = try #require(rank(of: truth, query: heads, in: candidates))
      for (index, k) in ks.enumerated() where place <= k { expected[index] += 1 / 120.0 }
    }
    let catalogue = catalogue(candidates)
    let index = try ExactIndex(candidates)
    for metric in [
      FactorizedTopK(ks, among: catalogue),
      try FactorizedTopK(ks, among: catalogue, searching: index, by: .scores),
    ] {
      let own = try metric.accuracy(
        queries: queries, vectors: vectors, queryOfExample: queryOf,
        items: StringColumn(truths.map { "\($0)" }))
      for (place, k) in ks.enumerated() { #expect(abs(own[k: k] - expected[place]) < 1e-9) }
    }
  }

  @Test(
    "A catalogue of several blocks is ranked like one", arguments: [16_383, 16_384, 16_385, 40_000])
  func largeCatalogue(count: Int) throws {
    let candidates = integers(count, 2, below: 2001, seed: 3)
    let queries = integers(5, 2, below: 2001, seed: 4)
    let truths = [0, 16_383 % count, count - 1, count / 2, 77]
    let ks = [1, 100, 1000, 5000, 20_000, count]
    let own = try FactorizedTopK(ks, among: catalogue(candidates)).accuracy(
      queries: queries, queryOfExample: [0, 1, 2, 3, 4],
      items: StringColumn(truths.map { "\($0)" }))
    var expected = [Double](repeating: 0, count: ks.count)
    for (query, truth) in truths.enumerated() {
      let vector = [queries[query, 0], queries[query, 1]]
      let place = try #require(rank(of: truth, query: [vector], in: candidates))
      for (index, k) in ks.enumerated() where place <= k { expected[index] += 0.2 }
    }
    for (place, k) in ks.enumerated() { #expect(abs(own[k: k] - expected[place]) < 1e-9, "\(k)") }
    #expect(own[k: count] == 1)
  }
}

@Suite("Evaluation")
struct EvaluationTests {
  /// A model of one dimension whose items score as given, for every user.
  private func model(_ scores: [Float]) -> TwoTowerModel {
    let items = Vocabulary(scores.indices.map { "\($0)" })
    var model = TwoTowerModel(
      query: Tower { Embedding(of: "user", in: Vocabulary(["ada", "bob"]), dimensions: 1) },
      candidate: Tower { Embedding(of: "item", in: items, dimensions: 1) }, seed: 1)
    model.parameters["query/user/embedding"] = Matrix(rows: 3, columns: 1, values: [1, 1, 1])
    model.parameters["candidate/item/embedding"] = Matrix(
      rows: scores.count + 1, columns: 1, values: [-100] + scores)
    return model
  }

  private func table(_ rows: [(String, String)]) throws -> Dataset {
    try Dataset([
      ("user", .strings(StringColumn(rows.map(\.0)))),
      ("item", .strings(StringColumn(rows.map(\.1)))),
    ])
  }

  @Test("Masking and the popularity baseline, by hand")
  func byHand() throws {
    let model = model([5, 4, 3, 2, 1])
    let items = try Dataset([("item", .strings(["0", "1", "2", "3", "4"]))])
    let catalogue = try model.embedCandidates(items, identifiedBy: "item")
    // Counts: 0 twice, 3 three times, 4 once, "gone" once; ada saw 0 and 3, bob 0, 3 and 4.
    let train = try table([
      ("ada", "0"), ("ada", "3"), ("ada", "3"), ("bob", "0"), ("bob", "3"), ("bob", "4"),
      ("bob", "gone"),
    ])
    let history = try InteractionHistory(train, user: "user", item: "item")
    let test = try table([
      ("ada", "1"),  // model: raw rank 2, masked 1; popularity: raw 3 + tie with 2 = 5, masked 3
      ("ada", "0"),  // model: raw 1, masked a miss; popularity: raw 2, masked a miss
      ("bob", "2"),  // model: raw 3, masked 2; popularity: raw 5, masked 2 (tie with 1)
      ("eve", "4"),  // model: raw 5, masked 5; popularity: raw 3, masked 3
      ("bob", "gone"),
    ])
    let index = try ExactIndex(catalogue.embeddings)
    for metric in [
      FactorizedTopK([1, 2, 3, 5], among: catalogue),
      try FactorizedTopK([1, 2, 3, 5], among: catalogue, searching: index, by: .scores),
      try FactorizedTopK([1, 2, 3, 5], among: catalogue, searching: index, by: .identifiers),
    ] {
      let report = try model.evaluate(metric, on: test, history: history)
      let masked = try #require(report.masked)
      let popularity = try #require(report.popularity)
      func values(_ accuracy: TopKAccuracy) -> [Double] {
        accuracy.ks.map { (accuracy[k: $0] * 5).rounded() }
      }
      #expect(values(report.raw) == [1, 2, 3, 4])
      #expect(values(masked) == [1, 2, 2, 3])
      #expect(values(popularity.raw) == [0, 1, 2, 4])
      #expect(values(popularity.masked) == [0, 1, 3, 3])
      #expect(report.examples == 5 && report.unknownItems == 1 && report.unknownUsers == 1)
      #expect(report[topK: 2] == 0.4)
      #expect(report.description.contains("popularity, unseen items"))
      #expect(report.warnings.count == 2)
    }
    let raw = try model.evaluate(FactorizedTopK([1], among: catalogue), on: test)
    #expect(raw.masked == nil && raw.popularity == nil && raw.unknownUsers == nil)
  }

  @Test("A model that is worse than popularity is called so")
  func worseThanPopularity() throws {
    let model = model([1, 2, 3])
    let items = try Dataset([("item", .strings(["0", "1", "2"]))])
    let catalogue = try model.embedCandidates(items, identifiedBy: "item")
    let history = try InteractionHistory(
      table([("bob", "0"), ("bob", "0")]), user: "user", item: "item")
    let report = try model.evaluate(
      FactorizedTopK([1], among: catalogue), on: table([("ada", "0")]), history: history)
    #expect(report.warnings.contains { $0.contains("worse than recommending the most popular") })
  }

  @Test("Weights of any kind and a repeated k end in a report, not in a crash")
  func oddWeights() throws {
    let model = model([1, 2])
    let items = try Dataset([("item", .strings(["0", "1"]))])
    let catalogue = try model.embedCandidates(items, identifiedBy: "item")
    for weights: [Float] in [[.nan, 1], [.infinity, 1], [-1, 0.5], [0, 0]] {
      let test = try table([("ada", "1"), ("bob", "0")]).appending("w", .floats(weights))
      let metric = FactorizedTopK([1, 1, 2], among: catalogue, weightedBy: "w")
      let report = try model.evaluate(metric, on: test)
      #expect(report.description.contains("top-1"))
      #expect(report.raw.byName.count == 2)
    }
  }

  @Test("A test set without a needed column is an error that names it")
  func missingColumn() throws {
    let model = model([1, 2])
    let items = try Dataset([("item", .strings(["0", "1"]))])
    let catalogue = try model.embedCandidates(items, identifiedBy: "item")
    let error = #expect(throws: DataError.self) {
      try model.evaluate(FactorizedTopK([1], among: catalogue), on: items)
    }
    #expect(error?.message.contains("user") == true)
  }
}
