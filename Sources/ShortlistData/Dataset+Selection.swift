internal import ShortlistTensors

extension Dataset {
  /// The rows with these numbers, in this order; a row may be taken more than once.
  ///
  /// - Precondition: the numbers lie in 0..<rowCount.
  public func rows(at rows: [Int]) -> Dataset {
    Dataset(
      rowCount: rows.count, names: columnNames, columns: columns.map { $0.rows(at: rows) })
  }

  /// The first rows, at most `count` of them.
  public func prefix(_ count: Int) -> Dataset { rows(at: Array(0..<min(count, rowCount))) }

  /// The rows for whose value of a feature `isIncluded` holds, in their order.
  public func filter<Value: FeatureValue>(
    _ feature: Feature<Value>, where isIncluded: (Value.Column.Element) -> Bool
  ) -> Dataset {
    let column = self[feature]
    return rows(at: (0..<rowCount).filter { isIncluded(column[$0]) })
  }

  /// The rows in an order that depends only on the seed and the number of rows.
  public func shuffled(seed: UInt64) -> Dataset {
    var random = RandomStream(seed: seed, stream: RandomPurpose.shuffling)
    return rows(at: random.permutation(of: rowCount))
  }

  /// The table with one more column.
  ///
  /// - Throws: `DataError` where the length differs or the name is taken.
  public func appending(_ name: String, _ column: AnyColumn) throws(DataError) -> Dataset {
    try Dataset(
      Array(zip(columnNames, columns)).map { (name: $0.0, column: $0.1) } + [(name, column)])
  }

  /// The table with one more column.
  ///
  /// - Throws: `DataError` where the length differs or the name is taken.
  public func appending<Value: FeatureValue>(
    _ feature: Feature<Value>, _ column: Value.Column
  ) throws(DataError) -> Dataset {
    try appending(feature.name, Value.erase(column))
  }

  /// These rows followed by another table's.
  ///
  /// - Throws: `DataError` where the names or types of the columns differ.
  public func appending(rows other: Dataset) throws(DataError) -> Dataset {
    var joined: [AnyColumn] = []
    for (name, column) in zip(columnNames, columns) {
      guard let more = other[name: name] else {
        throw DataError(
          .missingColumn,
          "there is no column \"\(name)\" to append; the columns are \(other.columnNames.listed)")
      }
      guard let both = column.appending(more) else {
        throw DataError(
          .wrongType, "column \"\(name)\" holds \(column.typeName), not \(more.typeName)")
      }
      joined.append(both)
    }
    return Dataset(
      rowCount: rowCount + other.rowCount, names: columnNames, columns: joined)
  }

  /// The table with only these columns, in this order.
  ///
  /// - Throws: `DataError` where a column is missing.
  public func selecting(_ names: [String]) throws(DataError) -> Dataset {
    var selected: [(name: String, column: AnyColumn)] = []
    for name in names {
      guard let column = self[name: name] else {
        throw DataError(
          .missingColumn, "there is no column \"\(name)\"; the columns are \(columnNames.listed)")
      }
      selected.append((name, column))
    }
    return try Dataset(selected)
  }
}

/// The streams of one seed, so that shuffling and splitting by the same seed are independent.
enum RandomPurpose {
  static let shuffling: UInt64 = 0x5348_5546
  static let splitting: UInt64 = 0x5350_4c54
}
