import Foundation
import ShortlistData
import ShortlistModels
import ShortlistTensors
import ShortlistTraining
import Testing

/// Recipes in JSON, which is what YAML becomes; the command line's tests read the YAML of `recipes/`.
private func decoded(_ json: String) throws -> Recipe {
  try JSONDecoder().decode(Recipe.self, from: Data(json.utf8))
}

@Suite("Recipe")
struct RecipeTests {
  @Test("Every key has the default that its documentation gives")
  func defaults() throws {
    let recipe = try decoded(#"{"data": {"movielens": "100k"}}"#)
    var expected = Recipe()
    expected.data.movieLens = "100k"
    expected.item = "movie_title"
    #expect(recipe == expected)
    #expect(recipe.user == "user_id" && recipe.batchSize == 1024 && recipe.epochs == 10)
    #expect(recipe.seed == 42 && recipe.shuffle == .everyEpoch && recipe.trainingMetrics)
    #expect(recipe.topK == [1, 5, 10, 50, 100])
    #expect(recipe.validation == nil && recipe.earlyStopping == nil)
    #expect(recipe.split.kind == .random && recipe.split.holdout == 0.2 && recipe.split.seed == 42)
    #expect(recipe.task.retrieval == Retrieval() && recipe.task.weight == nil)
    #expect(recipe.data.encoding == .utf8 && recipe.data.minimumCount == 1)
    #expect(recipe.data.rating == "user_rating" && recipe.data.timestamp == "timestamp")
    #expect(!recipe.data.skipMalformed && recipe.data.minimumRating == nil)
    #expect(recipe.query.features.isEmpty && recipe.candidate.layers.isEmpty)
    #expect(try decoded("{}").item == "item_id")
  }

  @Test("Parts have defaults, too")
  func partDefaults() throws {
    let recipe = try decoded(
      """
      {"query": {"features": [{"feature": "a"}], "layers": [{"kind": "dense"}, {"kind": "dropout"}]},
       "optimizer": {}, "validation": {}, "early_stopping": {}, "task": {"preset": "tutorial"}}
      """)
    let feature = try #require(recipe.query.features.first)
    #expect(feature == Recipe.FeatureRecipe(feature: "a", dimensions: 64, weightDecay: 0))
    #expect(feature.kind == .embedding && feature.pooling == .mean && feature.scale == 0.05)
    #expect(feature.minimumCount == 1 && feature.hashBuckets == nil)
    #expect(recipe.query.layers == [.init(.dense), .init(.dropout)])
    #expect(recipe.query.layers[0].units == 64 && recipe.query.layers[0].activation == .none)
    #expect(recipe.query.layers[1].rate == 0.5)
    #expect(recipe.optimizer == .init() && recipe.optimizer.kind == .adagrad)
    #expect(recipe.validation == .init())
    #expect(recipe.earlyStopping == .init() && recipe.earlyStopping?.patience == 3)
    #expect(recipe.earlyStopping?.watch == "validation_loss")
    #expect(recipe.task.retrieval == .tutorial)
  }

  @Test(
    "Each optimizer has its usual learning rate",
    arguments: [("adagrad", 0.1), ("sgd", 0.01), ("adam", 0.001), ("adamw", 0.001)])
  func learningRates(kind: String, rate: Float) throws {
    let made = try decoded(#"{"optimizer": {"kind": "\#(kind)"}}"#).optimizer
    #expect(made.learningRate == rate && made.optimizer.learningRate == rate)
    let own = try decoded(
      #"{"optimizer": {"kind": "\#(kind)", "learning_rate": 0.5, "momentum": 0.9}}"#)
    #expect(own.optimizer.optimizer.learningRate == 0.5)
  }

  @Test("A preset is a base that options change")
  func presets() throws {
    let task = try decoded(
      #"{"task": {"preset": "tutorial", "temperature": 0.5, "extra_negatives": 7, "weight": "w"}}"#
    ).task
    var expected = Retrieval.tutorial
    expected.temperature = 0.5
    expected.extraNegatives = 7
    #expect(task.retrieval == expected && task.preset == .tutorial && task.weight == "w")
  }

  static let full = """
    {"data": {"interactions": "a.csv", "items": "i.csv", "users": "u.csv", "format": "tsv",
       "encoding": "latin1", "columns": {"user": "u"}, "rating": "stars", "minimum_rating": 3.3,
       "minimum_count": 5, "timestamp": "t", "skip_malformed": true},
     "user": "user", "item": "item",
     "split": {"kind": "files", "test": "t.csv", "holdout": 0.3, "seed": 18446744073709551615},
     "validation": {"kind": "latest", "holdout": 0.1},
     "query": {"features": [
         {"feature": "user", "dimensions": 3, "weight_decay": 0.1, "hash_buckets": 7},
         {"feature": "tags", "kind": "list", "pooling": "sum", "scale": 0.7, "minimum_count": 2},
         {"feature": "age", "kind": "number"}],
       "layers": [{"kind": "dense", "units": 5, "activation": "gelu", "weight_decay": 1e-7},
         {"kind": "dropout", "rate": 0.1}, {"kind": "layer_norm"}, {"kind": "l2_normalize"}]},
     "candidate": {"features": [{"feature": "item"}]},
     "task": {"preset": "tutorial", "temperature": 0.05, "correcting_sampling": true,
       "removing_accidental_hits": true, "hard_negatives": 3, "extra_negatives": 4,
       "query_vectors": 2, "batch_metrics": [1, 10], "weight": "w"},
     "optimizer": {"kind": "sgd", "learning_rate": 0.3, "momentum": 0.9, "nesterov": true,
       "weight_decay": 0.1, "lazily": true},
     "batch_size": 3, "epochs": 4, "shuffle": "once", "seed": 9,
     "early_stopping": {"watch": "validation_top_10", "patience": 0},
     "training_metrics": false, "top_k": [3]}
    """

  @Test(
    "What is encoded is decoded equal", arguments: ["{}", #"{"data":{"movielens":"1m"}}"#, full])
  func roundTrip(json: String) throws {
    var recipe = try decoded(json)
    if json == "{}" { recipe.data.interactions = "plays.csv" }
    let data = try JSONEncoder().encode(recipe)
    #expect(try JSONDecoder().decode(Recipe.self, from: data) == recipe)
    // Nothing of the full recipe is a default that would hide a key that is not read.
    if json == Self.full {
      let fresh = Recipe()
      for (label, value) in Mirror(reflecting: recipe).children {
        let other = Mirror(reflecting: fresh).children.first { $0.label == label }?.value
        #expect("\(value)" != "\(other as Any)", "\(label ?? "")")
      }
    }
  }

  @Test(
    "A key that does not exist is refused, wherever it stands",
    arguments: [
      #"{"x": 1}"#, #"{"data": {"movielens": "1m", "x": 1}}"#, #"{"split": {"x": 1}}"#,
      #"{"validation": {"x": 1}}"#, #"{"query": {"x": 1}}"#,
      #"{"query": {"features": [{"feature": "a", "x": 1}]}}"#,
      #"{"candidate": {"layers": [{"kind": "dense", "x": 1}]}}"#, #"{"task": {"x": 1}}"#,
      #"{"optimizer": {"x": 1}}"#, #"{"early_stopping": {"x": 1}}"#,
    ])
  func unknownKeys(json: String) throws {
    let error = #expect(throws: DecodingError.self) { try decoded(json) }
    guard case .dataCorrupted(let context)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(context.codingPath.last?.stringValue == "x")
    #expect(context.debugDescription.hasPrefix("there is no such "))
    #expect(context.debugDescription.contains("known are "))
  }

  @Test(
    "Values that are not finite or out of range are refused",
    arguments: [
      ("query", #"{"features": [{"feature": "a", "weight_decay": -1}]}"#),
      ("query", #"{"features": [{"feature": "a", "scale": 0}]}"#),
      ("query", #"{"features": [{"feature": "a", "minimum_count": 0}]}"#),
      ("query", #"{"features": [{"feature": "a", "hash_buckets": 0}]}"#),
      ("query", #"{"layers": [{"kind": "dense", "units": 0}]}"#),
      ("query", #"{"layers": [{"kind": "dropout", "rate": -0.1}]}"#),
      ("optimizer", #"{"momentum": 1}"#), ("optimizer", #"{"weight_decay": -1}"#),
      ("split", #"{"holdout": 0}"#), ("task", #"{"query_vectors": 0}"#),
      ("task", #"{"extra_negatives": -1}"#), ("task", #"{"batch_metrics": [0]}"#),
    ])
  func outOfRange(part: String, json: String) {
    #expect(throws: DecodingError.self) { try decoded("{\"\(part)\": \(json)}") }
  }
}
