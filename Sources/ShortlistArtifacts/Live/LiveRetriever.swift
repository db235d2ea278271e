package import ShortlistData
import ShortlistIndex
import ShortlistModels
package import ShortlistTensors

/// A retriever with what has changed in its catalogue since it was made.
package struct LiveRetriever: Sendable {
  package let retriever: Retriever
  package let overlay: CatalogueOverlay

  package init(_ retriever: Retriever, _ overlay: CatalogueOverlay) {
    self.retriever = retriever
    self.overlay = overlay
  }

  /// Which items a search may return.
  struct Choice {
    /// Of the artefact's catalogue.
    var rows: RowFilter
    /// Of those that joined.
    var joined: RowFilter
  }

  /// Where an item stands.
  enum Place {
    case row(Int)
    case joined(Int)
  }

  /// Where an item stands; nil for one that is not in the catalogue.
  func place(of item: String) -> Place? {
    if let place = overlay.place(of: item) { return .joined(place) }
    guard let row = retriever.catalogue.row(of: item), !overlay.hidden.contains(row) else {
      return nil
    }
    return .row(row)
  }

  /// Whether an item is in the catalogue.
  package func contains(_ item: String) -> Bool { place(of: item) != nil }

  /// An item as it is now, with its columns and its vector; nil for one that is not in the catalogue.
  package func item(_ identifier: String) -> LiveItem? {
    guard let place = place(of: identifier) else { return nil }
    return LiveItem(
      identifier, features: overlay.features(at: place, of: retriever),
      vector: withVector(at: place) { vector in vector.indices.map { vector[$0] } })
  }

  /// That an item is not in the catalogue.
  func unknown(_ item: String) -> RetrieverError {
    let identifiers = retriever.catalogue.identifiers
    let rows = identifiers.indices.filter { !overlay.hidden.contains($0) }
    return .unknown(
      item,
      among: rows.map { identifiers[$0] } + (0..<overlay.count).map { overlay.identifier(at: $0) })
  }

  /// Calls `body` with the vector of an item.
  func withVector<Result>(
    at place: Place, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    switch place {
    case .row(let row):
      let vectors = retriever.catalogue.embeddings
      return try body(vectors[row: row])
    case .joined(let place):
      let vectors = overlay.vectors
      return try body(vectors[row: place])
    }
  }

  // MARK: Choosing

  /// - Parameter user: who has seen what is left out as well.
  func choice(
    excluding: [String] = [], among: [String]? = nil, matching filter: ItemFilter? = nil,
    unseenBy user: String? = nil
  ) throws -> Choice {
    var rows = try filter.map { try retriever.rows(matching: $0) }
    var joined = overlay.count > 0 ? try filter.map { try overlay.rows(matching: $0) } : nil
    if let among {
      let places = among.compactMap(place)
      let chosen = RowSet(
        places.lazy.compactMap { if case .row(let row) = $0 { row } else { nil } })
      let others = RowSet(
        places.lazy.compactMap { if case .joined(let place) = $0 { place } else { nil } })
      rows = rows?.intersection(chosen) ?? chosen
      joined = joined?.intersection(others) ?? others
    }
    var excludedRows = excluding.compactMap { retriever.catalogue.row(of: $0) }
    var excludedPlaces = excluding.compactMap { overlay.place(of: $0) }
    if let user, let history = retriever.history, let number = history.number(of: user) {
      excludedRows += retriever.seen?[number] ?? []
      if overlay.count > 0 {
        excludedPlaces += history.positions(of: user).compactMap {
          overlay.place(of: history.items[Int($0)])
        }
      }
    }
    return Choice(
      rows: (rows.map { RowFilter.among($0) } ?? .all).excluding(excludedRows)
        .hiding(overlay.hidden),
      joined: (joined.map { RowFilter.among($0) } ?? .all).excluding(excludedPlaces))
  }

  // MARK: Searching

  /// The best items for each query, best first.
  ///
  /// - Parameters:
  ///   - queries: one query a row, its vectors side by side.
  ///   - vectors: of each query.
  package func nearest(
    _ k: Int, to queries: Matrix, vectors: Int
  ) throws -> [[Recommendation]] {
    let choice = try choice()
    return try nearest(
      k, to: queries, vectors: vectors, among: Array(repeating: choice, count: queries.rows))
  }

  func nearest(
    _ k: Int, to queries: Matrix, vectors: Int, among choices: [Choice]
  ) throws -> [[Recommendation]] {
    let rows = try retriever.index.nearest(
      k, to: queries, vectors: vectors, where: choices.map(\.rows))
    guard overlay.count > 0 else {
      return rows.map { merged(k, $0, []) }
    }
    let joined = try overlay.index.nearest(
      k, to: queries, vectors: vectors, where: choices.map(\.joined))
    return zip(rows, joined).map { merged(k, $0, $1) }
  }

  /// The best of two lists, each best first; of equal scores the catalogue's rows come first.
  private func merged(_ k: Int, _ rows: [Neighbor], _ joined: [Neighbor]) -> [Recommendation] {
    var found: [Recommendation] = []
    found.reserveCapacity(min(k, rows.count + joined.count))
    var (a, b) = (0, 0)
    while found.count < k, a < rows.count || b < joined.count {
      if b == joined.count || a < rows.count && rows[a].score >= joined[b].score {
        found.append(
          Recommendation(
            identifier: retriever.catalogue.identifiers[rows[a].row], score: rows[a].score))
        a += 1
      } else {
        found.append(
          Recommendation(
            identifier: overlay.identifier(at: joined[b].row), score: joined[b].score))
        b += 1
      }
    }
    return found
  }

  /// The items nearest to an item by the cosine of their vectors, best first, without itself.
  ///
  /// - Throws: `RetrieverError` as `Retriever.similar`.
  package func similar(
    _ k: Int, to item: String, excluding: [String] = [], among: [String]? = nil,
    matching filter: ItemFilter? = nil
  ) throws -> Recommendations {
    try RetrieverError.check(count: k)
    guard let place = place(of: item) else { throw unknown(item) }
    let choice = try choice(excluding: excluding + [item], among: among, matching: filter)
    return try withVector(at: place) { vector in
      let rows = try retriever.neighbors.nearest(k, to: vector, where: choice.rows)
      guard overlay.count > 0 else { return Recommendations(merged(k, rows, [])) }
      let joined = try overlay.similar(k, to: vector, where: choice.joined)
      return Recommendations(merged(k, rows, joined))
    }
  }
}
