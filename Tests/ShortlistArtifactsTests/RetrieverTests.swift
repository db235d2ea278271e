import Foundation
import Shortlist
import ShortlistTesting
import Testing

/// A layer that the library does not know.
private struct Halve: Layer {
  static let typeName = "halve"
  func forward(_ input: Variable, in pass: Pass) -> Variable { pass.scale(input, by: 0.5) }
}

private func makeRetriever(
  vectors: Int = 1, layers: [any Layer] = [], withHistory: Bool = true
) throws -> Retriever {
  let users = (0..<20).map { "u\($0)" }
  let items = (0..<30).map { "item \($0)" }
  let rows = users.indices.flatMap { user in
    (0..<8).map { (users[user], items[(user * 3 + $0) % 30]) }
  }
  let data = try Dataset([
    ("user_id", .strings(StringColumn(rows.map(\.0)))),
    ("item_id", .strings(StringColumn(rows.map(\.1)))),
  ])
  let item: Feature<String> = "item_id"
  let model = TwoTowerModel(
    query: Tower(
      features: [
        Embedding(
          of: .userID, in: Vocabulary(users), dimensions: 8 * vectors,
          initializer: .normal(deviation: 1))
      ], layers: layers),
    candidate: Tower {
      Embedding(of: item, in: Vocabulary(items), dimensions: 8, initializer: .normal(deviation: 1))
    }, task: Retrieval(queryVectors: vectors), seed: 5)
  let catalogue = try model.embedCandidates(
    try Dataset([("item_id", .strings(StringColumn(items)))]), identifiedBy: item)
  return Retriever(
    model, index: try ExactIndex(catalogue.embeddings), over: catalogue,
    history: withHistory ? try InteractionHistory(data, user: .userID, item: item) : nil)
}

/// Every item with its score by plain loops: the largest over the query's vectors.
private func oracle(_ retriever: Retriever, user: String) throws -> [Recommendation] {
  let query = try retriever.model.embedQueries(
    try Dataset([("user_id", .strings([user]))]))
  let width = retriever.model.dimensions
  let items = retriever.catalogue.embeddings
  return (0..<items.rows).map { row in
    let scores = (0..<query.columns / width).map { head in
      (0..<width).reduce(Float(0)) { $0 + query[0, head * width + $1] * items[row, $1] }
    }
    return Recommendation(
      identifier: retriever.catalogue.identifiers[row], score: scores.max() ?? 0)
  }
  .sorted { $0.score > $1.score }
}

private func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "retriever-\(UInt64.random(in: 0 ... .max))")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

@Suite("Retriever")
struct RetrieverTests {
  @Test(
    "Recommendations are those of plain loops, and always k where k remain",
    arguments: [1, 3], [1, 5, 22, 30, 100])
  func agreesWithOracle(vectors: Int, k: Int) throws {
    let retriever = try makeRetriever(vectors: vectors)
    let all = try oracle(retriever, user: "u4")
    let seen = Set(retriever.history?.items(of: "u4") ?? [])
    #expect(seen.count == 8)
    let excluded: Set = [all[0].identifier, all[3].identifier, "no such item"]
    let allowed = Set(all.prefix(12).map(\.identifier))
    for hidesSeen in [true, false] {
      for excluding in [[], excluded] {
        for among in [nil, allowed] {
          let hits = try retriever.recommend(
            k, for: ["user_id": "u4"], excluding: excluding, among: among,
            excludingSeen: hidesSeen)
          let expected = all.filter {
            !(hidesSeen && seen.contains($0.identifier)) && !excluding.contains($0.identifier)
              && among?.contains($0.identifier) ?? true
          }
          #expect(hits.map(\.identifier) == expected.prefix(k).map(\.identifier))
          #expect(zip(hits, expected).allSatisfy { abs($0.score - $1.score) < 1e-4 })
          #expect(hits.basis == .model)
        }
      }
    }
  }

  @Test("Many queries at once get what each gets alone")
  func batch() throws {
    let retriever = try makeRetriever(vectors: 2)
    let users = try retriever.allUsers()
    let lists = try retriever.recommend(7, forEach: users)
    #expect(lists.count == 20)
    for (user, list) in zip(users[.userID], lists) {
      let alone = try retriever.recommend(7, for: ["user_id": .string(user)])
      #expect(list.map(\.identifier) == alone.map(\.identifier))
    }
  }

