public import ShortlistModels
public import ShortlistTensors

extension Recipe {
  /// A tower: features side by side, then layers.
  public struct TowerRecipe: Sendable, Codable, Equatable {
    /// Empty for an embedding of the user or the item alone.
    public var features: [FeatureRecipe] = []
    public var layers: [LayerRecipe] = []

    public init() {}

    private enum CodingKeys: String, CodingKey, CaseIterable { case features, layers }

    public init(from decoder: any Decoder) throws {
      let c = try decoder.recipeContainer(keyedBy: CodingKeys.self)
      features = try c.value(.features, or: features)
      layers = try c.value(.layers, or: layers)
    }
  }

  /// A feature of a tower.
  public struct FeatureRecipe: Sendable, Codable, Equatable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
      /// One identifier an example, embedded.
      case embedding
      /// A list of identifiers an example, embedded and pooled.
      case list
      /// A number, standardised.
      case number
    }
    public var feature: String
    public var kind = Kind.embedding
    public var dimensions = 64
    public var pooling = Pooling.mean
    public var weightDecay: Float = 0
    /// First values are uniform in [-scale, scale].
    public var scale: Float = 0.05
    /// Words that stand in fewer rows are unknown.
    public var minimumCount = 1
    /// Hash into so many rows instead of keeping a vocabulary.
    public var hashBuckets: Int?

    public init(feature: String, dimensions: Int = 64, weightDecay: Float = 0) {
      self.feature = feature
      self.dimensions = dimensions
      self.weightDecay = weightDecay
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case feature, kind, dimensions, pooling, scale
      case weightDecay = "weight_decay"
      case minimumCount = "minimum_count"
      case hashBuckets = "hash_buckets"
    }

    public init(from decoder: any Decoder) throws {
      let c = try decoder.recipeContainer(keyedBy: CodingKeys.self)
      feature = try c.decode(String.self, forKey: .feature)
      kind = try c.value(.kind, or: kind)
      dimensions = try c.value(.dimensions, or: dimensions, "at least 1") { $0 >= 1 }
      pooling = try c.value(.pooling, or: pooling)
      weightDecay = try c.value(.weightDecay, or: weightDecay, "0 or more") {
        $0 >= 0 && $0.isFinite
      }
      scale = try c.value(.scale, or: scale, "a positive number") {
        $0 > 0 && $0.isFinite
      }
      minimumCount = try c.value(.minimumCount, or: minimumCount, "at least 1") { $0 >= 1 }
      hashBuckets = try c.decodeIfPresent(Int.self, forKey: .hashBuckets)
      if let hashBuckets, hashBuckets < 1 {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath + [CodingKeys.hashBuckets],
            debugDescription: "it is \(hashBuckets); expected at least 1"))
      }
    }
  }

  /// A layer of a tower.
  public struct LayerRecipe: Sendable, Codable, Equatable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
      case dense, dropout
      case layerNorm = "layer_norm"
      case l2Normalize = "l2_normalize"
    }
    public var kind: Kind
    public var units = 64
    public var activation = Activation.none
    public var weightDecay: Float = 0
    public var rate: Float = 0.5

    public init(_ kind: Kind) { self.kind = kind }

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case kind, units, activation, rate
      case weightDecay = "weight_decay"
    }

    public init(from decoder: any Decoder) throws {
      let c = try decoder.recipeContainer(keyedBy: CodingKeys.self)
      kind = try c.choice(.kind)
      units = try c.value(.units, or: units, "at least 1") { $0 >= 1 }
      activation = try c.value(.activation, or: activation)
      weightDecay = try c.value(.weightDecay, or: weightDecay, "0 or more") {
        $0 >= 0 && $0.isFinite
      }
      rate = try c.value(.rate, or: rate, "a share of at least 0 and below 1") { $0 >= 0 && $0 < 1 }
    }

    var layer: any Layer {
      switch kind {
      case .dense: Dense(units, activation: activation, weightDecay: weightDecay)
      case .dropout: Dropout(rate)
      case .layerNorm: LayerNorm()
      case .l2Normalize: L2Normalize()
      }
    }
  }

  /// The task: a preset, with options of its own.
  public struct TaskRecipe: Sendable, Codable, Equatable {
    public enum Preset: String, Sendable, Codable, CaseIterable { case standard, tutorial }
    public var preset = Preset.standard
    public var retrieval = Retrieval()
    /// A feature that weighs examples.
    public var weight: String?

    public init() {}

    private enum Key: String, CodingKey { case preset, weight }

    public init(from decoder: any Decoder) throws {
      let c = try decoder.container(keyedBy: Key.self)
      preset = try c.value(.preset, or: preset)
      weight = try c.decodeIfPresent(String.self, forKey: .weight)
      let base = preset == .tutorial ? Retrieval.tutorial : Retrieval()
      retrieval = try Retrieval(from: decoder, over: base, alsoKnowing: ["preset", "weight"])
    }

    public func encode(to encoder: any Encoder) throws {
      try retrieval.encode(to: encoder)
      var c = encoder.container(keyedBy: Key.self)
      try c.encode(preset, forKey: .preset)
      try c.encodeIfPresent(weight, forKey: .weight)
    }
  }

  /// The optimizer with its options; those that its kind does not have are not looked at.
  public struct OptimizerRecipe: Sendable, Codable, Equatable {
    public enum Kind: String, Sendable, Codable, CaseIterable { case sgd, adagrad, adam, adamw }
    public var kind = Kind.adagrad
    public var learningRate: Float = 0.1
    public var momentum: Float = 0
    public var nesterov = false
    public var weightDecay: Float = 0.004
    /// Whether rows that a batch does not touch are left alone.
    public var lazily = false

    public init() {}

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case kind, momentum, nesterov, lazily
      case learningRate = "learning_rate"
      case weightDecay = "weight_decay"
    }

    public init(from decoder: any Decoder) throws {
      let c = try decoder.recipeContainer(keyedBy: CodingKeys.self)
      kind = try c.value(.kind, or: kind)
      let usual: Float = kind == .adagrad ? 0.1 : kind == .sgd ? 0.01 : 0.001
      learningRate = try c.value(.learningRate, or: usual, "a positive number") {
        $0 > 0 && $0.isFinite
      }
      momentum = try c.value(.momentum, or: momentum, "at least 0 and below 1") {
        $0 >= 0 && $0 < 1
      }
      nesterov = try c.value(.nesterov, or: nesterov)
      weightDecay = try c.value(.weightDecay, or: weightDecay, "0 or more") {
        $0 >= 0 && $0.isFinite
      }
      lazily = try c.value(.lazily, or: lazily)
    }

    /// The optimizer that this describes.
    public var optimizer: Optimizer {
      switch kind {
      case .sgd:
        .sgd(learningRate: learningRate, momentum: momentum, nesterov: nesterov, lazily: lazily)
      case .adagrad: .adagrad(learningRate: learningRate)
      case .adam: .adam(learningRate: learningRate, lazily: lazily)
      case .adamw: .adamW(learningRate: learningRate, weightDecay: weightDecay, lazily: lazily)
      }
    }
  }
}
