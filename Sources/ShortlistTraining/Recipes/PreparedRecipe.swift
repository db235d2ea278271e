private import Foundation
public import ShortlistData
public import ShortlistModels

/// A recipe with its data in memory, ready to train.
public struct PreparedRecipe: Sendable {
  public let recipe: Recipe
  public let train: Dataset
  public let test: Dataset
  /// Rows that are watched while training; nil without validation.
  public let validation: Dataset?
  /// The catalogue.
  public let candidates: CandidateSet
  /// Malformed rows that were skipped.
  public let skipped: SkippedRows

  public var user: Feature<String> { Feature(recipe.user) }
  public var item: Feature<String> { Feature(recipe.item) }

  /// What users have seen in training.
  ///
  /// - Throws: `DataError` when a feature is missing.
  public func interactions() throws -> InteractionHistory {
    try InteractionHistory(train, user: user, item: item)
  }

  /// The model with its first values. Vocabularies of query features come from the training rows, those
  /// of candidate features from the catalogue.
  ///
  /// - Throws: `DataError` when a feature is missing, `TrainingError.invalidRecipe` when the towers do not
  ///   fit each other.
  public func makeModel() throws -> TwoTowerModel {
    let query = try recipe.query.tower(of: train, orEmbedding: recipe.user)
    let candidate = try recipe.candidate.tower(of: candidates.items, orEmbedding: recipe.item)
    if let problem = TwoTowerModel.mismatch(
      query: query, candidate: candidate, task: recipe.task.retrieval)
    {
      throw TrainingError(.invalidRecipe, problem)
    }
    return TwoTowerModel(
      query: query, candidate: candidate, task: recipe.task.retrieval,
      weight: recipe.task.weight.map { Feature($0) }, seed: recipe.seed)
  }

  /// Trains the model.
  ///
  /// - Parameters:
  ///   - callbacks: beside those that the recipe asks for.
  ///   - checkpoint: where to go on from.
  ///   - shouldStop: asked after each epoch.
  public func fit(
    _ model: inout TwoTowerModel, callbacks: [any Callback] = [],
    resumingFrom checkpoint: Checkpoint? = nil,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws -> History {
    var all: [any Callback] = []
    // Before the others, so that they see that training ends, and the parameters it ends with.
    if let stopping = recipe.earlyStopping {
      all.append(EarlyStopping(watching: stopping.watch, patience: stopping.patience))
    }
    all += callbacks
    let trainer = Trainer(
      optimizer: recipe.optimizer.optimizer, callbacks: all, seed: recipe.seed,
      shouldStop: shouldStop)
    let batches =
      switch recipe.shuffle {
      case .once: train.shuffled(seed: recipe.seed).batched(recipe.batchSize)
      case .everyEpoch: train.batched(recipe.batchSize, shufflingEveryEpoch: recipe.seed)
      }
    let watched = validation?.batched(recipe.batchSize)
    guard recipe.trainingMetrics else {
      return try trainer.fit(
        &model, to: batches, epochs: recipe.epochs, validatingOn: watched,
        resumingFrom: checkpoint)
    }
    return try trainer.fit(
      &model, to: batches, epochs: recipe.epochs, measuring: candidates, at: recipe.topK,
      validatingOn: watched, resumingFrom: checkpoint)
  }

  /// Evaluates on the test rows, beside popularity.
  public func evaluate(
    _ model: TwoTowerModel, among catalogue: Catalogue, history: InteractionHistory
  ) throws -> EvaluationReport {
    try model.evaluate(
      FactorizedTopK(recipe.topK, among: catalogue), on: test, history: history)
  }
}

extension Recipe.TowerRecipe {
  fileprivate func tower(of dataset: Dataset, orEmbedding name: String) throws -> Tower {
    let wanted = features.isEmpty ? [Recipe.FeatureRecipe(feature: name)] : features
    let names = wanted.map(\.feature)
    if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
      throw TrainingError(.invalidRecipe, "a tower names the feature \"\(twice)\" twice")
    }
    return Tower(
      features: try wanted.map { try $0.encoder(of: dataset) }, layers: layers.map(\.layer))
  }
}

extension Recipe.FeatureRecipe {
  fileprivate func encoder(of dataset: Dataset) throws -> any FeatureEncoder {
    switch kind {
    case .number:
      let feature = Feature<Float>(self.feature)
      return Numeric(of: feature, standardizing: try dataset.column(feature))
    case .embedding:
      let feature = Feature<String>(self.feature)
      let words =
        try hashBuckets.map { .hashing(buckets: $0) }
        ?? Vocabulary(try dataset.column(feature), minimumCount: minimumCount)
      return Embedding(
        of: feature, in: words, dimensions: dimensions, initializer: .uniform(limit: scale),
        weightDecay: weightDecay)
    case .list:
      let feature = Feature<[String]>(self.feature)
      let words =
        try hashBuckets.map { .hashing(buckets: $0) }
        ?? Vocabulary(try dataset.column(feature), minimumCount: minimumCount)
      return Embedding(
        of: feature, in: words, dimensions: dimensions, pooling: pooling,
        initializer: .uniform(limit: scale), weightDecay: weightDecay)
    }
  }
}
