/// A column of lists: all values in one column, and where each row's list begins and ends.
public struct ListColumn<Values: FeatureColumn>: RandomAccessCollection, Sendable, Hashable {
  /// Row r holds the values `offsets[r]..<offsets[r + 1]`; there is one offset more than rows.
  public let offsets: [Int]
  /// The values of all rows, one list after the other.
  public let values: Values

  /// - Precondition: offsets begin with 0, never fall, and end with the number of values.
  public init(offsets: [Int], values: Values) {
    precondition(
      offsets.first == 0 && offsets.last == values.count,
      "offsets from \(offsets.first ?? -1) to \(offsets.last ?? -1) for \(values.count) values")
    precondition(zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 }, "offsets that fall")
    self.offsets = offsets
    self.values = values
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { offsets.count - 1 }

  /// The places of a row's values in `values`.
  public func range(of row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

  public subscript(row: Int) -> [Values.Element] { Array(values[range(of: row)]) }
}

extension ListColumn: FeatureColumn {
  public func rows(at rows: [Int]) -> ListColumn {
    var offsets = [0]
    offsets.reserveCapacity(rows.count + 1)
    var places: [Int] = []
    for row in rows {
      places.append(contentsOf: range(of: row))
      offsets.append(places.count)
    }
    return ListColumn(offsets: offsets, values: values.rows(at: places))
  }

  public func appending(_ other: ListColumn) -> ListColumn {
    ListColumn(
      offsets: offsets + other.offsets.dropFirst().map { $0 + values.count },
      values: values.appending(other.values))
  }
}

extension ListColumn where Values == StringColumn {
  public init(_ lists: some Sequence<[String]>) {
    var offsets = [0]
    var all: [String] = []
    for list in lists {
      all += list
      offsets.append(all.count)
    }
    self.init(offsets: offsets, values: StringColumn(all))
  }
}

extension ListColumn {
  public init<Number: NumericFeatureValue>(_ lists: some Sequence<[Number]>)
  where Values == [Number] {
    var offsets = [0]
    var all: [Number] = []
    for list in lists {
      all += list
      offsets.append(all.count)
    }
    self.init(offsets: offsets, values: all)
  }
}
