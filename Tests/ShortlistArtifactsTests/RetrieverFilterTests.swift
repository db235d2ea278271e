import Foundation
import Shortlist
import Testing

private let shelves = ["A", "B", "", "caf\u{E9}"]
private let stock = 4000

/// 4,000 items: `share` is a number below 1,000 that four items have each, in no order.
private func makeRetriever(_ kind: IndexChoice.Kind = .exact) throws -> Retriever {
  let users = (0..<60).map { "u\($0)" }
  let items = (0..<stock).map { "i\($0)" }
  let item: Feature<String> = "item"
  let model = TwoTowerModel(
    query: Tower {
      Embedding(
        of: .userID, in: Vocabulary(users), dimensions: 16, initializer: .normal(deviation: 1))
    },
    candidate: Tower {
      Embedding(
        of: item, in: Vocabulary(items), dimensions: 16, initializer: .normal(deviation: 1))
    }, task: Retrieval(), seed: 3)
  let catalogue = try model.embedCandidates(
    Dataset([
      ("item", .init(items)), ("share", .init(items.indices.map { $0 * 617 % 1000 })),
      ("shelf", .init(items.indices.map { shelves[$0 % 4] })),
      ("tags", .init(items.indices.map { $0 % 3 == 0 ? [] : ["t\($0 % 5)", "t\($0 % 7)"] })),
    ]), identifiedBy: item)
  // User u has seen the items 40 u ..< 40 u + 40.
  let seen = (0..<60 * 40).map { ("u\($0 / 40)", "i\($0)") }
  let history = try InteractionHistory(
    Dataset([("user_id", .init(seen.map(\.0))), ("item", .init(seen.map(\.1)))]), user: .userID,
    item: item)
  let exact = Retriever(
    model, index: try ExactIndex(catalogue.embeddings), over: catalogue, history: history)
  return kind == .exact ? exact : try exact.indexed(as: kind, recall: 0.95)
}

private func row(_ hit: Recommendation) -> Int { Int(hit.identifier.dropFirst()) ?? -1 }

@Suite("Recommending among items that match a filter")
struct RetrieverFilterTests {
  @Test(
    "There are k items where k match, the best of them, at every selectivity",
    arguments: [IndexChoice.Kind.exact, .scann], [500, 100, 10, 1, 0])
  func selectivity(kind: IndexChoice.Kind, share: Int) throws {
    let retriever = try makeRetriever(kind)
    let exact = try makeRetriever()
    let filter = ItemFilter.range("share", below: .integer(share))
    let matching = (0..<stock).filter { $0 * 617 % 1000 < share }
    #expect(matching.count == 4 * share)
    let users = try retriever.allUsers()
    for k in [1, 10, 50] {
      let lists = try retriever.recommend(k, forEach: users, matching: filter)
      var (found, wanted) = (0, 0)
      for (user, list) in lists.enumerated().prefix(12) {
        let query: Query = ["user_id": .string("u\(user)")]
        let alone = try retriever.recommend(k, for: query, matching: filter)
        #expect(alone.map(\.identifier) == list.map(\.identifier))
        let left = matching.filter { $0 / 40 != user }
        #expect(list.count == min(k, left.count))
        #expect(list.allSatisfy { $0.identifier != "" && left.contains(row($0)) })
        let best = try exact.recommend(stock, for: query).filter { row($0) * 617 % 1000 < share }
          .prefix(k)
        if kind == .exact { #expect(list.map(\.identifier) == best.map(\.identifier)) }
        found += Set(list.map(\.identifier)).intersection(best.map(\.identifier)).count
        wanted += best.count
      }
      #expect(Double(found) >= 0.9 * Double(wanted), "k \(k): \(found) of \(wanted)")
      let near = try retriever.similar(k, to: "i7", matching: filter)
      let all = try retriever.similar(stock, to: "i7").filter { row($0) * 617 % 1000 < share }
      #expect(near.items == Array(all.prefix(k)))
    }
  }

  @Test("A filter holds together with exclusions, choices and what was seen")
  func together() throws {
    let retriever = try makeRetriever()
    let filter = try ItemFilter("shelf in ('A', 'caf\u{E9}') and not tags contains 't1'")
    func matches(_ row: Int) -> Bool {
      (row % 4 == 0 || row % 4 == 3) && !(row % 3 != 0 && (row % 5 == 1 || row % 7 == 1))
    }
    let query: Query = ["user_id": "u3"]
    let all = try retriever.recommend(stock, for: query, excludingSeen: false)
    #expect(all.count == stock)
    let excluded = Set((0..<stock).filter { $0 % 10 == 0 }.map { "i\($0)" } + ["no such item"])
    let chosen = Set((0..<2000).map { "i\($0)" })
    for excluding in [[], excluded] {
      for among in [nil, chosen, []] {
        for hidesSeen in [true, false] {
          let expected = all.filter {
            matches(row($0)) && !excluding.contains($0.identifier)
              && among?.contains($0.identifier) ?? true && !(hidesSeen && row($0) / 40 == 3)
          }
          for k in [5, stock] {
            let hits = try retriever.recommend(
              k, for: query, excluding: excluding, among: among, matching: filter,
              excludingSeen: hidesSeen)
            #expect(hits.map(\.identifier) == expected.prefix(k).map(\.identifier))
          }
        }
      }
    }
    let strangers = try retriever.recommend(9, for: ["user_id": "nobody"], matching: filter)
    #expect(strangers.basis == .popularity && strangers.count == 9)
    #expect(strangers.allSatisfy { matches(row($0)) })
  }

  @Test("Many filters in turn and at once each get their own items")
  func manyFilters() async throws {
    let retriever = try makeRetriever()
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<4 {
        group.addTask {
          for round in 0..<60 {
            let share = (round * 7 + task) % 40
            let hits = try? retriever.recommend(
              4, for: ["user_id": "nobody"], matching: .equals("share", .integer(share)))
            #expect(hits?.count == 4)
            #expect(hits?.allSatisfy { row($0) * 617 % 1000 == share } == true)
          }
        }
      }
    }
    // Equal to Swift, different as bytes.
    let composed = try retriever.rows(matching: .equals("shelf", "caf\u{E9}"))
    let decomposed = try retriever.rows(matching: .equals("shelf", "cafe\u{301}"))
    #expect(composed.count == 1000 && decomposed.count == 0)
  }

  @Test("A filter that cannot be applied is an error that says why")
  func errors() throws {
    let retriever = try makeRetriever()
    let query: Query = ["user_id": "u1"]
    for filter in [ItemFilter.equals("shelve", "A"), .equals("shelf", 3)] {
      #expect(throws: DataError.self) { try retriever.recommend(3, for: query, matching: filter) }
      #expect(throws: DataError.self) { try retriever.similar(3, to: "i1", matching: filter) }
      #expect(throws: DataError.self) {
        try retriever.recommend(3, forEach: try retriever.allUsers(), matching: filter)
      }
    }
    let bare = Retriever(
      retriever.model, index: retriever.index,
      over: Catalogue(
        identifiers: retriever.catalogue.identifiers, identifiedBy: "item",
        embeddings: retriever.catalogue.embeddings))
    let error = #expect(throws: RetrieverError.self) {
      try bare.recommend(3, for: query, matching: .equals("shelf", "A"))
    }
    #expect(error?.code == .noItemColumns)
    #expect(
      error?.message.hasPrefix(
        #"the filter shelf = "A" cannot be applied: the artefact holds no columns of items. "#
          + "Train it again with `shortlist train`") == true)
    #expect(try bare.recommend(3, for: query).count == 3)
  }
}
