public import Shortlist

/// An item as the catalogue knows it.
public struct CatalogueItem: Sendable, Hashable {
  public struct Feature: Sendable, Hashable {
    public var name: String
    public var value: ItemValue
  }

  public var identifier: String
  /// The share of the training interactions that it has; nil without a history, and for an item that joined since.
  public var popularity: Float?
  /// What the columns say of it, in their order, without its identifier.
  public var features: [Feature]
}

extension ItemValue {
  init(_ column: AnyColumn, row: Int) {
    switch column {
    case .strings(let column): self = .string(column[row])
    case .integers(let values): self = .integer(values[row])
    case .floats(let values): self = .number(Double(values[row]))
    case .stringLists(let column): self = .list(column[row].map { .string($0) })
    case .integerLists(let column): self = .list(column[row].map { .integer($0) })
    case .floatLists(let column): self = .list(column[row].map { .number(Double($0)) })
    }
  }

  func contains(_ search: TextSearch) -> Bool {
    switch self {
    case .string(let text): search.matches(text)
    case .list(let values): values.contains { $0.contains(search) }
    case .integer, .number: false
    }
  }
}

/// Some of many: what was found, and whether there is more.
public struct Excerpt<Element: Sendable>: Sendable {
  public private(set) var elements: [Element] = []
  public private(set) var hasMore = false

  /// The first of what a sequence gives that is wanted.
  init<Source>(
    _ source: some Sequence<Source>, atMost limit: Int, where isWanted: (Source) -> Bool,
    as make: (Source) -> Element
  ) {
    append(source, atMost: limit, where: isWanted, as: make)
  }

  /// Adds what another sequence gives.
  mutating func append<Source>(
    _ source: some Sequence<Source>, atMost limit: Int, where isWanted: (Source) -> Bool,
    as make: (Source) -> Element
  ) {
    guard !hasMore else { return }
    for candidate in source where isWanted(candidate) {
      guard elements.count < limit else {
        hasMore = true
        return
      }
      elements.append(make(candidate))
    }
  }
}
