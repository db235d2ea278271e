import Shortlist
import ShortlistTensors

/// Looking into the catalogue and the history of the artefact.
extension ServedModel {
  /// Items whose identifier, or one of whose texts, holds a text: the most popular first, or in the order of the
  /// catalogue without a history.
  ///
  /// - Throws: `ServingError.invalidArgument` for a number of items beyond the limits.
  /// - Complexity: O(items) texts are looked at.
  public func items(
    matching search: TextSearch?, atMost limit: Int = 20, within limits: ServingLimits = .init()
  ) throws(ServingError) -> Excerpt<CatalogueItem> {
    try limits.check(limit: limit)
    let catalogue = retriever.catalogue
    let live = liveRetriever
    var found = Excerpt(
      live.joined, atMost: limit,
      where: { item in
        guard let search else { return true }
        return search.matches(item.identifier)
          || item.features?.values.contains { $0.contains(search) } == true
      }, as: { self.item($0.identifier, $0.features) })
    var texts: [MatchingColumn] = []
    if let search { texts = columns.map { MatchingColumn($0.column, search) } }
    func isWanted(row: Int) -> Bool {
      guard !live.isHidden(row: row) else { return false }
      guard let search else { return true }
      return search.matches(catalogue.identifiers[row]) || texts.contains { $0.matches(row) }
    }
    if let rows = retriever.rowsByPopularity {
      found.append(rows, atMost: limit, where: isWanted, as: item(row:))
    } else {
      found.append(0..<catalogue.count, atMost: limit, where: isWanted, as: item(row:))
    }
    return found
  }

  /// How many items the catalogue has now.
  public var itemCount: Int { liveRetriever.count }

  /// An item with what is said of it.
  ///
  /// - Throws: `ServingError.notFound` for one that is not in the catalogue.
  public func item(_ identifier: String) throws(ServingError) -> CatalogueItem {
    guard let item = known(identifier) else {
      throw ServingError(
        .notFound, "\"\(identifier.prefix(200))\" is not in the catalogue of \(itemCount) items")
    }
    return item
  }

  private func known(_ identifier: String) -> CatalogueItem? {
    let live = liveRetriever
    if let features = live.featuresOfJoined(identifier) { return item(identifier, features) }
    guard let row = retriever.catalogue.row(of: identifier), !live.isHidden(row: row) else {
      return nil
    }
    return item(row: row)
  }

  /// A user with the number of items they have interacted with.
  public struct User: Sendable, Hashable {
    public var identifier: String
    public var items: Int
  }

  /// Users of the history whose identifier holds a text, in the order of the history.
  ///
  /// - Throws: `ServingError`: `invalidArgument` for a number beyond the limits, `notFound` without a history.
  public func users(
    matching search: TextSearch?, atMost limit: Int = 20, within limits: ServingLimits = .init()
  ) throws(ServingError) -> Excerpt<User> {
    try limits.check(limit: limit)
    let history = try history()
    return Excerpt(
      history.users, atMost: limit, where: { user in search.map { $0.matches(user) } ?? true },
      as: { User(identifier: $0, items: history.positions(of: $0).count) })
  }

  /// What a user has interacted with: what has come since the artefact was made, the latest first, and then the history,
  /// which has no times, in its order.
  ///
  /// - Throws: `ServingError`: `notFound` for a user of whom nothing is known, `invalidArgument` for a number beyond the
  ///   limits.
  public func items(
    ofUser user: String, atMost limit: Int = 100, within limits: ServingLimits = .init()
  ) throws(ServingError) -> (items: Excerpt<CatalogueItem>, total: Int) {
    try limits.check(limit: limit)
    let recent = Array(live.items(of: user).reversed())
    let history = retriever.history
    let known = Set(recent)
    let older = (history?.items(of: user) ?? []).filter { !known.contains($0) }
    guard !recent.isEmpty || !older.isEmpty else {
      throw ServingError(
        .notFound,
        "\"\(user.prefix(200))\" is not among the \(history?.users.count ?? 0) users of the history"
      )
    }
    let items = Excerpt(
      recent + older, atMost: limit, where: { _ in true },
      as: { identifier in
        self.known(identifier)
          ?? CatalogueItem(identifier: identifier, popularity: nil, features: [])
      })
    return (items, recent.count + older.count)
  }

  private func history() throws(ServingError) -> InteractionHistory {
    guard let history = retriever.history else {
      throw ServingError(
        .notFound, "the artefact of \(name) version \(version) holds no history of users")
    }
    return history
  }

  /// The columns of the catalogue without that of the identifiers.
  var columns: [(name: String, column: AnyColumn)] {
    guard let items = retriever.catalogue.items else { return [] }
    let identifier = retriever.catalogue.identifier.name
    return items.columnNames.compactMap { name in
      name == identifier ? nil : items[name: name].map { (name, $0) }
    }
  }

  /// The share of the training interactions that an item has; nil without a history.
  public func popularity(ofRow row: Int) -> Float? { retriever.popularity(ofRow: row) }

  private func item(
    _ identifier: String, _ features: [String: ItemValue]?
  ) -> CatalogueItem {
    CatalogueItem(
      identifier: identifier, popularity: nil,
      features: columns.compactMap { column in
        features?[column.name].map { .init(name: column.name, value: $0) }
      })
  }

  func item(row: Int) -> CatalogueItem {
    CatalogueItem(
      identifier: retriever.catalogue.identifiers[row],
      popularity: popularity(ofRow: row),
      features: columns.map { .init(name: $0.name, value: .init($0.column, row: row)) })
  }
}

extension ServingLimits {
  /// - Throws: `ServingError.invalidArgument` for more, or fewer, than one answer may hold.
  public func check(limit: Int) throws(ServingError) {
    guard limit >= 1, limit <= k else {
      throw ServingError(.invalidArgument, "limit is \(limit); expected 1 to \(k)")
    }
  }
}

/// Whether the texts of a column match: each distinct text is looked at once.
private struct MatchingColumn {
  private let column: AnyColumn
  private let matching: [Bool]

  init(_ column: AnyColumn, _ search: TextSearch) {
    self.column = column
    switch column {
    case .strings(let column): matching = column.distinct.map(search.matches)
    case .stringLists(let column): matching = column.values.distinct.map(search.matches)
    default: matching = []
    }
  }

  func matches(_ row: Int) -> Bool {
    switch column {
    case .strings(let column): matching[Int(column.codes[row])]
    case .stringLists(let column):
      column.range(of: row).contains { matching[Int(column.values.codes[$0])] }
    default: false
    }
  }
}
