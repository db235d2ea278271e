import Foundation
import Shortlist
import Testing

private func makeRetriever(items count: Int) throws -> Retriever {
  let users = (0..<200).map { "u\($0)" }
  let items = (0..<count).map { "i\($0)" }
  let user: Feature<String> = "user"
  let item: Feature<String> = "item"
  let model = TwoTowerModel(
    query: Tower {
      Embedding(
        of: user, in: Vocabulary(users), dimensions: 16, initializer: .normal(deviation: 1))
    },
    candidate: Tower {
      Embedding(
        of: item, in: Vocabulary(items), dimensions: 16, initializer: .normal(deviation: 1))
    }, task: Retrieval(), seed: 3)
  let catalogue = try model.embedCandidates(
    Dataset([(item.name, .strings(StringColumn(items)))]), identifiedBy: item)
  let history = try InteractionHistory(
    Dataset([
      (user.name, .strings(StringColumn(users))),
      (item.name, .strings(StringColumn((0..<200).map { "i\($0 * 3 % count)" }))),
    ]), user: user, item: item)
  return Retriever(
    model, index: try ExactIndex(catalogue.embeddings), over: catalogue, history: history)
}

@Suite("Indexes in artefacts")
struct RetrieverIndexTests {
  @Test("A ScaNN index is saved with the artefact and answers as before", arguments: [0.8, 1])
  func scann(recall: Double) throws {
    let retriever = try makeRetriever(items: 2000).indexed(as: .scann, recall: recall)
    let index = try #require(retriever.index as? ScaNNIndex)
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "retriever-index-\(UInt64.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    try retriever.save(to: folder.appending(path: "items").path())
    let loaded = try Retriever(contentsOf: folder.appending(path: "items").path())
    let again = try #require(loaded.index as? ScaNNIndex)
    #expect(again.configuration == index.configuration)
    #expect(again.measurements == index.measurements && index.measurements != nil)
    #expect(loaded.indexTrials == retriever.indexTrials)
    #expect(loaded.indexTrials.map(\.name) == ["exact", "scann"])
    for user in 0..<20 {
      let query: Query = ["user": .string("u\(user)")]
      let hits = try retriever.recommend(10, for: query)
      #expect(hits.count == 10)
      #expect(try loaded.recommend(10, for: query).items == hits.items)
      #expect(!hits.contains { $0.identifier == "i\(user * 3)" })
    }
  }

  @Test("The recall that is measured is that of the recommendations")
  func measured() throws {
    let exact = try makeRetriever(items: 3000)
    let fast = try exact.indexed(as: .scann, recall: 0.9)
    let users = try exact.allUsers()
    let truth = try exact.recommend(10, forEach: users, excludingSeen: false)
    let found = try fast.recommend(10, forEach: users, excludingSeen: false)
    var hits = 0
    for (wanted, got) in zip(truth, found) {
      hits += Set(wanted.map(\.identifier)).intersection(got.map(\.identifier)).count
    }
    let recall = Double(hits) / Double(10 * users.rowCount)
    let measured = try #require((fast.index as? ScaNNIndex)?.measurements?.recall)
    #expect(abs(recall - measured) < 0.04 && measured > 0.85)
  }

  @Test("An index that artefacts do not hold is refused, and nothing is left behind")
  func unknownIndex() throws {
    struct Reversed: VectorIndex {
      let base: ExactIndex
      var count: Int { base.count }
      var dimensions: Int { base.dimensions }
      var isExact: Bool { false }
      func nearest(_ k: Int, to query: Span<Float>, where filter: RowFilter) throws -> [Neighbor] {
        try base.nearest(k, to: query, where: filter).reversed()
      }
      func nearest(_ k: Int, to queries: Matrix, where filters: [RowFilter]) throws -> [[Neighbor]]
      {
        try base.nearest(k, to: queries, where: filters).map { $0.reversed() }
      }
    }
    let exact = try makeRetriever(items: 20)
    let retriever = Retriever(
      exact.model, index: Reversed(base: try ExactIndex(exact.catalogue.embeddings)),
      over: exact.catalogue)
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "retriever-index-\(UInt64.random(in: 0 ... .max))")
    let error = #expect(throws: ArtifactError.self) { try retriever.save(to: folder.path()) }
    #expect(error?.code == .unsupportedIndex && error?.message.contains("Reversed") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.path()))
  }
}
