/// A column of any type that a feature may have.
public enum AnyColumn: Sendable, Hashable {
  case strings(StringColumn)
  case integers([Int])
  case floats([Float])
  case stringLists(ListColumn<StringColumn>)
  case integerLists(ListColumn<[Int]>)
  case floatLists(ListColumn<[Float]>)

  public init(_ strings: [String]) { self = .strings(StringColumn(strings)) }
  public init(_ integers: [Int]) { self = .integers(integers) }
  public init(_ floats: [Float]) { self = .floats(floats) }
  public init(_ lists: [[String]]) { self = .stringLists(ListColumn(lists)) }
  public init(_ lists: [[Int]]) { self = .integerLists(ListColumn(lists)) }
  public init(_ lists: [[Float]]) { self = .floatLists(ListColumn(lists)) }

  /// The number of rows.
  public var count: Int {
    switch self {
    case .strings(let column): column.count
    case .integers(let column): column.count
    case .floats(let column): column.count
    case .stringLists(let column): column.count
    case .integerLists(let column): column.count
    case .floatLists(let column): column.count
    }
  }

  /// How messages name the type: "strings", "lists of integers".
  public var typeName: String {
    switch self {
    case .strings: String.typeName
    case .integers: Int.typeName
    case .floats: Float.typeName
    case .stringLists: [String].typeName
    case .integerLists: [Int].typeName
    case .floatLists: [Float].typeName
    }
  }

  /// The rows with these numbers, in this order.
  public func rows(at rows: [Int]) -> AnyColumn {
    switch self {
    case .strings(let column): .strings(column.rows(at: rows))
    case .integers(let column): .integers(column.rows(at: rows))
    case .floats(let column): .floats(column.rows(at: rows))
    case .stringLists(let column): .stringLists(column.rows(at: rows))
    case .integerLists(let column): .integerLists(column.rows(at: rows))
    case .floatLists(let column): .floatLists(column.rows(at: rows))
    }
  }

  /// These rows followed by another column's, or nil where the types differ.
  func appending(_ other: AnyColumn) -> AnyColumn? {
    switch (self, other) {
    case (.strings(let a), .strings(let b)): .strings(a.appending(b))
    case (.integers(let a), .integers(let b)): .integers(a.appending(b))
    case (.floats(let a), .floats(let b)): .floats(a.appending(b))
    case (.stringLists(let a), .stringLists(let b)): .stringLists(a.appending(b))
    case (.integerLists(let a), .integerLists(let b)): .integerLists(a.appending(b))
    case (.floatLists(let a), .floatLists(let b)): .floatLists(a.appending(b))
    default: nil
    }
  }
}
