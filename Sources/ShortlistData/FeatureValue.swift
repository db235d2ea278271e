/// A type that the values of a feature may have: `String`, `Int`, `Float`, or a list of one of them.
public protocol FeatureValue: Sendable {
  /// What holds the values of all rows.
  associatedtype Column: FeatureColumn

  /// The column of this type, or nil where the column has another.
  static func column(in any: AnyColumn) -> Column?
  /// A column of this type among columns of every type.
  static func erase(_ column: Column) -> AnyColumn
  /// How messages name the type: "strings", "lists of integers".
  static var typeName: String { get }
}

/// A feature value that may stand in a list.
public protocol ScalarFeatureValue: FeatureValue {
  /// The column of lists of this type, or nil where the column has another type.
  static func listColumn(in any: AnyColumn) -> ListColumn<Column>?
  /// A column of lists among columns of every type.
  static func eraseList(_ column: ListColumn<Column>) -> AnyColumn
}

/// The values of one feature, row by row.
public protocol FeatureColumn: RandomAccessCollection, Sendable, Hashable where Index == Int {
  /// The rows with these numbers, in this order; a row may be taken more than once.
  func rows(at rows: [Int]) -> Self
  /// These rows followed by another column's.
  func appending(_ other: Self) -> Self
}

extension String: ScalarFeatureValue {
  public static func column(in any: AnyColumn) -> StringColumn? {
    if case .strings(let column) = any { column } else { nil }
  }
  public static func erase(_ column: StringColumn) -> AnyColumn { .strings(column) }
  public static func listColumn(in any: AnyColumn) -> ListColumn<StringColumn>? {
    if case .stringLists(let column) = any { column } else { nil }
  }
  public static func eraseList(_ column: ListColumn<StringColumn>) -> AnyColumn {
    .stringLists(column)
  }
  public static var typeName: String { "strings" }
}

extension Int: ScalarFeatureValue {
  public static func column(in any: AnyColumn) -> [Int]? {
    if case .integers(let column) = any { column } else { nil }
  }
  public static func erase(_ column: [Int]) -> AnyColumn { .integers(column) }
  public static func listColumn(in any: AnyColumn) -> ListColumn<[Int]>? {
    if case .integerLists(let column) = any { column } else { nil }
  }
  public static func eraseList(_ column: ListColumn<[Int]>) -> AnyColumn { .integerLists(column) }
  public static var typeName: String { "integers" }
}

extension Float: ScalarFeatureValue {
  public static func column(in any: AnyColumn) -> [Float]? {
    if case .floats(let column) = any { column } else { nil }
  }
  public static func erase(_ column: [Float]) -> AnyColumn { .floats(column) }
  public static func listColumn(in any: AnyColumn) -> ListColumn<[Float]>? {
    if case .floatLists(let column) = any { column } else { nil }
  }
  public static func eraseList(_ column: ListColumn<[Float]>) -> AnyColumn { .floatLists(column) }
  public static var typeName: String { "floats" }
}

extension Array: FeatureValue where Element: ScalarFeatureValue {
  public typealias Column = ListColumn<Element.Column>
  public static func column(in any: AnyColumn) -> Column? { Element.listColumn(in: any) }
  public static func erase(_ column: Column) -> AnyColumn { Element.eraseList(column) }
  public static var typeName: String { "lists of \(Element.typeName)" }
}

/// A number that a column holds as it is.
public protocol NumericFeatureValue: ScalarFeatureValue, Hashable where Column == [Self] {}
extension Int: NumericFeatureValue {}
extension Float: NumericFeatureValue {}

extension Array: FeatureColumn where Element: NumericFeatureValue {
  public func rows(at rows: [Int]) -> [Element] { rows.map { self[$0] } }
  public func appending(_ other: [Element]) -> [Element] { self + other }
}
