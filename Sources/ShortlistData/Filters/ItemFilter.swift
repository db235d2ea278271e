/// A condition on the columns of items, such as the films of the nineties that are comedies.
///
/// ```swift
/// let filter = ItemFilter.and([
///   .contains("genres", "Comedy"), .range("year", from: 1990, below: 2000),
///   .not(.in("title", ["Rudy (1993)", "Big (1988)"])),
/// ])
/// let same = try ItemFilter(
///   #"genres contains "Comedy" and 1990 <= year < 2000 and title not in ("Rudy (1993)", "Big (1988)")"#)
/// let hits = try retriever.recommend(10, for: ["user_id": "42"], matching: filter)
/// ```
///
/// It has three spellings: Swift, one line of text (`init(_:)` and `description`), and JSON (`Codable`);
/// `Guides/Filters.md` has their grammar. Strings are compared byte by byte. A missing value (the empty
/// string, NaN, the empty list) lies in no range and equals nothing but the empty string; `not` is the
/// plain complement, so that it is true of a missing value wherever the condition is false of it.
///
/// Filters come from outside, so their nesting and size are bounded: `maximumDepth`, `maximumSize`.
public struct ItemFilter: Sendable, Hashable {
  /// What a column is compared with.
  public enum Value: Sendable {
    case string(String)
    case integer(Int)
    /// A number; a filter with one that is not finite is refused where it is applied.
    case number(Double)
  }

  /// An end of a range.
  package struct Bound: Sendable, Hashable {
    package var value: Value
    /// Whether the value itself is in the range.
    package var isIncluded: Bool
  }

  package enum Node: Sendable, Hashable {
    case equals(String, Value)
    case isIn(String, [Value])
    case range(String, lower: Bound?, upper: Bound?)
    case contains(String, Value)
    case missing(String)
    case and([ItemFilter])
    case or([ItemFilter])
    indirect case not(ItemFilter)
  }

  package let node: Node
  /// How deep conditions are nested; 1 for a comparison.
  public let depth: Int
  /// How many conditions and values there are.
  public let size: Int
  /// How many comparisons there are: each looks at every item once.
  public let comparisons: Int
  /// Whether all numbers are finite.
  private let isFinite: Bool

  /// The deepest filter that is read or applied.
  public static let maximumDepth = 64
  /// The largest filter that is read or applied.
  public static let maximumSize = 20_000
  /// The most comparisons of a filter that is applied.
  public static let maximumComparisons = 256

  private init(_ node: Node, values: [Value]) {
    self.node = node
    depth = 1
    size = 1 + values.count
    comparisons = 1
    isFinite = values.allSatisfy(\.isFinite)
  }

  private init(_ node: Node, over parts: [ItemFilter]) {
    self.node = node
    depth = 1 + (parts.map(\.depth).max() ?? 0)
    // A filter may hold another many times over: numbers beyond all limits stay there.
    size = parts.reduce(1) { min($0 + $1.size, 1 << 40) }
    comparisons = parts.reduce(0) { min($0 + $1.comparisons, 1 << 40) }
    isFinite = parts.allSatisfy(\.isFinite)
  }

  // MARK: Comparisons

  /// The column holds this value.
  public static func equals(_ column: String, _ value: Value) -> ItemFilter {
    ItemFilter(.equals(column, value.settled), values: [value])
  }

  /// The column holds one of these values; of none, nothing passes.
  public static func `in`(_ column: String, _ values: [Value]) -> ItemFilter {
    ItemFilter(.isIn(column, values.map(\.settled)), values: values)
  }

