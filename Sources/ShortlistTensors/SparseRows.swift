/// Some rows of a larger matrix: what an embedding table's gradient is made of.
public struct SparseRows: Sendable {
  /// The row numbers, strictly increasing.
  public let rows: [Int32]
  /// One row of values for each row number.
  public let values: Matrix

  /// Takes rows in any order; rows that come more than once are summed in the order given.
  ///
  /// - Precondition: `values` has one row for each number.
  /// - Complexity: O(n * columns).
  public init(rows: [Int32], values: Matrix) {
    precondition(rows.count == values.rows, "\(rows.count) row numbers for \(values.rows) rows")
    if Self.isIncreasing(rows) {
      self.rows = rows
      self.values = values
      return
    }
    let groups = RowGroups(rows)
    var sums = Matrix(uninitializedRows: groups.count, columns: values.columns)
    for group in 0..<groups.count {
      let members = groups.offsets[group]..<groups.offsets[group + 1]
      sums.copyRow(group, from: values, row: Int(groups.members[members.lowerBound]))
      var sum = sums[mutableRow: group]
      for place in members.dropFirst() {
        sum.add(1, times: values[row: Int(groups.members[place])])
      }
    }
    self.rows = groups.rows
    self.values = sums
  }

  /// The whole matrix, zero where there is no row.
  public func dense(rows count: Int) -> Matrix {
    var result = Matrix(rows: count, columns: values.columns)
    for (index, row) in rows.enumerated() {
      result.copyRow(Int(row), from: values, row: index)
    }
    return result
  }

  private static func isIncreasing(_ rows: [Int32]) -> Bool {
    for i in 0..<max(0, rows.count - 1) where rows[i] >= rows[i + 1] { return false }
    return true
  }
}