  @Test("A user whom nobody knows gets the most popular items, and the answer says so")
  func unknownUser() throws {
    let retriever = try makeRetriever()
    let counts = try #require(retriever.history?.counts)
    let hits = try retriever.recommend(3, for: ["user_id": "stranger"])
    #expect(hits.basis == .popularity)
    #expect(hits.count == 3)
    #expect(hits[0].score == Float(counts.max() ?? 0) / Float(counts.reduce(0, +)))
    let forgetful = try makeRetriever(withHistory: false)
    #expect(try forgetful.recommend(3, for: ["user_id": "stranger"]).basis == .model)
  }

  @Test("Similar items are the nearest by cosine, without the item itself")
  func similar() throws {
    let retriever = try makeRetriever()
    let items = retriever.catalogue.embeddings
    func cosine(_ a: Int, _ b: Int) -> Float {
      var (dot, x, y): (Float, Float, Float) = (0, 0, 0)
      for c in 0..<items.columns {
        dot += items[a, c] * items[b, c]
        x += items[a, c] * items[a, c]
        y += items[b, c] * items[b, c]
      }
      return dot / (x * y).squareRoot()
    }
    let expected = (0..<30).filter { $0 != 7 }.sorted { cosine(7, $0) > cosine(7, $1) }
    let hits = try retriever.similar(5, to: "item 7")
    #expect(hits.map(\.identifier) == expected.prefix(5).map { "item \($0)" })
    #expect(abs(hits[0].score - cosine(7, expected[0])) < 1e-5)
    let error = #expect(throws: RetrieverError.self) { try retriever.similar(5, to: "ITEM 2x") }
    #expect(error?.code == .unknownItem)
    #expect(try #require(error?.message).contains("not in the catalogue of 30 items"))
  }

  @Test("Wrong questions are answered by errors", arguments: [0, -1])
  func wrongQuestions(k: Int) throws {
    let retriever = try makeRetriever()
    #expect(throws: RetrieverError.self) { try retriever.recommend(k, for: ["user_id": "u1"]) }
    #expect(throws: RetrieverError.self) { try retriever.similar(k, to: "item 1") }
    let error = #expect(throws: RetrieverError.self) {
      try retriever.recommend(3, for: ["name": "u1"])
    }
    #expect(error?.code == .missingFeature)
    #expect(try #require(error?.message).contains("lacks the feature \"user_id\""))
  }

  @Test("A saved retriever recommends the same, bit for bit, and needs its files only to load")
  func roundTrip() throws {
    try withFolder { folder in
      let retriever = try makeRetriever(vectors: 2)
      let place = try retriever.save(
        to: folder.appending(path: "a").path(), attachments: ["note.txt": Data("hello".utf8)])
      #expect(place.lastPathComponent == "1")
      #expect(
        try retriever.save(to: folder.appending(path: "a").path()).lastPathComponent == "2")
      let moved = folder.appending(path: "moved")
      try FileManager.default.moveItem(at: place, to: moved)
      #expect(
        try String(contentsOf: moved.appending(path: "note.txt"), encoding: .utf8) == "hello")
      let loaded = try Retriever(contentsOf: moved.path())
      try FileManager.default.removeItem(at: moved)
      for user in ["u0", "u7", "stranger"] {
        let query: Query = ["user_id": .string(user)]
        #expect(try loaded.recommend(9, for: query) == retriever.recommend(9, for: query))
      }
      #expect(try loaded.similar(4, to: "item 3") == retriever.similar(4, to: "item 3"))
      #expect(loaded.model.parameters == retriever.model.parameters)
    }
  }

  @Test("A layer of one's own is loaded by naming its type, and missed by its name without")
  func customLayer() throws {
    try withFolder { folder in
      let retriever = try makeRetriever(layers: [Halve()])
      let path = folder.appending(path: "a").path()
      try retriever.save(to: path)
      let loaded = try Retriever(contentsOf: path, layers: [Halve.self])
      #expect(
        try loaded.recommend(5, for: ["user_id": "u1"])
          == retriever.recommend(5, for: ["user_id": "u1"]))
      let error = #expect(throws: ArtifactError.self) { try Retriever(contentsOf: path) }
      #expect(try #require(error?.message).contains("layer \"halve\" is not known"))
    }
  }

  @Test("Weights that are not numbers are refused by name")
  func notFinite() throws {
    try withFolder { folder in
      var retriever = try makeRetriever()
      var model = retriever.model
      model.parameters.update("query/user_id/embedding") { $0[3, 1] = .nan }
      retriever = Retriever(
        model, index: retriever.index, over: retriever.catalogue, history: retriever.history)
      let path = folder.appending(path: "a").path()
      try retriever.save(to: path)
      let error = #expect(throws: ArtifactError.self) { try Retriever(contentsOf: path) }
      #expect(error?.code == .damagedFile)
      #expect(
        try #require(error?.message).contains("query/user_id/embedding holds NaN or infinite"))
    }
  }
}
