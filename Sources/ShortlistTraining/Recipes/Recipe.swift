/// A training job as a value: data, split, towers, task, optimizer. A recipe file is its spelling in YAML or
/// JSON, and every artefact that a recipe made holds it.
///
/// ```yaml
/// data: { movielens: 100k }
/// item: movie_title
/// split: { kind: random, holdout: 0.2, seed: 42 }
/// query: { features: [{ feature: user_id, dimensions: 32 }] }
/// candidate: { features: [{ feature: movie_title, dimensions: 32 }] }
/// optimizer: { kind: adagrad, learning_rate: 0.1 }
/// batch_size: 8192
/// epochs: 3
/// ```
public struct Recipe: Sendable, Codable, Equatable {
  public var data = DataSource()
  /// The feature that identifies users.
  public var user = "user_id"
  /// The feature that identifies items.
  public var item = "item_id"
  public var split = Split()
  /// A part of the training rows that is held out to watch; nil for none.
  public var validation: Split?
  public var query = TowerRecipe()
  public var candidate = TowerRecipe()
  public var task = TaskRecipe()
  public var optimizer = OptimizerRecipe()
  public var batchSize = 1024
  public var epochs = 10
  public var shuffle = Shuffle.everyEpoch
  public var seed: UInt64 = 42
  public var earlyStopping: EarlyStoppingRecipe?
  /// Whether top-k accuracy is measured while training.
  public var trainingMetrics = true
  /// The k of top-k accuracy.
  public var topK = FactorizedTopK.standardKs

  public init() {}

  public enum Shuffle: String, Sendable, Codable, CaseIterable {
    /// One random order for all epochs.
    case once
    /// A new random order every epoch.
    case everyEpoch = "every_epoch"
  }

  /// How rows become training and test.
  public struct Split: Sendable, Codable, Equatable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
      case random
      /// The latest rows of all.
      case latest
      /// Each user's last row.
      case leaveLastOut = "leave_last_out"
      /// The test rows come from a file of their own.
      case files
      /// Every row is for training.
      case none
    }
    public var kind = Kind.random
    public var holdout = 0.2
    public var seed: UInt64 = 42
    /// The test rows of `files`.
    public var test: String?

    public init() {}

    private enum CodingKeys: String, CodingKey, CaseIterable { case kind, holdout, seed, test }

    public init(from decoder: any Decoder) throws {
      let c = try decoder.recipeContainer(keyedBy: CodingKeys.self)
      kind = try c.value(.kind, or: kind)
      holdout = try c.value(.holdout, or: holdout, "a share between 0 and 1") { $0 > 0 && $0 < 1 }
      seed = try c.value(.seed, or: seed)
      test = try c.decodeIfPresent(String.self, forKey: .test)
      if kind == .files, test == nil {
        throw DecodingError.keyNotFound(
          CodingKeys.test,
          .init(codingPath: decoder.codingPath, debugDescription: "a split by files names `test`"))
      }
    }
  }

  public struct EarlyStoppingRecipe: Sendable, Codable, Equatable {
    public var watch = "validation_loss"
    public var patience = 3

    public init() {}

    private enum CodingKeys: String, CodingKey, CaseIterable { case watch, patience }

    public init(from decoder: any Decoder) throws {
      let c = try decoder.recipeContainer(keyedBy: CodingKeys.self)
      watch = try c.value(.watch, or: watch)
      patience = try c.value(.patience, or: patience, "0 or more") { $0 >= 0 }
    }
  }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case data, user, item, split, validation, query, candidate, task, optimizer, epochs, shuffle,
      seed
    case batchSize = "batch_size"
    case earlyStopping = "early_stopping"
    case trainingMetrics = "training_metrics"
    case topK = "top_k"
  }

  public init(from decoder: any Decoder) throws {
    let c = try decoder.recipeContainer(keyedBy: CodingKeys.self)
    data = try c.value(.data, or: data)
    user = try c.value(.user, or: user)
    item = try c.value(.item, or: data.movieLens == nil ? item : "movie_title")
    split = try c.value(.split, or: split)
    validation = try c.decodeIfPresent(Split.self, forKey: .validation)
    if let kind = validation?.kind, kind == .files || kind == .none {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath + [CodingKeys.validation],
          debugDescription: "kind is \(kind.rawValue); expected random, latest or leave_last_out"))
    }
    query = try c.value(.query, or: query)
    candidate = try c.value(.candidate, or: candidate)
    task = try c.value(.task, or: task)
    optimizer = try c.value(.optimizer, or: optimizer)
    batchSize = try c.value(.batchSize, or: batchSize, "at least 1") { $0 >= 1 }
    epochs = try c.value(.epochs, or: epochs, "at least 1") { $0 >= 1 }
    shuffle = try c.value(.shuffle, or: shuffle)
    seed = try c.value(.seed, or: seed)
    earlyStopping = try c.decodeIfPresent(EarlyStoppingRecipe.self, forKey: .earlyStopping)
    trainingMetrics = try c.value(.trainingMetrics, or: trainingMetrics)
    topK = try c.value(.topK, or: topK, "numbers of at least 1") { ks in
      !ks.isEmpty && ks.allSatisfy { $0 >= 1 }
    }
  }
}
