import ShortlistData
import ShortlistModels
import ShortlistTensors
import ShortlistTesting
import Testing

/// One letter, spelled in two ways that Swift's == takes for equal.
private let twoSpellings = ["caf\u{E9}", "cafe\u{301}"]

@Suite("Items and users")
struct ItemsAndUsersTests {
  @Test("A candidate set keeps the first row of each identifier")
  func candidateSet() throws {
    let items = try Dataset([
      ("item", .strings(["a", "b", "a", "c", "b"])), ("year", .integers([1, 2, 3, 4, 5])),
    ])
    let set = try CandidateSet(items, identifiedBy: "item")
    #expect(set.identifiers == ["a", "b", "c"])
    #expect(set.items[Feature<Int>("year")] == [1, 2, 4])
    #expect(throws: DataError.self) { try CandidateSet(items, identifiedBy: "title") }
  }

  @Test("Two spellings of a letter are two items and two users")
  func spellings() throws {
    let names = StringColumn(twoSpellings)
    let data = try Dataset([("user", .strings(names)), ("item", .strings(names))])
    let set = try CandidateSet(data, identifiedBy: "item")
    #expect(set.identifiers.count == 2)
    let catalogue = Catalogue(
      identifiers: set.identifiers, identifiedBy: "item", embeddings: Matrix(rows: 2, columns: 1))
    #expect(twoSpellings.map { catalogue.row(of: $0) } == [0, 1])
    let history = try InteractionHistory(data, user: "user", item: "item")
    for name in twoSpellings {
      #expect(history.items(of: name).map { Array($0.utf8) } == [Array(name.utf8)])
    }
  }

  @Test("A history lists each user's distinct items, and counts every interaction")
  func history() throws {
    let data = try Dataset([
      ("user", .strings(["ada", "bob", "ada", "ada", "bob"])),
      ("item", .strings(["x", "y", "z", "x", "x"])),
    ])
    let history = try InteractionHistory(data, user: "user", item: "item")
    #expect(history.users == ["ada", "bob"])
    #expect(history.items == ["x", "y", "z"])
    #expect(history.counts == [3, 1, 1])
    #expect(history.items(of: "ada") == ["x", "z"])
    #expect(history.items(of: "bob") == ["x", "y"])
    #expect(history.items(of: "eve").isEmpty && !history.knows("eve"))
  }

  @Test("A user without rows in a selection is not known, nor is an item listed")
  func historyOfSelection() throws {
    let data = try Dataset([
      ("user", .strings(["ada", "bob", "ada"])), ("item", .strings(["x", "y", "z"])),
    ])
    for part in [data.rows(at: [2, 0]), data.filter(Feature<String>("user")) { $0 == "ada" }] {
      let history = try InteractionHistory(part, user: "user", item: "item")
      #expect(history.users == ["ada"])
      #expect(Set(history.items) == ["x", "z"])
      #expect(!history.knows("bob"))
      #expect(history.knows("ada"))
    }
    let none = try InteractionHistory(data.prefix(0), user: "user", item: "item")
    #expect(none.users.isEmpty && none.items.isEmpty)
  }

  @Test("Strings that a vocabulary does not know have row 0, whose vector is learned like others")
  func unknownRow() throws {
    let words = Vocabulary(["b", "a"])
    #expect(words.row(of: "zebra") == 0 && words.row(of: "") == 0)
    #expect(words.rows(of: ["a", "zebra", "b"]) == [1, 0, 2])
    let embedding = Embedding(of: "x", in: words, dimensions: 2)
    #expect(embedding.parameters[0].rows == 3)
  }

  @Test("Batches cover every example once, in an order that follows from seed and epoch")
  func batches() throws {
    let data = try Dataset([("x", .integers(Array(0..<10)))])
    let plain = data.batched(4)
    #expect(plain.count == 3)
    #expect(plain.rows(ofEpoch: 1).map { Array($0) } == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    let shuffled = data.batched(4, shufflingEveryEpoch: 5)
    let first = shuffled.rows(ofEpoch: 1).map { Array($0) }
    #expect(first.map(\.count) == [4, 4, 2])
    #expect(first.joined().sorted() == Array(0..<10))
    #expect(first == shuffled.rows(ofEpoch: 1).map { Array($0) })
    #expect(first != shuffled.rows(ofEpoch: 2).map { Array($0) })
    #expect(data.prefix(0).batched(4).rows(ofEpoch: 1).isEmpty)
  }
}

@Suite("First values")
struct InitializerTests {
  private func model(_ initializer: Initializer, seed: UInt64 = 1, extra: Bool = false)
    -> Parameters
  {
    let words = Vocabulary((0..<999).map { "\($0)" })
    return TwoTowerModel(
      query: Tower {
        if extra { Embedding(of: "a", in: words, dimensions: 4) }
        Embedding(of: "u", in: words, dimensions: 8, initializer: initializer)
      } layers: {
        if extra { Dense(8) }
      },
      candidate: Tower { Embedding(of: "i", in: words, dimensions: 8, initializer: initializer) },
      seed: seed
    ).parameters
  }

  private func values(_ initializer: Initializer) throws -> [Float] {
    let matrix = try #require(model(initializer)["query/u/embedding"])
    #expect(matrix.rows == 1000)
    return (0..<matrix.count).map { matrix.values[$0] }
  }

  @Test("Ranges")
  func ranges() throws {
    #expect(try values(.zeros).allSatisfy { $0 == 0 })
    #expect(try values(.ones).allSatisfy { $0 == 1 })
    let glorot = (6 / Float(1008)).squareRoot()
    for (initializer, limit) in [
      (Initializer.uniform(limit: 0.05), Float(0.05)), (.glorotUniform, glorot),
    ] {
      let drawn = try values(initializer)
      #expect(drawn.allSatisfy { abs($0) <= limit })
      #expect((drawn.max() ?? 0) > 0.98 * limit && (drawn.min() ?? 0) < -0.98 * limit)
      let squares = drawn.reduce(0.0) { $0 + Double($1) * Double($1) } / 8000
      #expect(abs(squares.squareRoot() / Double(limit) - 0.5774) < 0.02)
      #expect(abs(drawn.reduce(0, +) / 8000) < 0.03 * limit)
    }
    let normal = try values(.normal(deviation: 0.2))
    let squares = normal.reduce(0.0) { $0 + Double($1) * Double($1) } / 8000
    #expect(abs(squares.squareRoot() - 0.2) < 0.01)
    #expect(normal.contains { abs($0) > 0.5 })
  }

  @Test(
    "A parameter's first values follow from the seed and its name, whatever else the model holds")
  func independence() {
    let initializer = Initializer.uniform(limit: 1)
    let plain = model(initializer)
    let extended = model(initializer, extra: true)
    #expect(plain["query/u/embedding"] == extended["query/u/embedding"])
    #expect(plain["query/u/embedding"] != plain["candidate/i/embedding"])
    #expect(plain != model(initializer, seed: 2))
    #expect(plain == model(initializer))
  }
}
