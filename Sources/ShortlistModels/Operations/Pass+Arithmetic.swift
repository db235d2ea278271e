import ShortlistTensors

extension Pass {
  /// The sum of two values of one shape.
  public func add(_ a: Variable, _ b: Variable) -> Variable {
    var sum = a.value
    sum.add(1, times: b.value)
    return record(sum, from: [a, b]) { [$0, $0] }
  }

  /// The sum of the terms that there are, or nil where there are none.
  public func sum(_ terms: [Variable?]) -> Variable? {
    let terms = terms.compactMap { $0 }
    guard let first = terms.first else { return nil }
    return terms.dropFirst().reduce(first) { add($0, $1) }
  }

  /// A value times a number.
  public func scale(_ a: Variable, by factor: Float) -> Variable {
    var product = a.value
    product.scale(by: factor)
    return record(product, from: [a]) { upstream in
      var gradient = upstream
      gradient.scale(by: factor)
      return [gradient]
    }
  }

  /// Values side by side: n x (c1 + c2 + ...).
  ///
  /// - Precondition: all have the same number of rows, and there is at least one.
  public func concatenate(_ parts: [Variable]) -> Variable {
    precondition(!parts.isEmpty, "a concatenation of nothing")
    if parts.count == 1 { return parts[0] }
    let rows = parts[0].rows
    precondition(parts.allSatisfy { $0.rows == rows }, "concatenation of \(parts.map(\.rows)) rows")
    let widths = parts.map(\.columns)
    var joined = Matrix(rows: rows, columns: widths.reduce(0, +))
    var start = 0
    for part in parts {
      joined.copyColumns(from: part.value, start: 0, to: start, width: part.columns)
      start += part.columns
    }
    return record(joined, from: parts) { upstream in
      var start = 0
      return widths.map { width in
        var gradient = Matrix(rows: rows, columns: width)
        gradient.copyColumns(from: upstream, start: start, to: 0, width: width)
        start += width
        return gradient
      }
    }
  }

  /// factor * the sum of squares of all elements, as one number.
  public func sumOfSquares(_ a: Variable, times factor: Float) -> Variable {
    let total = Float(Double(factor) * a.value.values.sumOfSquares())
    let value = a.value
    return record(Matrix(rows: 1, columns: 1, values: [total]), from: [a]) { upstream in
      var gradient = value
      gradient.scale(by: 2 * factor * upstream[0, 0])
      return [gradient]
    }
  }
}
