public import ShortlistData
import ShortlistTensors

/// A learned vector for each value of a feature: one row of a table, or several rows pooled for a list.
///
/// Row 0 stands for values that the vocabulary does not know. First values are uniform in
/// [-0.05, 0.05], as in Keras.
///
/// ```swift
/// Embedding(of: .userID, in: users, dimensions: 32)
/// Embedding(of: .movieGenres, in: genres, dimensions: 8, pooling: .mean)
/// ```
public struct Embedding: FeatureEncoder, Hashable {
  public static let typeName = "embedding"

  public var name: String
  public var featureName: String
  public var dimensions: Int
  /// How a list becomes one vector; nil for a feature with one value an example.
  public var pooling: Pooling?
  public var initializer: Initializer
  /// λ of the term λ Σ |row|² over the distinct rows that a batch touches.
  public var weightDecay: Float
  private var words: Vocabulary

  /// An embedding of a feature with one value an example.
  public init(
    of feature: Feature<String>, in vocabulary: Vocabulary, dimensions: Int,
    initializer: Initializer = .uniform(limit: 0.05), weightDecay: Float = 0, name: String? = nil
  ) {
    self.init(
      featureName: feature.name, vocabulary: vocabulary, dimensions: dimensions, pooling: nil,
      initializer: initializer, weightDecay: weightDecay, name: name)
  }

  /// An embedding of a list: the vectors of its elements, pooled.
  public init(
    of feature: Feature<[String]>, in vocabulary: Vocabulary, dimensions: Int,
    pooling: Pooling = .mean, initializer: Initializer = .uniform(limit: 0.05),
    weightDecay: Float = 0, name: String? = nil
  ) {
    self.init(
      featureName: feature.name, vocabulary: vocabulary, dimensions: dimensions, pooling: pooling,
      initializer: initializer, weightDecay: weightDecay, name: name)
  }

  private init(
    featureName: String, vocabulary: Vocabulary, dimensions: Int, pooling: Pooling?,
    initializer: Initializer, weightDecay: Float, name: String?
  ) {
    precondition(dimensions > 0, "an embedding of \(dimensions) dimensions")
    self.name = name ?? featureName
    self.featureName = featureName
    self.dimensions = dimensions
    self.pooling = pooling
    self.initializer = initializer
    self.weightDecay = weightDecay
    words = vocabulary
  }

  public var vocabulary: Vocabulary? { words }

  public var parameters: [ParameterSpecification] {
    [
      ParameterSpecification(
        "embedding", rows: words.count, columns: dimensions, initializer: initializer)
    ]
  }

  public func bind(_ dataset: Dataset) throws -> FeatureRows {
    guard pooling != nil else {
      return .single(words.rows(of: try dataset.column(Feature<String>(featureName))))
    }
    let lists = try dataset.column(Feature<[String]>(featureName))
    return .lists(rows: words.rows(of: lists.values), offsets: lists.offsets)
  }

  public func encode(_ rows: FeatureRows, in pass: Pass) -> Variable {
    switch rows {
    case .single(let rows): pass.gather("embedding", rows: rows)
    case .lists(let rows, let offsets):
      pass.gatherPooled("embedding", rows: rows, offsets: offsets, pooling: pooling ?? .mean)
    case .numbers: preconditionFailure("embedding \(name) of numbers")
    }
  }

  public func regularization(of rows: FeatureRows, in pass: Pass) -> Variable? {
    guard weightDecay > 0 else { return nil }
    switch rows {
    case .single(let rows), .lists(let rows, _):
      return pass.sumOfSquares(ofRows: rows, in: "embedding", times: weightDecay)
    case .numbers: return nil
    }
  }

  // MARK: Codable

  private enum CodingKeys: String, CodingKey {
    case name, feature, dimensions, pooling, initializer
    case weightDecay = "weight_decay"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .name)
    self.init(
      featureName: try container.decode(String.self, forKey: .feature),
      vocabulary: try decoder.vocabulary(named: name),
      dimensions: try container.decode(PositiveInt.self, forKey: .dimensions).value,
      pooling: try container.decodeIfPresent(Pooling.self, forKey: .pooling),
      initializer: try container.decode(Initializer.self, forKey: .initializer),
      weightDecay: try container.decodeIfPresent(Float.self, forKey: .weightDecay) ?? 0, name: name)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(featureName, forKey: .feature)
    try container.encode(dimensions, forKey: .dimensions)
    try container.encodeIfPresent(pooling, forKey: .pooling)
    try container.encode(initializer, forKey: .initializer)
    if weightDecay != 0 { try container.encode(weightDecay, forKey: .weightDecay) }
  }
}
