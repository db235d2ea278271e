import Foundation
import Shortlist
import Testing

private let item: Feature<String> = "item:token"

/// A model of several features with names that no file may have, over items that are hard to tell apart.
private func makeRetriever() throws -> Retriever {
  // "é" as one character and as two: equal to Swift, different as bytes.
  let items = ["caf\u{E9}", "cafe\u{301}", "a\nb", "", "\\hashing XXH64 3", "x, \"y\""]
  let users = ["u/1", "../u", "u\r\n"]
  let (name, tags, age): (Feature<String>, Feature<[String]>, Feature<Float>) =
    ("../user:id/é", "tags", "age")
  var rows: (users: [String], items: [String], ages: [Float], tags: [[String]]) = ([], [], [], [])
  for row in 0..<12 {
    rows.users.append(users[row % 3])
    rows.items.append(items[row * 5 % 6])
    rows.ages.append(Float(row % 4))
    rows.tags.append(row % 2 == 0 ? ["t1"] : ["t2", "t1", "t3"])
  }
  let data = try Dataset([
    (name.name, .strings(StringColumn(rows.users))),
    (item.name, .strings(StringColumn(rows.items))),
    (age.name, .floats(rows.ages)), (tags.name, .stringLists(ListColumn(rows.tags))),
  ])
  let normal = Initializer.normal(deviation: 1)
  let model = TwoTowerModel(
    query: Tower {
      Embedding(of: name, in: Vocabulary(users), dimensions: 3, initializer: normal)
      Embedding(
        of: tags, in: .hashing(buckets: 4), dimensions: 2, pooling: .sum, initializer: normal)
      Numeric(of: age, standardizing: rows.ages)
    } layers: {
      Dense(7, activation: .gelu)
      LayerNorm()
      Dropout(0.5)
      Dense(4, usesBias: false)
    },
    candidate: Tower {
      Embedding(of: item, in: Vocabulary(items), dimensions: 4, initializer: normal)
    } layers: {
      L2Normalize()
    }, task: Retrieval(temperature: 0.1, hardNegatives: 3), weight: "age", seed: 8)
  let catalogue = try model.embedCandidates(data, identifiedBy: item)
  return Retriever(
    model, index: try ExactIndex(catalogue.embeddings), over: catalogue,
    history: try InteractionHistory(data.prefix(4), user: name, item: item))
}

private func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "retriever-\(UInt64.random(in: 0 ... .max))")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

