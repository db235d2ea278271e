import Foundation
import Shortlist
import ShortlistIndex
import ShortlistTensorFlow
import ShortlistTensors

/// A retriever with a ScaNN index over vectors in clusters, and what should be found in it.
struct SampleScaNN: Sendable {
  let name: String
  let dimensions: Int
  let similarity: Similarity
  let configuration: ScaNNIndex.Configuration
  let items: Int

  private static let users = (0..<40).map { "user \($0)" }

  init(
    _ name: String, items: Int = 4000, dimensions: Int = 24,
    similarity: Similarity = .innerProduct,
    _ configure: (inout ScaNNIndex.Configuration) -> Void = { _ in }
  ) {
    self.name = name
    self.items = items
    self.dimensions = dimensions
    self.similarity = similarity
    var configuration = ScaNNIndex.Configuration()
    configuration.leaves = 40
    configuration.leavesToSearch = 6
    configuration.soarLambda = 0
    configuration.reordering = 100
    configure(&configuration)
    self.configuration = configuration
  }

  static let all = [
    SampleScaNN("inner product"),
    SampleScaNN("cosine", similarity: .cosine),
    SampleScaNN("euclidean", similarity: .euclidean),
    SampleScaNN("one leaf", dimensions: 16) { $0.leaves = 1 },
    SampleScaNN("SOAR", dimensions: 32) { ($0.soarLambda, $0.leavesToSearch) = (1.5, 3) },
    SampleScaNN("an odd dimension", dimensions: 25),
    SampleScaNN("wide blocks", dimensions: 22) { $0.dimensionsPerBlock = 4 },
    SampleScaNN("a block wider than the vectors", dimensions: 3) {
      ($0.dimensionsPerBlock, $0.leaves, $0.reordering) = (8, 1, 400)
    },
    SampleScaNN("reordering by int8") { $0.precision = .int8 },
    SampleScaNN("reordering by bfloat16") { $0.precision = .bfloat16 },
    SampleScaNN("distances by int8", similarity: .euclidean) {
      $0.precision = .int8
    },
    SampleScaNN("leaves of int8") { $0.scoring = .int8 },
    SampleScaNN("int8 throughout") {
      ($0.scoring, $0.precision) = (.int8, .int8)
    },
    SampleScaNN("bfloat16 throughout") {
      ($0.scoring, $0.precision) = (.bfloat16, .bfloat16)
    },
    SampleScaNN("one leaf of int8", dimensions: 16) {
      ($0.leaves, $0.scoring, $0.precision) = (1, .int8, .int8)
    },
    SampleScaNN("one leaf of bfloat16", dimensions: 16) {
      ($0.leaves, $0.scoring, $0.precision) = (1, .bfloat16, .bfloat16)
    },
    SampleScaNN("one item", items: 1, dimensions: 1),
    SampleScaNN("leaves of one item", items: 3, similarity: .cosine) { $0.soarLambda = 1 },
  ]

  /// What scann rounds vectors to.
  private var precision: ScaNNIndex.Precision {
    let isBruteForce = configuration.leaves == 1 && configuration.scoring != .codes
    return isBruteForce && configuration.precision == .int8 ? .exact : configuration.precision
  }

  /// What a script is told.
  private struct Expectation: Encodable {
    var name: String
    var similarity: String
    var dimensions: Int
    var precision: ScaNNIndex.Precision
    var queries: [String]
    /// The file of the vectors.
    var vectors: String
    /// The best scores that there are.
    var best: [[Float]]
    /// What Swift's index finds.
    var found: [[String]]
    var columnScale: Float
    var leaves: Int
    var leavesToSearch: Int
    var reordering: Int
  }

  func retriever() throws -> Retriever {
    var random = RandomStream(seed: 5)
    func normal(_ rows: Int, around centres: Matrix? = nil) -> Matrix {
      var matrix = Matrix(rows: rows, columns: dimensions)
      for row in 0..<rows {
        let centre = centres.map { random.below($0.rows) }
        for column in 0..<dimensions {
          matrix[row, column] = random.normal()
          if let centres, let centre {
            matrix[row, column] = centres[centre, column] + 0.5 * matrix[row, column]
          }
        }
      }
      return matrix
    }
    let vectors = normal(items, around: normal(50))
    let model = TwoTowerModel(
      query: Tower {
        Embedding(
          of: "user", in: Vocabulary(Self.users), dimensions: dimensions,
          initializer: .normal(deviation: 1))
      },
      candidate: Tower { Embedding(of: "item", in: Vocabulary(["0"]), dimensions: dimensions) },
      task: Retrieval(), seed: 3)
    return Retriever(
      model,
      index: try ScaNNIndex(vectors, configuration: configuration, similarity: similarity),
      over: Catalogue(
        identifiers: (0..<items).map { "\($0)" }, identifiedBy: "item", embeddings: vectors))
  }

  /// Writes a SavedModel and, beside it, what it should answer: the paths of both.
  func export(_ retriever: Retriever, to folder: URL) throws -> [String] {
    let model = try retriever.exportSavedModel(
      to: folder.path(), options: SavedModelOptions(index: .scann))
    let vectors = retriever.catalogue.embeddings
    let file = folder.path() + ".vectors"
    var writer = try FileWriter(creating: URL(filePath: file))
    try writer.write(vectors)
    try writer.finish()
    let queries = try Dataset([(name: "user", column: .strings(StringColumn(Self.users)))])
    let exact = Retriever(
      retriever.model, index: try ExactIndex(vectors, similarity: similarity),
      over: retriever.catalogue)
    guard let index = retriever.index as? ScaNNIndex else { return [] }
    let rows = try ScaNNIndex.ByRow(index, over: vectors)
    let expectation = Expectation(
      name: name, similarity: similarity.rawValue, dimensions: dimensions,
      precision: precision, queries: Self.users, vectors: file,
      best: try exact.recommend(10, forEach: queries).map { $0.map(\.score) },
      found: try retriever.recommend(10, forEach: queries).map { $0.map(\.identifier) },
      columnScale: rows.columnScale, leaves: index.configuration.leaves ?? 1,
      leavesToSearch: rows.leavesToSearch, reordering: rows.reordering)
    let path = folder.path() + ".json"
    try JSONEncoder().encode(expectation).write(to: URL(filePath: path))
    return [model.path(), path]
  }
}
