package import Foundation
package import Shortlist
import ShortlistArtifacts
package import ShortlistTensorFlow

/// Retrievers with first values of every kind of tower, and queries for them.
package struct SampleRetriever {
  package let name: String
  package let retriever: Retriever
  package let queries: Dataset

  package static let items = 60
  private static let users = Feature<String>("user")
  private static let watched = Feature<[String]>("watched")
  private static let age = Feature<Float>("age")
  private static let title = Feature<String>("title")
  private static let userNames = (1...20).map { "user \($0)" } + ["Zoë", "\"quoted\", \\ 象"]
  private static let titles = (0..<items).map {
    $0 == 7 ? "Amélie – 天使" : "Film \($0) (19\($0 + 30))"
  }

  package static func all() throws -> [SampleRetriever] {
    let unusual = try Vocabulary(inOrder: userNames + ["two\nlines", "\r", ""])
    return [
      try sample("one feature", Tower { user(32) }, dimensions: 32),
      try sample(
        "words with line breaks", Tower { user(8, unusual) }, dimensions: 8),
      try sample(
        "a list alone", Tower { list("watched", .mean, 12) }, dimensions: 12),
      try sample(
        "a number alone",
        Tower {
          Numeric(of: age, mean: 40, deviation: 10)
        } layers: {
          Dense(6)
        },
        dimensions: 6),
      try sample("deep", deep, dimensions: 16),
      try sample(
        "several vectors", Tower { user(24) }, dimensions: 8, task: Retrieval(queryVectors: 3)),
      try sample("unusual names", named, dimensions: 8),
      try sample("cosine", Tower { user(16) }, dimensions: 16, similarity: .cosine),
    ]
  }

  private static func user(
    _ dimensions: Int, _ words: Vocabulary = Vocabulary(userNames)
  ) -> Embedding {
    Embedding(
      of: users, in: words, dimensions: dimensions, initializer: .normal(deviation: 1))
  }

  private static func list(_ name: String, _ pooling: Pooling, _ dimensions: Int) -> Embedding {
    Embedding(
      of: watched, in: Vocabulary(titles), dimensions: dimensions, pooling: pooling,
      initializer: .normal(deviation: 1), name: name)
  }

  private static var deep: Tower {
    Tower {
      user(10)
      list("sum", .sum, 5)
      list("mean", .mean, 6)
      list("root", .squareRoot, 7)
      Numeric(of: age, mean: 40, deviation: 10)
    } layers: {
      Dense(24, activation: .relu)
      Dense(20, activation: .gelu)
      LayerNorm()
      Dropout(0.5)
      Dense(18, activation: .tanh, usesBias: false)
      Dense(16, activation: .sigmoid)
      L2Normalize()
    }
  }

  /// Names that graphs do not take, that become the same in them, and that mean something there.
  private static let unusualNames = [
    "用户", "性别", "film/title", "1st", "call", "k_call", "call_", "b c",
    "queries", "candidates", "identifiers", "signatures", "input_1", "Call",
  ]

  private static var named: Tower {
    Tower(
      features: unusualNames.enumerated().map { place, name in
        Numeric(of: Feature<Float>(name), mean: Float(place), deviation: 10)
      } + [
        Embedding(
          of: Feature<String>("a/b"), in: Vocabulary(userNames), dimensions: 3,
          initializer: .normal(deviation: 1))
      ], layers: [Dense(8)])
  }

  private static func sample(
    _ name: String, _ query: Tower, dimensions: Int, task: Retrieval = Retrieval(),
    similarity: Similarity = .innerProduct
  ) throws -> SampleRetriever {
    SampleRetriever(
      name: name,
      retriever: try of(query, dimensions: dimensions, task: task, similarity: similarity),
      queries: try queries(of: query))
  }

  /// A retriever with a query tower.
  package static func of(
    _ query: Tower, dimensions: Int, task: Retrieval = Retrieval(),
    similarity: Similarity = .innerProduct
  ) throws -> Retriever {
    var model = TwoTowerModel(
      query: query,
      candidate: Tower {
        Embedding(
          of: title, in: Vocabulary(titles), dimensions: dimensions,
          initializer: .normal(deviation: 1))
      }, task: task, seed: 7)
    // Biases, scales and offsets begin as zeros and ones, which would hide where they go.
    var random = RandomStream(seed: 11)
    for name in model.parameters.names where !name.hasSuffix("embedding") {
      model.parameters.update(name) { matrix in
        for row in 0..<matrix.rows {
          for column in 0..<matrix.columns { matrix[row, column] += 0.3 * random.normal() }
        }
      }
    }
    let catalogue = try model.embedCandidates(
      Dataset([("title", .strings(StringColumn(titles)))]), identifiedBy: title)
    let index = try ExactIndex(catalogue.embeddings, similarity: similarity)
    return Retriever(model, index: index, over: catalogue)
  }

  private static func queries(of tower: Tower) throws -> Dataset {
    let names = ["user 3", "Zoë", "\"quoted\", \\ 象", "nobody", "user 20", "two\nlines", "\r"]
    let lists = [
      [titles[7], titles[3]], [], ["unknown"], [titles[1], "unknown", titles[1]], [titles[0]],
      Array(titles[10..<30]), [titles[59]],
    ]
    let ages: [Float] = [31.5, -4, 0, 1e3, 40, 18, 66.25]
    let columns: [(String, AnyColumn)] =
      [
        ("user", .strings(StringColumn(names))), ("watched", .stringLists(ListColumn(lists))),
        ("age", .floats(ages)), ("a/b", .strings(StringColumn(names))),
      ]
      + unusualNames.enumerated().map { place, name in
        (name, .floats(ages.map { $0 + Float(place) }))
      }
    let read = Set(tower.features.map(\.featureName))
    return try Dataset(columns.filter { read.contains($0.0) }.map { (name: $0.0, column: $0.1) })
  }

  // MARK: What should come out

  /// Queries with the right answers, for a script.
  package struct Expectation: Encodable {
    package struct Answer: Encodable {
      package let identifiers: [String]
      package let scores: [Float]

      init(_ found: Recommendations) {
        identifiers = found.map(\.identifier)
        scores = found.map(\.score)
      }
    }
    package var name: String
    package var strings: [String: [String]] = [:]
    package var lists: [String: [[String]]] = [:]
    package var numbers: [String: [Float]] = [:]
    package var k = 10
    package var best: [Answer]
    package var bestOfThree: [Answer]
    package var excluded: [String]
    package var withoutExcluded: [Answer]
    package var embeddings: [[Float]]
  }

  package func expectation() throws -> Expectation {
    let best = try retriever.recommend(10, forEach: queries)
    let excluded = [best[0][0].identifier, best[0][2].identifier, best[1][1].identifier]
    let vectors = try retriever.model.embedQueries(queries)
    var expectation = Expectation(
      name: name, best: best.map { .init($0) },
      bestOfThree: try retriever.recommend(3, forEach: queries).map { .init($0) },
      excluded: excluded + ["no such film"],
      withoutExcluded: try retriever.recommend(10, forEach: queries, excluding: Set(excluded))
        .map { .init($0) },
      embeddings: (0..<vectors.rows).map { row in
        (0..<vectors.columns).map { vectors[row, $0] }
      })
    for name in queries.columnNames {
      switch queries[name: name] {
      case .strings(let column)?: expectation.strings[name] = Array(column)
      case .floats(let values)?: expectation.numbers[name] = values
      case .stringLists(let column)?: expectation.lists[name] = column.map { Array($0) }
      default: break
      }
    }
    return expectation
  }

  /// The same with another index.
  package func indexed(
    _ index: (Matrix, Similarity) throws -> any VectorIndex
  ) throws -> SampleRetriever {
    let retriever = Retriever(
      retriever.model, index: try index(retriever.catalogue.embeddings, retriever.similarity()),
      over: retriever.catalogue)
    return SampleRetriever(name: name, retriever: retriever, queries: queries)
  }

  /// Writes a SavedModel and, beside it, what it should answer: the paths of both.
  package func export(
    to folder: URL, options: SavedModelOptions = .init()
  ) throws -> (model: String, expectation: String) {
    let model = try retriever.exportSavedModel(to: folder.path(), options: options)
    let expectation = folder.path() + ".json"
    try JSONEncoder().encode(try self.expectation()).write(to: URL(filePath: expectation))
    return (model.path(), expectation)
  }
}
