import ShortlistData
import ShortlistIndex
import ShortlistTensors

extension AnyColumn {
  /// The rows that hold one of some values.
  func rows(
    equalTo values: [ItemFilter.Value], in name: String
  ) throws(DataError) -> RowSet {
    switch self {
    case .strings(let column):
      return column.rows(whose: try Self.strings(values, name, typeName))
    case .integers(let column):
      return RowSet(of: column, holding: try Self.integers(values, name, typeName))
    case .floats(let column):
      return RowSet(of: column, holding: try Self.floats(values, name, typeName))
    case .stringLists, .integerLists, .floatLists:
      throw Self.listMismatch(name, typeName)
    }
  }

  /// The rows that hold a value between bounds.
  func rows(
    from lower: ItemFilter.Bound?, to upper: ItemFilter.Bound?, in name: String
  ) throws(DataError) -> RowSet {
    switch self {
    case .strings(let column):
      let (low, high) = (
        try Self.end(lower, name, typeName), try Self.end(upper, name, typeName)
      )
      return column.rows { string in
        guard !string.isEmpty else { return false }
        return
          (low.map { $0.admits(Self.isLess($0.value, string), Self.isLess(string, $0.value)) }
          ?? true)
          && (high.map { $0.admits(Self.isLess(string, $0.value), Self.isLess($0.value, string)) }
            ?? true)
      }
    case .integers(let column):
      guard let range = try Self.integers(from: lower, to: upper, name, typeName) else {
        return RowSet()
      }
      let (low, high) = (range.lowerBound, range.upperBound)
      return RowSet(column.count) { column[$0] >= low && column[$0] <= high }
    case .floats(let column):
      // NaN fails every comparison.
      var (low, high) = (-Float.infinity, Float.infinity)
      if let lower { low = try Self.leastFloat(lower, name, typeName) }
      // The greatest is minus the least of what is mirrored.
      if let upper { high = -(try Self.leastFloat(upper, name, typeName, mirrored: true)) }
      return RowSet(column.count) { column[$0] >= low && column[$0] <= high }
    case .stringLists, .integerLists, .floatLists:
      throw Self.listMismatch(name, typeName)
    }
  }

  /// The rows whose list holds a value.
  func rows(containing value: ItemFilter.Value, in name: String) throws(DataError) -> RowSet {
    switch self {
    case .stringLists(let column):
      let isWanted = column.values.flags(whose: try Self.strings([value], name, typeName))
      let codes = column.values.codes
      return column.rows { isWanted[Int(codes[$0])] }
    case .integerLists(let column):
      guard let wanted = try Self.integers([value], name, typeName).first else { return RowSet() }
      return column.rows { column.values[$0] == wanted }
    case .floatLists(let column):
      guard let wanted = try Self.floats([value], name, typeName).first else { return RowSet() }
      return column.rows { column.values[$0] == wanted }
    case .strings, .integers, .floats:
      throw Self.mismatch(name, typeName, "contains looks into lists; use = or in")
    }
  }

  /// The rows that hold the empty string, NaN or the empty list.
  var missingRows: RowSet {
    switch self {
    case .strings(let column): column.rows { $0.isEmpty }
    case .integers: RowSet()
    case .floats(let column): RowSet(column.count) { column[$0].isNaN }
    case .stringLists(let column): RowSet(column.count) { column.range(of: $0).isEmpty }
    case .integerLists(let column): RowSet(column.count) { column.range(of: $0).isEmpty }
    case .floatLists(let column): RowSet(column.count) { column.range(of: $0).isEmpty }
    }
  }

  /// Whether a string stands before another in the order of bytes.
  private static func isLess(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}

// MARK: Values as a column holds them

extension AnyColumn {
  private struct End {
    var value: String
    var isIncluded: Bool

    func admits(_ isInside: Bool, _ isOutside: @autoclosure () -> Bool) -> Bool {
      isInside || (isIncluded && !isOutside())
    }
  }

  private static func end(
    _ bound: ItemFilter.Bound?, _ name: String, _ type: String
  ) throws(DataError) -> End? {
    guard let bound else { return nil }
    return End(value: try string(bound.value, name, type), isIncluded: bound.isIncluded)
  }

  private static func string(
    _ value: ItemFilter.Value, _ name: String, _ type: String
  ) throws(DataError) -> String {
    guard case .string(let string) = value else {
      throw mismatch(name, type, "\(value) is a number; write \"\(value)\" in quotes")
    }
    return string
  }

  private static func number(
    _ value: ItemFilter.Value, _ name: String, _ type: String
  ) throws(DataError) -> ItemFilter.Value {
    guard case .string(let string) = value else { return value }
    let mend = Double(string) == nil ? "expected a number" : "write \(string) without quotes"
    throw mismatch(name, type, "\(value) is a text; \(mend)")
  }

  private static func double(
    _ value: ItemFilter.Value, _ name: String, _ type: String
  ) throws(DataError) -> Double {
    switch try number(value, name, type) {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    case .string: .nan
    }
  }

  /// Numbers of a column of floats are rounded to such, so that 4.1 equals what was read from "4.1"; nil where
  /// no float is near.
  private static func float(_ number: Double) -> Float? {
    let float = Float(number)
    return float.isInfinite || float == 0 && number != 0 ? nil : float
  }

