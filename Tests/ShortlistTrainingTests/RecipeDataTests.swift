import Foundation
import ShortlistData
import ShortlistModels
import ShortlistTensors
import ShortlistTraining
import Testing

/// Keeps what a callback sees of the end of training.
private final class Witness: Callback {
  private let seen = Guarded<(epochs: [Int], parameters: Parameters?)>(([], nil))
  var lastEpochs: [Int] { seen.withLock { $0.epochs } }
  var parameters: Parameters? { seen.withLock { $0.parameters } }

  func epochDidEnd(_ state: inout TrainingState, parameters: Parameters) throws {
    let (epoch, isLast) = (state.epoch, state.stopReason != nil)
    if isLast { seen.withLock { $0.epochs.append(epoch) } }
  }

  func trainingDidEnd(_ state: inout TrainingState, parameters: inout Parameters) throws {
    let last = parameters
    seen.withLock { $0.parameters = last }
  }
}

private func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "recipe-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// Five users; user u has the items u, u + 1, u + 2 (modulo 6), the last of them latest.
private func writePlays(to folder: URL) throws -> Recipe {
  var text = "who,what,when,stars\n"
  for place in 0..<3 {
    for user in 0..<5 {
      text += "u\(user),i\((user + place) % 6),\(place * 5 + user),\(place + 1)\n"
    }
  }
  try text.write(to: folder.appending(path: "plays.csv"), atomically: true, encoding: .utf8)
  var recipe = Recipe()
  recipe.data.interactions = folder.appending(path: "plays.csv").path()
  recipe.data.columns = [
    "user": "who", "item": "what", "timestamp": "when", "user_rating": "stars",
  ]
  recipe.user = "user"
  recipe.item = "item"
  return recipe
}

@Suite("Data of recipes")
struct RecipeDataTests {
  private let user: Feature<String> = "user"
  private let item: Feature<String> = "item"

  @Test("A random split holds out its share, the same for the same seed")
  func random() throws {
    try withFolder { folder in
      var recipe = try writePlays(to: folder)
      let (first, second) = (try recipe.prepare(), try recipe.prepare())
      #expect(first.train.rowCount == 12 && first.test.rowCount == 3)
      #expect(first.test == second.test && first.train == second.train)
      recipe.split.seed = 43
      #expect(try recipe.prepare().test != first.test)
      #expect(first.candidates.identifiers.sorted() == (0..<6).map { "i\($0)" })
    }
  }