@Suite("Artefacts of retrievers")
struct RetrieverFilesTests {
  @Test("Any names of features, users and items survive, and so do all options")
  func names() throws {
    try withFolder { folder in
      let retriever = try makeRetriever()
      #expect(retriever.catalogue.count == 6)
      let path = folder.appending(path: "a").path()
      let place = try retriever.save(to: path)
      let loaded = try Retriever(contentsOf: path)
      #expect(
        loaded.catalogue.identifiers.map { Array($0.utf8) }
          == retriever.catalogue.identifiers.map { Array($0.utf8) })
      #expect(loaded.model.task == retriever.model.task)
      #expect(loaded.model.weight == retriever.model.weight)
      #expect(loaded.model.parameters == retriever.model.parameters)
      #expect(loaded.history?.users == retriever.history?.users)
      #expect(loaded.history?.counts == retriever.history?.counts)
      for user in ["u/1", "../u", "u\r\n", "nobody"] {
        for among in [nil, Set(["a\nb", "", "x, \"y\""])] {
          let query: Query = [
            "../user:id/é": .string(user), "tags": ["t1", "t9"], "age": 2.5,
          ]
          let hits = try loaded.recommend(6, for: query, among: among)
          #expect(try retriever.recommend(6, for: query, among: among) == hits)
          #expect(!hits.isEmpty)
        }
      }
      for name in retriever.catalogue.identifiers {
        let near = try loaded.similar(9, to: name)
        #expect(near.count == 5)
        #expect(!near.contains { Array($0.identifier.utf8) == Array(name.utf8) })
      }
      // Saving what was loaded gives the same files.
      let again = try loaded.save(to: path)
      for file in try ArtifactReader(place).manifest.files.keys {
        #expect(
          try Data(contentsOf: again.appending(path: file))
            == Data(contentsOf: place.appending(path: file)), "\(file)")
      }
      let specification = try ["1", "2"].map {
        let manifest = try JSONSerialization.jsonObject(
          with: Data(contentsOf: folder.appending(path: "a/\($0)/manifest.json")))
        return try #require(
          (manifest as? [String: Any])?["specification"] as? NSDictionary)
      }
      #expect(specification[0] == specification[1])
    }
  }

  @Test("An attachment may not take the name of a file of the artefact")
  func attachments() throws {
    try withFolder { folder in
      let error = #expect(throws: ArtifactError.self) {
        try makeRetriever().save(
          to: folder.appending(path: "a").path(), attachments: ["weights.safetensors": Data()])
      }
      #expect(error?.code == .invalidName)
      let left = try FileManager.default.contentsOfDirectory(
        atPath: folder.appending(path: "a").path())
      #expect(left.isEmpty)
    }
  }

  /// Made once by the first version that wrote format 1. Never make it anew: it stands for the artefacts
  /// that people have.
  @Test("An artefact of format 1 is still loaded and recommends what it did")
  func format1() throws {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/format-1")
    struct Answers: Codable, Equatable {
      var recommended: [String: [Recommendation]]
      var stranger: [Recommendation]
      var similar: [Recommendation]
    }
    let retriever = try Retriever(contentsOf: fixtures.path())
    let answers = Answers(
      recommended: Dictionary(
        uniqueKeysWithValues: try ["1", "2", "3"].map {
          ($0, try retriever.recommend(3, for: ["user_id": .string($0), "age": 30]).items)
        }),
      stranger: try retriever.recommend(
        3, forEach: try Dataset([("user_id", .strings(["9"])), ("age", .floats([30]))]),
        excludingSeen: false)[0].items,
      similar: try retriever.similar(2, to: "Amélie").items)
    let expected = try JSONDecoder().decode(
      Answers.self, from: Data(contentsOf: fixtures.appending(path: "answers.json")))
    func close(_ a: [Recommendation], _ b: [Recommendation]?) -> Bool {
      a.map(\.identifier) == b?.map(\.identifier)
        && zip(a, b ?? []).allSatisfy { abs($0.score - $1.score) < 1e-5 }
    }
    #expect(answers.recommended.count == expected.recommended.count)
    for (user, items) in answers.recommended { #expect(close(items, expected.recommended[user])) }
    #expect(close(answers.stranger, expected.stranger))
    #expect(close(answers.similar, expected.similar))
    #expect(
      String(
        decoding: try Data(contentsOf: ArtifactReader(fixtures).file("note.txt")), as: UTF8.self)
        == "made by 0.1.0\n")
  }

  /// Made once by the first version that wrote columns of items. Never make it anew, as that of format 1.
  @Test("An artefact of format 2 with columns of items is still loaded and filtered as it was")
  func format2() throws {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/format-2")
    let retriever = try Retriever(contentsOf: fixtures.path())
    let answers = try JSONDecoder().decode(
      [String: [Recommendation]].self,
      from: Data(contentsOf: fixtures.appending(path: "answers.json")))
    #expect(answers.count == 6)
    for (text, expected) in answers {
      let hits = try retriever.recommend(
        3, for: ["user_id": "2"], matching: ItemFilter(text))
      #expect(hits.map(\.identifier) == expected.map(\.identifier), "\(text)")
      #expect(zip(hits, expected).allSatisfy { abs($0.score - $1.score) < 1e-5 })
    }
    #expect(try ArtifactReader(fixtures).manifest.format == 2)
  }

  @Test("An artefact from before columns of items says what a filter needs")
  func format1Filtered() throws {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/format-1")
    let error = #expect(throws: RetrieverError.self) {
      try Retriever(contentsOf: fixtures.path()).similar(
        2, to: "Clue", matching: .equals("film", "Diva"))
    }
    #expect(error?.code == .noItemColumns)
    #expect(error?.message.contains("Train it again with `shortlist train`") == true)
  }
}
