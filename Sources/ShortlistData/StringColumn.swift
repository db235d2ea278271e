internal import ShortlistTensors

/// A column of strings: each distinct string once, and a code for every row.
///
/// Every string of `distinct` stands in some row, and they are in order of first appearance. Strings
/// are told apart by their bytes: two spellings of "é" are two strings.
public struct StringColumn: RandomAccessCollection, Sendable, Hashable {
  /// The distinct strings, in order of first appearance.
  public let distinct: [String]
  /// For every row the place of its string in `distinct`.
  public let codes: [Int32]

  public init(_ strings: some Sequence<String>) {
    var table = StringTable()
    codes = strings.map { Int32(table.insert($0)) }
    distinct = table.strings
  }

  /// A column of codes into strings that differ from each other; strings that no code names are
  /// dropped.
  ///
  /// - Precondition: codes lie in 0..<distinct.count.
  public init(distinct: [String], codes: [Int32]) {
    var place = [Int32](repeating: -1, count: distinct.count)
    var found: [Int32] = []
    for code in codes where place[Int(code)] < 0 {
      place[Int(code)] = Int32(found.count)
      found.append(code)
    }
    if found.count == distinct.count, zip(found, 0...).allSatisfy({ $0 == $1 }) {
      self.distinct = distinct
      self.codes = codes
    } else {
      self.distinct = found.map { distinct[Int($0)] }
      self.codes = codes.map { place[Int($0)] }
    }
  }

  /// A column that is known to be as it should: every string distinct, used, in order of appearance.
  init(checkedDistinct distinct: [String], codes: [Int32]) {
    self.distinct = distinct
    self.codes = codes
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { codes.count }
  public subscript(row: Int) -> String { distinct[Int(codes[row])] }
}

extension StringColumn: FeatureColumn {
  public func rows(at rows: [Int]) -> StringColumn {
    StringColumn(distinct: distinct, codes: rows.map { codes[$0] })
  }

  public func appending(_ other: StringColumn) -> StringColumn {
    var table = StringTable()
    for string in distinct { table.insert(string) }
    let moved = other.distinct.map { Int32(table.insert($0)) }
    return StringColumn(
      distinct: table.strings, codes: codes + other.codes.map { moved[Int($0)] })
  }
}

extension StringColumn: ExpressibleByArrayLiteral {
  public init(arrayLiteral strings: String...) { self.init(strings) }
}
