import Shortlist

/// An item as the catalogue knows it.
public struct CatalogueItem: Sendable, Hashable {
  /// What a column says of an item.
  public enum Value: Sendable, Hashable {
    case string(String)
    case integer(Int)
    case number(Float)
    case strings([String])
    case integers([Int])
    case numbers([Float])
  }

  public struct Feature: Sendable, Hashable {
    public var name: String
    public var value: Value
  }

  public var identifier: String
  /// The share of the training interactions that it has; nil without a history.
  public var popularity: Float?
  /// What the columns say of it, in their order, without its identifier.
  public var features: [Feature]
}

extension CatalogueItem.Value {
  init(_ column: AnyColumn, row: Int) {
    switch column {
    case .strings(let column): self = .string(column[row])
    case .integers(let values): self = .integer(values[row])
    case .floats(let values): self = .number(values[row])
    case .stringLists(let column): self = .strings(column[row])
    case .integerLists(let column): self = .integers(column[row])
    case .floatLists(let column): self = .numbers(column[row])
    }
  }
}

/// Some of many: what was found, and whether there is more.
public struct Excerpt<Element: Sendable>: Sendable {
  public var elements: [Element]
  public var hasMore: Bool

  /// The first of what a sequence gives that is wanted.
  init<Source>(
    _ source: some Sequence<Source>, atMost limit: Int, where isWanted: (Source) -> Bool,
    as make: (Source) -> Element
  ) {
    elements = []
    hasMore = false
    for candidate in source where isWanted(candidate) {
      if elements.count == limit {
        hasMore = true
        return
      }
      elements.append(make(candidate))
    }
  }
}
