/// Some rows of a larger matrix: what an embedding table's gradient is made of.
public struct SparseRows: Sendable {
  /// The row numbers, strictly increasing.
  public let rows: [Int32]
  /// One row of values for each row number.
  public let values: Matrix

  /// Takes rows in any order; rows that come more than once are summed in the order given.
  ///
  /// - Precondition: `values` has one row for each number.
  /// - Complexity: O(n log n + n * columns).
  public init(rows: [Int32], values: Matrix) {
    precondition(rows.count == values.rows, "\(rows.count) row numbers for \(values.rows) rows")
    if zip(rows, rows.dropFirst()).allSatisfy({ $0 < $1 }) {
      self.rows = rows
      self.values = values
      return
    }
    // Row number above, position below: one sort of plain integers that keeps the order within a row.
    var keys = rows.enumerated().map { UInt64(UInt32(bitPattern: $1)) << 32 | UInt64($0) }
    keys.sort()
    var distinct: [Int32] = []
    distinct.reserveCapacity(keys.count)
    for key in keys {
      let row = Int32(bitPattern: UInt32(key >> 32))
      if distinct.last != row { distinct.append(row) }
    }
    var sums = Matrix(rows: distinct.count, columns: values.columns)
    var target = -1
    var previous: Int32 = -1
    for key in keys {
      let row = Int32(bitPattern: UInt32(key >> 32))
      if row != previous {
        target += 1
        previous = row
      }
      var sum = sums[mutableRow: target]
      sum.add(1, times: values[row: Int(key & 0xFFFF_FFFF)])
    }
    self.rows = distinct
    self.values = sums
  }

  /// The whole matrix, zero where there is no row.
  public func dense(rows count: Int) -> Matrix {
    var result = Matrix(rows: count, columns: values.columns)
    for (index, row) in rows.enumerated() {
      var target = result[mutableRow: Int(row)]
      target.add(1, times: values[row: index])
    }
    return result
  }
}
