import ShortlistTensors

/// How the embeddings of a list become one vector.
public enum Pooling: String, Sendable, Codable, CaseIterable {
  case sum
  case mean
  /// The sum divided by the square root of the count.
  case squareRoot = "sqrtn"

  fileprivate func factor(_ count: Int) -> Float {
    switch self {
    case .sum: 1
    case .mean: 1 / Float(max(1, count))
    case .squareRoot: 1 / Float(max(1, count)).squareRoot()
    }
  }
}

extension Pass {
  /// Rows of a table: n x d for n row numbers. The gradient holds only the rows that were taken.
  public func gather(_ table: String, rows: [Int32]) -> Variable {
    let path = path(table)
    return record(matrix(path).gathering(rows)) { upstream, backward in
      backward.gradients.add(.rows(SparseRows(rows: rows, values: upstream)), to: path)
    }
  }

  /// Pooled rows of a table: list i is `rows[offsets[i]..<offsets[i + 1]]`; an empty list gives zeros.
  ///
  /// - Returns: (offsets.count - 1) x d.
  public func gatherPooled(
    _ table: String, rows: [Int32], offsets: [Int], pooling: Pooling
  ) -> Variable {
    let path = path(table)
    let source = matrix(path)
    let lists = offsets.count - 1
    var output = Matrix(rows: lists, columns: source.columns)
    for list in 0..<lists {
      let range = offsets[list]..<offsets[list + 1]
      let factor = pooling.factor(range.count)
      for position in range {
        var target = output[mutableRow: list]
        target.add(factor, times: source[row: Int(rows[position])])
      }
    }
    return record(output) { upstream, backward in
      var spread = Matrix(rows: rows.count, columns: upstream.columns)
      for list in 0..<lists {
        let range = offsets[list]..<offsets[list + 1]
        let factor = pooling.factor(range.count)
        for position in range {
          var target = spread[mutableRow: position]
          target.add(factor, times: upstream[row: list])
        }
      }
      backward.gradients.add(.rows(SparseRows(rows: rows, values: spread)), to: path)
    }
  }

  /// factor * the sum of squares of the distinct rows named, as one number: L2 weight decay of the part
  /// of a table that a batch touches.
  public func sumOfSquares(ofRows rows: [Int32], in table: String, times factor: Float) -> Variable
  {
    let path = path(table)
    let distinct = DistinctRows(rows).rows
    let values = matrix(path).gathering(distinct)
    let total = Float(Double(factor) * values.values.sumOfSquares())
    return record(Matrix(rows: 1, columns: 1, values: [total])) { upstream, backward in
      var gradient = values
      gradient.scale(by: 2 * factor * upstream[0, 0])
      backward.gradients.add(.rows(SparseRows(rows: distinct, values: gradient)), to: path)
    }
  }
}
