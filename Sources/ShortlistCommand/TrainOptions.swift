public import ArgumentParser
import Foundation
public import Shortlist

/// Flags that stand in for a recipe, or change one.
struct TrainOptions: ParsableArguments {
  @Option(
    help: "A CSV, TSV, JSON Lines or TFRecord file of interactions, or a pattern.",
    completion: .file())
  var data: String?
  @Option(help: "csv, tsv, jsonl or tfrecord, where the file name does not tell.") var format:
    String?
  @Option(help: "utf8 or latin1.") var encoding: TableFormat.Encoding?
  @Option(help: "The column that identifies users.") var user: String?
  @Option(help: "The column that identifies items.") var item: String?
  @Option(help: "The column that holds ratings.") var rating: String?
  @Option(help: "The column that holds times, for splits by time.") var timestamp: String?
  @Option(parsing: .unconditional, help: "Count only rows that are rated at least so high.")
  var minimumRating: Float?
  @Option(parsing: .unconditional, help: "Leave out users and items with fewer rows.")
  var minimumCount: Int?
  @Flag(help: "Skip malformed rows and count them.") var skipMalformed = false
  @Option(help: "random, latest, leave_last_out or none.") var split: Recipe.Split.Kind?
  @Option(parsing: .unconditional, help: "The share of rows held out as the test.") var holdout:
    Double?

  @Option(parsing: .unconditional, help: "The width of the embeddings.") var dimensions: Int?
  @Option(parsing: .unconditional, help: "The weight decay of the embeddings.") var weightDecay:
    Float?
  @Option(parsing: .unconditional, help: "The temperature of the softmax.") var temperature: Float?
  @Option(help: "sgd, adagrad, adam or adamw.") var optimizer: Recipe.OptimizerRecipe.Kind?
  @Option(parsing: .unconditional, help: "The learning rate.") var learningRate: Float?
  @Option(parsing: .unconditional, help: "Examples in a batch.") var batchSize: Int?
  @Option(parsing: .unconditional, help: "How many times to walk through the data.") var epochs:
    Int?
  @Option(help: "The seed of every random choice, the split's apart.") var seed: UInt64?

  func validate() throws {
    try check(dimensions, "dimensions")
    try check(batchSize, "batch-size")
    try check(epochs, "epochs")
    try check(minimumCount, "minimum-count")
    if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
      throw ValidationError("--learning-rate is \(learningRate); expected a positive number.")
    }
    if let temperature, !(temperature > 0 && temperature.isFinite) {
      throw ValidationError("--temperature is \(temperature); expected a positive number.")
    }
    if let weightDecay, !(weightDecay >= 0 && weightDecay.isFinite) {
      throw ValidationError("--weight-decay is \(weightDecay); expected 0 or more.")
    }
    if let format, TableFormat.named[format] == nil {
      throw ValidationError("--format is \(format); expected csv, tsv, jsonl or tfrecord.")
    }
    if let minimumRating, !minimumRating.isFinite {
      throw ValidationError("--minimum-rating is \(minimumRating); expected a number.")
    }
    if let holdout, !(holdout > 0 && holdout < 1) {
      throw ValidationError("--holdout is \(holdout); expected a share between 0 and 1.")
    }
  }

  private func check(_ value: Int?, _ name: String) throws {
    if let value, value < 1 { throw ValidationError("--\(name) is \(value); expected at least 1.") }
  }

  /// The recipe with these flags applied.
  func applied(to recipe: Recipe) -> Recipe {
    var recipe = recipe
    if let data {
      recipe.data.interactions = data
      recipe.data.movieLens = nil
    }
    if let format { recipe.data.format = format }
    if let encoding { recipe.data.encoding = encoding }
    if let user {
      recipe.query.rename(recipe.user, to: user)
      recipe.user = user
    }
    if let item {
      recipe.candidate.rename(recipe.item, to: item)
      recipe.item = item
    }
    if let rating { recipe.data.rating = rating }
    if let timestamp { recipe.data.timestamp = timestamp }
    if let minimumRating { recipe.data.minimumRating = minimumRating }
    if let minimumCount { recipe.data.minimumCount = minimumCount }
    if skipMalformed { recipe.data.skipMalformed = true }
    if let split { recipe.split.kind = split }
    if let holdout { recipe.split.holdout = holdout }
    if recipe.query.features.isEmpty { recipe.query.features = [.init(feature: recipe.user)] }
    if recipe.candidate.features.isEmpty {
      recipe.candidate.features = [.init(feature: recipe.item)]
    }
    for index in recipe.query.features.indices {
      change(&recipe.query.features[index])
    }
    for index in recipe.candidate.features.indices {
      change(&recipe.candidate.features[index])
    }
    if let temperature { recipe.task.retrieval.temperature = temperature }
    if let optimizer { recipe.optimizer.kind = optimizer }
    if let learningRate { recipe.optimizer.learningRate = learningRate }
    if let batchSize { recipe.batchSize = batchSize }
    if let epochs { recipe.epochs = epochs }
    if let seed { recipe.seed = seed }
    return recipe
  }

  private func change(_ feature: inout Recipe.FeatureRecipe) {
    if let dimensions { feature.dimensions = dimensions }
    if let weightDecay { feature.weightDecay = weightDecay }
  }
}

extension Recipe.TowerRecipe {
  /// The feature that identifies users or items has another name in other data.
  fileprivate mutating func rename(_ old: String, to new: String) {
    for index in features.indices where features[index].feature == old {
      features[index].feature = new
    }
  }
}

extension TableFormat.Encoding: ExpressibleByArgument {}
extension Recipe.Split.Kind: ExpressibleByArgument {}
extension Recipe.OptimizerRecipe.Kind: ExpressibleByArgument {}
