import Foundation
import Testing

@Suite("Bad recipes")
struct BadRecipeTests {
  static let mistakes: [(recipe: String, messages: [String])] = [
    ("", ["recipe.yaml: expected keys with values"]),
    ("epochs: [1\nseed", ["recipe.yaml: the recipe is not valid YAML, line "]),
    ("- epochs: 1", ["recipe.yaml: expected keys with values"]),
    ("epoch: 3", ["recipe.yaml: epoch: there is no such key; known are batch_size, candidate"]),
    (
      "data: { movielens: 100k, colums: {} }",
      ["data.colums: there is no such key; known are columns,"]
    ),
    ("epochs: three", ["recipe.yaml: epochs: expected a whole number"]),
    ("epochs: 0", ["epochs: it is 0; expected at least 1"]),
    ("epochs: -2", ["epochs: it is -2; expected at least 1"]),
    ("batch_size: 1.5", ["batch_size: expected a whole number"]),
    ("seed: -1", ["seed: expected a whole number"]),
    ("top_k: [5, 0]", ["top_k: it is [5, 0]; expected numbers of at least 1"]),
    ("top_k: []", ["top_k: it is []"]),
    ("training_metrics: 3", ["training_metrics: expected true or false"]),
    ("shuffle: never", ["shuffle: it is \"never\"; known are once, every_epoch"]),
    (
      "data: { movielens: 100k, interactions: plays.csv }",
      ["data: give either `movielens: EDITION` or `interactions: FILE`"]
    ),
    ("data: { items: items.csv }", ["data: give either"]),
    ("data: { movielens: 2k }", ["data.movielens: there is no edition \"2k\"; known are 100k, "]),
    ("data: { movielens: 100k, minimum_count: 0 }", ["data.minimum_count: it is 0"]),
    (
      "data: { movielens: 100k, encoding: ebcdic }",
      ["data.encoding: it is \"ebcdic\"; known are utf8, latin1"]
    ),
    (
      "data: { interactions: a.csv, format: xls }",
      ["there is no format \"xls\"; known are csv, jsonl, tfrecord, tsv"]
    ),
    (
      "split: { kind: half }",
      ["split.kind: it is \"half\"; known are random, latest, leave_last_out, files, none"]
    ),
    ("split: { holdout: 1 }", ["split.holdout: it is 1.0; expected a share between 0 and 1"]),
    ("split: { kind: files }", ["split.test: it is missing"]),
    ("data: { movielens: 100k }\nsplit: { kind: files, test: t.csv }", ["a split by files needs"]),
    ("validation: { kind: none }", ["validation: kind is none; expected random, latest or"]),
    ("query: { features: [{ dimensions: 3 }] }", ["query.features.[0].feature: it is missing"]),
    (
      "query: { features: [{ feature: user_id, dimensions: 0 }] }",
      ["query.features.[0].dimensions: it is 0; expected at least 1"]
    ),
    ("query: { features: user_id }", ["query.features: expected a list"]),
    ("query: [user_id]", ["query: expected keys with values"]),
    ("query: { layers: [{ units: 3 }] }", ["query.layers.[0].kind: it is missing"]),
    ("query: { layers: [{ kind: dropout, rate: 1 }] }", ["query.layers.[0].rate: it is 1.0"]),
    (
      "query: { layers: [{ kind: convolution }] }",
      ["query.layers.[0].kind: it is \"convolution\"; known are dense, dropout, layer_norm, "]
    ),
    ("task: { preset: best }", ["task.preset: it is \"best\"; known are standard, tutorial"]),
    ("task: { temprature: 1 }", ["task.temprature: there is no such option; known are "]),
    ("task: { temperature: 0 }", ["task: temperature is 0.0, it must be positive"]),
    ("task: { hard_negatives: 0 }", ["task: hard_negatives is 0, it must be at least 1"]),
    (
      "optimizer: { kind: lion }",
      ["optimizer.kind: it is \"lion\"; known are sgd, adagrad, adam, adamw"]
    ),
    (
      "optimizer: { learning_rate: 0 }", ["optimizer.learning_rate: it is 0.0; expected a positive"]
    ),
    ("optimizer: { learning_rate: .nan }", ["optimizer.learning_rate: it is nan"]),
    ("early_stopping: { patience: -1 }", ["early_stopping.patience: it is -1; expected 0 or more"]),
    ("user: user_id", ["the recipe names no interactions"]),
  ]

  @Test("A mistake in a recipe is told with its place", arguments: mistakes)
  func mistake(recipe: String, messages: [String]) throws {
    try withShortlist { shortlist in
      try shortlist.write("recipe.yaml", recipe)
      let outcome = try shortlist.fail(
        1, ["train", "recipe.yaml", "-o", "art", "--quiet"], saying: ["error: "] + messages)
      // No name of a Swift type where a person's word would do.
      for name in ["Dictionary", "Array<", "DecodingError", "YamlError", "UInt64", "Yams."] {
        #expect(!outcome.errors.contains(name), "\(outcome.errors)")
      }
      #expect(shortlist.names() == ["recipe.yaml"])
    }
  }

  @Test("Towers that do not meet and features that are not there are told")
  func towers() throws {
    try withShortlist { shortlist in
      try shortlist.writeMovieLens()
      func train(_ towers: String, saying texts: String...) throws {
        try shortlist.write("recipe.yaml", "data: { movielens: 100k }\nepochs: 1\n" + towers)
        try shortlist.fail(1, ["train", "recipe.yaml", "-o", "art", "--quiet"], saying: texts)
        #expect(shortlist.names() == ["data", "recipe.yaml"])
      }
      try train(
        "query: { features: [{ feature: user_id, dimensions: 8 }] }",
        saying: "the query tower gives 8 dimensions, the candidate tower 64; both must be the same")
      try train(
        "task: { query_vectors: 2 }",
        saying: "with 2 query vectors it must be 2 times as wide")
      try train(
        "query: { features: [{ feature: user_id }, { feature: user_id }] }",
        saying: "a tower names the feature \"user_id\" twice")
      try train(
        "query: { features: [{ feature: user_name }] }",
        saying: "there is no column \"user_name\"; the columns are \"user_id\", ")
      try train(
        "query: { features: [{ feature: user_rating }] }",
        saying: "column \"user_rating\" holds floats, not strings")
      try train(
        "early_stopping: { patience: 1 }",
        saying: "early stopping watches \"validation_loss\", which the history does not have")
      try train("item: movie", saying: "there is no column \"movie\"")
    }
  }

  @Test("A recipe that is not there, or no text, is told")
  func files() throws {
    try withShortlist { shortlist in
      let call = ["train", "recipe.yaml", "-o", "art"]
      try shortlist.fail(
        1, call, saying: ["recipe.yaml: there is no such recipe; see the folder recipes"])
      try shortlist.write("recipe.yaml", Data([0x65, 0xff, 0xfe]))
      try shortlist.fail(1, call, saying: ["recipe.yaml: the recipe cannot be read as UTF-8 text"])
      try shortlist.write("folder/x", "")
      try shortlist.fail(1, ["train", "folder", "-o", "art"], saying: ["folder: "])
      #expect(shortlist.names() == ["folder", "recipe.yaml"])
    }
  }
}