  @Test("Splits by time, by user, by files, and none")
  func kinds() throws {
    try withFolder { folder in
      var recipe = try writePlays(to: folder)
      recipe.split.kind = .latest
      recipe.split.holdout = 0.3
      let latest = try recipe.prepare()
      #expect(
        latest.test[.timestamp] == [10, 11, 12, 13, 14].suffix(latest.test.rowCount).map { $0 })
      #expect(latest.test.rowCount == 5)  // 4.5 of 15, halves up

      recipe.split.kind = .leaveLastOut
      let last = try recipe.prepare()
      #expect(Array(last.test[item]) == ["i2", "i3", "i4", "i5", "i0"])
      #expect(last.train.rowCount == 10)

      recipe.split.kind = .none
      let none = try recipe.prepare()
      #expect(none.train.rowCount == 15 && none.test.rowCount == 0)

      try "stars,what,who,when\n5,i9,u0,99\n1,i1,u0,99\n".write(
        to: folder.appending(path: "test.csv"), atomically: true, encoding: .utf8)
      recipe.split.kind = .files
      recipe.split.test = folder.appending(path: "test.csv").path()
      recipe.data.minimumRating = 2
      let rated = try recipe.prepare()
      // Ratings of 1 count neither in the training rows nor in the test rows.
      #expect(Array(rated.test[item]) == ["i9"] && rated.train.rowCount == 10)
      recipe.data.minimumRating = nil
      recipe.data.minimumCount = 2
      let frequent = try recipe.prepare()
      // A rare item of the test rows stays a test row, and is not in the catalogue.
      #expect(Array(frequent.test[item]) == ["i9", "i1"] && frequent.train.rowCount == 15)
      #expect(frequent.candidates.identifiers.sorted() == (0..<6).map { "i\($0)" })
    }
  }

  @Test("A part of the training rows is held out to watch, and ends training early")
  func validation() throws {
    try withFolder { folder in
      var recipe = try writePlays(to: folder)
      recipe.split.kind = .leaveLastOut
      recipe.validation = Recipe.Split()
      recipe.validation?.kind = .leaveLastOut
      recipe.earlyStopping = .init()
      recipe.earlyStopping?.patience = 0
      recipe.epochs = 500
      recipe.optimizer.learningRate = 1
      let prepared = try recipe.prepare()
      #expect(prepared.train.rowCount == 5 && prepared.validation?.rowCount == 5)
      var model = try prepared.makeModel()
      let witness = Witness()
      let history = try prepared.fit(&model, callbacks: [witness])
      #expect(history.epochs.count < 500)
      // Other callbacks see the epoch that is the last, and the parameters that are put back.
      #expect(witness.lastEpochs == [history.epochs.count])
      #expect(witness.parameters == model.parameters)
      #expect(history.epochs[0].metrics.keys.contains("validation_top_10"))
    }
  }

  @Test("Tables of users and items are joined, and the catalogue is the table of items")
  func tables() throws {
    try withFolder { folder in
      var recipe = try writePlays(to: folder)
      let items = folder.appending(path: "items.jsonl")
      let users = folder.appending(path: "users.tsv")
      try
        ((0..<6).map { #"{"what": "i\#($0)", "tags": ["t\#($0 % 2)", "all"]}"# }
        + [#"{"what": "new", "tags": ["t0"]}"#]).joined(separator: "\n")
        .write(to: items, atomically: true, encoding: .utf8)
      try ("age\twho\n" + (0..<5).map { "\(20 + $0)\tu\($0)\n" }.joined())
        .write(to: users, atomically: true, encoding: .utf8)
      recipe.data.items = items.path()
      recipe.data.users = users.path()
      var (age, tags) = (
        Recipe.FeatureRecipe(feature: "age"), Recipe.FeatureRecipe(feature: "tags")
      )
      age.kind = .number
      tags.kind = .list
      tags.dimensions = 5
      var layer = Recipe.LayerRecipe(.dense)
      layer.units = 8
      recipe.query.features = [.init(feature: "user", dimensions: 4), age]
      recipe.query.layers = [layer]
      recipe.candidate.features = [.init(feature: "item", dimensions: 3), tags]
      recipe.epochs = 2
      recipe.batchSize = 4
      let prepared = try recipe.prepare()
      #expect(prepared.candidates.identifiers == (0..<6).map { "i\($0)" } + ["new"])
      let ages = prepared.train[Feature<Float>("age")]
      for (user, age) in zip(prepared.train[user], ages) {
        #expect(Float(user.dropFirst()) == age - 20)
      }
      for (item, tags) in zip(prepared.train[item], prepared.train[Feature<[String]>("tags")]) {
        #expect(Array(tags) == ["t\((Int(item.dropFirst()) ?? 0) % 2)", "all"])
      }
      var model = try prepared.makeModel()
      #expect(try prepared.fit(&model).epochs.count == 2)
      #expect(model.parameters["candidate/item/embedding"]?.rows == 8)
      #expect(model.parameters["candidate/tags/embedding"]?.rows == 4)

      // A description that is missing is told with the name that lacks it.
      try "age\twho\n20\tu0\n".write(to: users, atomically: true, encoding: .utf8)
      let error = #expect(throws: DataError.self) { try recipe.prepare() }
      let message = try #require(error?.description)
      #expect(message.hasPrefix("\(users.path()), field \"user\": no row has the user \"u1\""))
    }
  }

  @Test("Malformed rows of all files are counted together")
  func skipping() throws {
    try withFolder { folder in
      var recipe = try writePlays(to: folder)
      let path = folder.appending(path: "plays.csv")
      let text = try String(contentsOf: path, encoding: .utf8)
      try (text + "u1,i1,now,1\nu1\n").write(to: path, atomically: true, encoding: .utf8)
      recipe.split.kind = .latest
      #expect(throws: DataError.self) { try recipe.prepare() }
      recipe.data.skipMalformed = true
      let prepared = try recipe.prepare()
      #expect(prepared.skipped.count == 2 && prepared.train.rowCount + prepared.test.rowCount == 15)
      #expect(prepared.skipped.first[0].location?.line == 17)
    }
  }

  @Test("Items keep their own columns, and those that the recipe names for filters")
  func itemColumns() throws {
    try withFolder { folder in
      var recipe = try writePlays(to: folder)
      #expect(try recipe.prepare().candidates.items.columnNames == ["item"])
      recipe.data.itemColumns = ["stars": .number, "item": .string]
      let fromPlays = try recipe.prepare()
      #expect(fromPlays.candidates.items.columnNames == ["item", "stars"])
      // The first row of each item counts.
      #expect(fromPlays.candidates.items[Feature<Float>("stars")].prefix(5) == [1, 1, 1, 1, 1])

      try
        ("what,year,genres,length,kind\n"
        + (0..<6).map { "i\($0),\(1990 + $0),a|g\($0),\($0).5,k\($0)\n" }.joined())
        .write(to: folder.appending(path: "items.csv"), atomically: true, encoding: .utf8)
      recipe.data.items = folder.appending(path: "items.csv").path()
      recipe.data.itemColumns = [
        "year": .integer, "genres": .list, "length": .number, "kind": .string,
      ]
      recipe.candidate.features = [.init(feature: "item"), .init(feature: "kind")]
      let prepared = try recipe.prepare()
      let items = prepared.candidates.items
      #expect(items.columnNames == ["item", "kind", "genres", "length", "year"])
      #expect(items[Feature<Int>("year")] == (1990..<1996).map { $0 })
      #expect(Array(items[Feature<[String]>("genres")])[2] == ["a", "g2"])
      // Interactions get what towers read, and no more.
      #expect(prepared.train.columnNames == ["user", "item", "kind"])
      recipe.data.itemColumns = ["length": .integer]
      let error = #expect(throws: DataError.self) { try recipe.prepare() }
      #expect(error?.location?.field == "length" && error?.location?.line == 2)
      recipe.data.itemColumns = ["size": .integer]
      #expect(throws: DataError.self) { try recipe.prepare() }
    }
  }
}