  /// The column holds a value between bounds. Strings are ordered by their bytes, so that dates written as
  /// 1999-12-31 are in order.
  ///
  /// - Parameters:
  ///   - from: the least value.
  ///   - above: what values must exceed.
  ///   - through: the greatest value.
  ///   - below: what values must stay under.
  /// - Precondition: there is a bound, and not both of one side.
  public static func range(
    _ column: String, from: Value? = nil, above: Value? = nil, through: Value? = nil,
    below: Value? = nil
  ) -> ItemFilter {
    precondition(
      from ?? above ?? through ?? below != nil, "a range of \"\(column)\" without bounds")
    precondition(
      (from == nil || above == nil) && (through == nil || below == nil),
      "a range of \"\(column)\" with two bounds of one side")
    return range(
      column, lower: from.bound(true) ?? above.bound(false),
      upper: through.bound(true) ?? below.bound(false))
  }

  package static func range(_ column: String, lower: Bound?, upper: Bound?) -> ItemFilter {
    ItemFilter(
      .range(column, lower: lower, upper: upper),
      values: [lower?.value, upper?.value].compactMap(\.self))
  }

  /// The column's list holds this value.
  public static func contains(_ column: String, _ value: Value) -> ItemFilter {
    ItemFilter(.contains(column, value.settled), values: [value])
  }

  /// The column holds the empty string, NaN or the empty list.
  public static func missing(_ column: String) -> ItemFilter {
    ItemFilter(.missing(column), values: [])
  }

  // MARK: Combinations

  /// All of these are true.
  ///
  /// - Precondition: there is at least one.
  public static func and(_ parts: [ItemFilter]) -> ItemFilter {
    precondition(!parts.isEmpty, "an \"and\" of no conditions")
    return parts.count == 1 ? parts[0] : ItemFilter(.and(parts), over: parts)
  }

  /// At least one of these is true.
  ///
  /// - Precondition: there is at least one.
  public static func or(_ parts: [ItemFilter]) -> ItemFilter {
    precondition(!parts.isEmpty, "an \"or\" of no conditions")
    return parts.count == 1 ? parts[0] : ItemFilter(.or(parts), over: parts)
  }

  /// This is false.
  public static func not(_ part: ItemFilter) -> ItemFilter {
    ItemFilter(.not(part), over: [part])
  }

  /// - Throws: `DataError.invalidFilter` for a filter that is nested too deep or too large, compares too often, or
  ///   has a number that is not finite.
  package func check() throws(DataError) {
    if let problem = Self.problem(depth: depth, size: size) {
      throw DataError(.invalidFilter, problem)
    }
    if comparisons > Self.maximumComparisons {
      throw DataError(
        .invalidFilter,
        "the filter has \(comparisons) comparisons, of which each looks at every item; at most "
          + "\(Self.maximumComparisons) are taken. Write many values of one column with in")
    }
    if !isFinite {
      throw DataError(
        .invalidFilter, "the filter has a number that is not finite; use is missing for NaN")
    }
  }

  static func problem(depth: Int, size: Int) -> String? {
    if depth > maximumDepth {
      return "the filter nests conditions more than \(maximumDepth) deep; write it flatter"
    }
    if size > maximumSize {
      return "the filter has more than \(maximumSize) conditions and values; use fewer"
    }
    return nil
  }
}

extension ItemFilter.Value {
  fileprivate var isFinite: Bool {
    if case .number(let number) = self { number.isFinite } else { true }
  }

  /// Whole numbers have one spelling, so that 1990.0 is 1990.
  package var settled: ItemFilter.Value {
    guard case .number(let number) = self else { return self }
    return Int(exactly: number).map { .integer($0) } ?? self
  }
}

/// Strings are told apart by their bytes, as everywhere in data: two spellings of "é" are two values.
extension ItemFilter.Value: Hashable {
  public static func == (a: Self, b: Self) -> Bool {
    switch (a, b) {
    case (.string(let a), .string(let b)): a == b && a.utf8.elementsEqual(b.utf8)
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .string(let string): hasher.combine(string)
    case .integer(let integer): hasher.combine(integer)
    case .number(let number): hasher.combine(number)
    }
  }
}

extension ItemFilter.Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
}

extension ItemFilter.Value? {
  fileprivate func bound(_ isIncluded: Bool) -> ItemFilter.Bound? {
    map { ItemFilter.Bound(value: $0.settled, isIncluded: isIncluded) }
  }
}
