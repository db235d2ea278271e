import ShortlistArtifacts
import ShortlistData
import ShortlistIndex
import ShortlistModels
import ShortlistTensors

/// Puts a model of our own together from what was understood of another.
struct ImportedParts {
  private let file: SavedModelFile
  private var parameters = Parameters()

  init(_ file: SavedModelFile) { self.file = file }

  /// The query tower; its parameters are noted.
  mutating func tower(
    _ imported: ImportedTower, naming names: [String: String], _ reader: inout GraphReader
  ) throws -> Tower {
    var features: [any FeatureEncoder] = []
    for encoder in imported.encoders {
      switch encoder {
      case .embedding(let input, let table, let unknown, let variable):
        let feature = names[input] ?? input
        let vocabulary = try ImportedVocabulary(table: table, of: file, &reader)
        let matrix = try vocabulary.arrange(
          matrix(variable), unknown: unknown, path: file.path)
        let words: Vocabulary
        do {
          words = try Vocabulary(inOrder: vocabulary.words)
        } catch {
          throw TensorFlowError(.damagedFile, path: file.path, message: error.message)
        }
        let embedding = Embedding(
          of: Feature<String>(feature), in: words, dimensions: matrix.columns,
          name: unused(feature, features))
        parameters["query/\(embedding.name)/embedding"] = matrix
        features.append(embedding)
      case .numeric(let input, let mean, let deviation):
        var numeric = Numeric(
          of: Feature<Float>(names[input] ?? input), mean: mean, deviation: deviation)
        numeric.name = unused(numeric.name, features)
        features.append(numeric)
      }
    }
    var layers: [any Layer] = []
    var width = features.reduce(0) { $0 + $1.dimensions }
    for (index, layer) in imported.layers.enumerated() {
      switch layer {
      case .l2Normalize(let epsilon): layers.append(L2Normalize(epsilon: epsilon))
      case .dense(let kernel, let bias, let activation):
        let weights = try matrix(kernel)
        try check(
          weights.rows == width, "a dense layer takes \(weights.rows) numbers, not \(width)")
        width = weights.columns
        parameters["query/layers/\(index)/kernel"] = weights
        if let bias {
          let offset = try matrix(bias)
          try check(
            offset.rows == 1 && offset.columns == width,
            "a bias of \(offset.rows) x \(offset.columns) for \(width) units")
          parameters["query/layers/\(index)/bias"] = offset
        }
        layers.append(
          Dense(width, activation: Activation(activation), usesBias: bias != nil))
      }
    }
    return Tower(features: features, layers: layers)
  }

  /// The retriever over candidates whose vectors are given.
  mutating func retriever(
    query: Tower, candidate: Tower, item: String, words: [String], vectors: Matrix
  ) throws -> Retriever {
    try check(!words.isEmpty, "there are no candidates")
    try check(
      query.dimensions == vectors.columns,
      "queries have \(query.dimensions) dimensions, candidates \(vectors.columns)")
    // Row 0 is that of unknown items, of which another program knows nothing.
    parameters["candidate/\(item)/embedding"] = Matrix(
      stacking: [Matrix(rows: 1, columns: vectors.columns), vectors], columns: vectors.columns)
    if let name = parameters.firstNotFinite {
      throw TensorFlowError(
        .unsupportedModel, path: file.path,
        message: "\(name) holds NaN or infinite values, so nothing can be recommended by it")
    }
    let model = TwoTowerModel(
      query: query, candidate: candidate, task: Retrieval(), weight: nil, parameters: parameters)
    let catalogue = Catalogue(
      identifiers: words, identifiedBy: Feature(item), embeddings: vectors,
      items: try Dataset([(item, .strings(StringColumn(words)))]))
    return Retriever(model, index: try ExactIndex(vectors), over: catalogue)
  }

  private func matrix(_ variable: Int32) throws -> Matrix {
    try file.bundle.matrix(try file.key(ofVariable: variable))
  }

  /// A name for an encoder that no other one has.
  private func unused(_ feature: String, _ features: [any FeatureEncoder]) -> String {
    var name = feature
    while features.contains(where: { $0.name == name }) { name += "_again" }
    return name
  }

  private func check(_ condition: Bool, _ problem: String) throws {
    guard !condition else { return }
    throw TensorFlowError(
      .damagedFile, path: file.path, message: "the model does not fit: \(problem)")
  }
}

extension Activation {
  fileprivate init(_ imported: ImportedTower.Activation?) {
    switch imported {
    case nil: self = .none
    case .relu?: self = .relu
    case .tanh?: self = .tanh
    case .sigmoid?: self = .sigmoid
    }
  }
}
