public import ShortlistTensors

/// A feature's values after identifiers became row numbers: one entry for each example.
public enum FeatureRows: Sendable {
  /// One vocabulary row an example.
  case single([Int32])
  /// A list of vocabulary rows an example: list i is `rows[offsets[i]..<offsets[i + 1]]`.
  case lists(rows: [Int32], offsets: [Int])
  /// Numbers, one matrix row an example.
  case numbers(Matrix)

  public var count: Int {
    switch self {
    case .single(let rows): rows.count
    case .lists(_, let offsets): offsets.count - 1
    case .numbers(let matrix): matrix.rows
    }
  }

  /// The entries of some examples, in the order given.
  public func gathering(_ wanted: [Int32]) -> FeatureRows {
    switch self {
    case .single(let rows): return .single(wanted.map { rows[Int($0)] })
    case .numbers(let matrix): return .numbers(matrix.gathering(wanted))
    case .lists(let rows, let offsets):
      var taken: [Int32] = []
      var ends = [0]
      ends.reserveCapacity(wanted.count + 1)
      for index in wanted {
        taken.append(contentsOf: rows[offsets[Int(index)]..<offsets[Int(index) + 1]])
        ends.append(taken.count)
      }
      return .lists(rows: taken, offsets: ends)
    }
  }

  /// For each example a number that equal values share, and that different values do not.
  func keys() -> [Int] {
    switch self {
    case .single(let rows): return rows.map { Int($0) }
    case .lists(let rows, let offsets):
      // A list is its beginning and its last element; the empty list is number 0.
      var table = KeyTable(expecting: rows.count)
      return (0..<count).map { list in
        rows[offsets[list]..<offsets[list + 1]].reduce(0) { beginning, row in
          1 + table.number(of: UInt64(beginning) << 32 | UInt64(UInt32(bitPattern: row)))
        }
      }
    case .numbers(let matrix):
      var table = KeyTable(expecting: matrix.count)
      return (0..<matrix.rows).map { row in
        (0..<matrix.columns).reduce(0) { beginning, column in
          1 + table.number(of: UInt64(beginning) << 32 | UInt64(matrix[row, column].bitPattern))
        }
      }
    }
  }
}