  /// The least float that a lower bound lets pass; of an upper bound with its sign turned if mirrored.
  private static func leastFloat(
    _ bound: ItemFilter.Bound, _ name: String, _ type: String, mirrored: Bool = false
  ) throws(DataError) -> Float {
    let number = try double(bound.value, name, type) * (mirrored ? -1 : 1)
    if let float = float(number) { return bound.isIncluded ? float : float.nextUp }
    if abs(number) < 1 { return number > 0 ? .leastNonzeroMagnitude : 0 }
    return number > 0 ? .infinity : -.greatestFiniteMagnitude
  }

  private static func strings(
    _ values: [ItemFilter.Value], _ name: String, _ type: String
  ) throws(DataError) -> StringTable {
    var table = StringTable()
    for value in values { table.insert(try string(value, name, type)) }
    return table
  }

  private static func floats(
    _ values: [ItemFilter.Value], _ name: String, _ type: String
  ) throws(DataError) -> Set<Float> {
    var result: Set<Float> = []
    for value in values {
      if let float = float(try double(value, name, type)) { result.insert(float) }
    }
    return result
  }

  /// The whole numbers among some values; no others equal one.
  private static func integers(
    _ values: [ItemFilter.Value], _ name: String, _ type: String
  ) throws(DataError) -> Set<Int> {
    var result: Set<Int> = []
    for value in values {
      if case .integer(let integer) = try number(value, name, type) { result.insert(integer) }
    }
    return result
  }

  /// The whole numbers between bounds, or nil where there are none.
  private static func integers(
    from lower: ItemFilter.Bound?, to upper: ItemFilter.Bound?, _ name: String, _ type: String
  ) throws(DataError) -> ClosedRange<Int>? {
    var (low, high) = (Int.min, Int.max)
    if let lower {
      switch try number(lower.value, name, type) {
      case .integer(let integer) where lower.isIncluded: low = integer
      case .integer(let integer):
        guard integer < Int.max else { return nil }
        low = integer + 1
      case .number(let number) where number >= 0x1p63: return nil
      // It is no whole number, so that whether it is included does not matter.
      case .number(let number): low = Int(exactly: number.rounded(.up)) ?? Int.min
      case .string: return nil
      }
    }
    if let upper {
      switch try number(upper.value, name, type) {
      case .integer(let integer) where upper.isIncluded: high = integer
      case .integer(let integer):
        guard integer > Int.min else { return nil }
        high = integer - 1
      case .number(let number) where number < -0x1p63: return nil
      case .number(let number): high = Int(exactly: number.rounded(.down)) ?? Int.max
      case .string: return nil
      }
    }
    return low <= high ? low...high : nil
  }

  private static func listMismatch(_ name: String, _ type: String) -> DataError {
    mismatch(name, type, "=, in and ranges do not compare lists; use contains")
  }

  private static func mismatch(_ name: String, _ type: String, _ reason: String) -> DataError {
    DataError(
      .wrongType, "the filter does not fit column \"\(name)\", which holds \(type): \(reason)")
  }
}

// MARK: Scans

extension StringColumn {
  /// For each distinct string whether it is one of some.
  fileprivate func flags(whose wanted: StringTable) -> [Bool] {
    if wanted.count == 1 {
      let only = wanted[0]
      return distinct.map { $0 == only && $0.utf8.elementsEqual(only.utf8) }
    }
    return distinct.map { wanted.code(of: $0) != nil }
  }

  fileprivate func rows(whose wanted: StringTable) -> RowSet { rows(flagged: flags(whose: wanted)) }

  /// The rows for whose string a condition holds; it is asked once for each distinct string.
  fileprivate func rows(where isWanted: (String) -> Bool) -> RowSet {
    rows(flagged: distinct.map(isWanted))
  }

  private func rows(flagged: [Bool]) -> RowSet {
    let codes = codes
    return RowSet(codes.count) { flagged[Int(codes[$0])] }
  }
}

extension ListColumn {
  /// The rows with a place of their list for which a condition holds.
  @inline(__always)
  fileprivate func rows(where isWanted: (Int) -> Bool) -> RowSet {
    let offsets = offsets
    return RowSet(count) { row in
      for place in offsets[row]..<offsets[row + 1] where isWanted(place) { return true }
      return false
    }
  }
}

extension RowSet {
  /// The rows of a column that hold one of some values.
  fileprivate init<Number: Hashable>(of column: [Number], holding wanted: Set<Number>) {
    if wanted.count == 1, let only = wanted.first {
      self.init(column.count) { column[$0] == only }
    } else {
      self.init(column.count) { wanted.contains(column[$0]) }
    }
  }

  /// The rows of 0..<count for which a condition holds.
  @inline(__always)
  fileprivate init(_ count: Int, where isWanted: (Int) -> Bool) {
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for word in words.indices {
      var bits: UInt64 = 0
      // Without a branch: nobody could foretell it.
      for row in word * 64..<min(word * 64 + 64, count) {
        bits |= (isWanted(row) ? 1 : 0) << UInt64(row & 63)
      }
      words[word] = bits
    }
    self.init(words: words)
  }
}
