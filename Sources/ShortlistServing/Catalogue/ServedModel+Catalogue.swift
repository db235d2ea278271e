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
    let isWanted: (Int) -> Bool
    if let search {
      let columns = columns.map { MatchingColumn($0.column, search) }
      isWanted = { row in
        search.matches(catalogue.identifiers[row]) || columns.contains { $0.matches(row) }
      }
    } else {
      isWanted = { _ in true }
    }
    if let rows = retriever.rowsByPopularity {
      return Excerpt(rows, atMost: limit, where: isWanted, as: { item(row: $0) })
    }
    return Excerpt(0..<catalogue.count, atMost: limit, where: isWanted, as: { item(row: $0) })
  }

  /// An item with what the columns say of it.
  ///
  /// - Throws: `ServingError.notFound` for one that is not in the catalogue.
  public func item(_ identifier: String) throws(ServingError) -> CatalogueItem {
    guard let row = retriever.catalogue.row(of: identifier) else {
      throw ServingError(
        .notFound,
        "\"\(identifier.prefix(200))\" is not in the catalogue of \(retriever.catalogue.count) items"
      )
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

  /// What a user has interacted with, in the order of the history, which has no times.
  ///
  /// - Throws: `ServingError`: `notFound` for a user that the history does not know, `invalidArgument` for a number
  ///   beyond the limits.
  public func items(
    ofUser user: String, atMost limit: Int = 100, within limits: ServingLimits = .init()
  ) throws(ServingError) -> (items: Excerpt<CatalogueItem>, total: Int) {
    try limits.check(limit: limit)
    let history = try history()
    let positions = history.positions(of: user)
    guard !positions.isEmpty else {
      throw ServingError(
        .notFound,
        "\"\(user.prefix(200))\" is not among the \(history.users.count) users of the history")
    }
    let catalogue = retriever.catalogue
    let identifiers = positions.lazy.map { history.items[Int($0)] }
    let items = Excerpt(
      identifiers, atMost: limit, where: { _ in true },
      as: { identifier in
        catalogue.row(of: identifier).map { item(row: $0) }
          ?? CatalogueItem(identifier: identifier, popularity: nil, features: [])
      })
    return (items, positions.count)
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

  func item(row: Int) -> CatalogueItem {
    CatalogueItem(
      identifier: retriever.catalogue.identifiers[row],
      popularity: popularity(ofRow: row),
      features: columns.map { .init(name: $0.name, value: .init($0.column, row: row)) })
  }
}

extension ServingLimits {
  func check(limit: Int) throws(ServingError) {
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
