import ShortlistTensors

extension Pass {
  /// Each row divided by its Euclidean length: x / √max(Σ x², epsilon).
  public func l2Normalize(_ input: Variable, epsilon: Float = 1e-12) -> Variable {
    let x = input.value
    var output = x
    var inverse = [Float](repeating: 0, count: x.rows)
    var clamped = [Bool](repeating: false, count: x.rows)
    for row in 0..<x.rows {
      let squares = Float(x[row: row].sumOfSquares())
      clamped[row] = squares < epsilon
      inverse[row] = 1 / max(squares, epsilon).squareRoot()
      var target = output[mutableRow: row]
      target.scale(by: inverse[row])
    }
    let y = output
    return record(output, from: [input]) { upstream in
      // (g - y (g . y)) / |x|; where the length is clamped the scale is a constant.
      var gradient = upstream
      for row in 0..<y.rows {
        let along = clamped[row] ? 0 : upstream[row: row].dot(y[row: row])
        var target = gradient[mutableRow: row]
        target.add(-along, times: y[row: row])
        target.scale(by: inverse[row])
      }
      return [gradient]
    }
  }

  /// (x - mean) / √(variance + epsilon) * scale + offset for each row (Ba et al., 2016).
  public func layerNorm(
    _ input: Variable, scale: String, offset: String, epsilon: Float = 1e-3
  ) -> Variable {
    let gamma = parameter(scale)
    let beta = parameter(offset)
    let x = input.value
    let width = Float(x.columns)
    var normal = x
    var inverse = [Float](repeating: 0, count: x.rows)
    for row in 0..<x.rows {
      let mean = Float(x[row: row].sum() / Double(width))
      var target = normal[mutableRow: row]
      for c in 0..<target.count { target[c] -= mean }
      let variance = Float(normal[row: row].sumOfSquares() / Double(width))
      inverse[row] = 1 / (variance + epsilon).squareRoot()
      var scaled = normal[mutableRow: row]
      scaled.scale(by: inverse[row])
    }
    var output = normal
    for row in 0..<x.rows {
      var target = output[mutableRow: row]
      target.multiply(by: gamma.value[row: 0])
      target.add(1, times: beta.value[row: 0])
    }
    let g = gamma.value
    return record(output, from: [input, gamma, beta]) { upstream in
      var toScale = Matrix(rows: 1, columns: g.columns)
      var toInput = upstream
      for row in 0..<upstream.rows {
        var product = normal.rows(row..<row + 1)
        product.multiply(by: upstream.rows(row..<row + 1))
        toScale.add(1, times: product)
        var target = toInput[mutableRow: row]
        target.multiply(by: g[row: 0])
        let mean = Float(toInput[row: row].sum()) / width
        let along = toInput[row: row].dot(normal[row: row]) / width
        var gradient = toInput[mutableRow: row]
        for c in 0..<gradient.count { gradient[c] -= mean }
        gradient.add(-along, times: normal[row: row])
        gradient.scale(by: inverse[row])
      }
      return [toInput, toScale, upstream.sumOfRows()]
    }
  }

  /// Zeroes each element with probability `rate` and scales the others by 1 / (1 - rate), in training.
  ///
  /// - Precondition: `rate` is in 0..<1.
  public func dropout(_ input: Variable, rate: Float) -> Variable {
    precondition(rate >= 0 && rate < 1, "a dropout rate of \(rate)")
    guard isTraining, rate > 0 else { return input }
    let keep = 1 / (1 - rate)
    var mask = Matrix(rows: input.rows, columns: input.columns)
    var values = mask.mutableValues
    for i in 0..<values.count { values[i] = random.uniform() < rate ? 0 : keep }
    let factors = mask
    var output = input.value
    output.multiply(by: factors)
    return record(output, from: [input]) { upstream in
      var gradient = upstream
      gradient.multiply(by: factors)
      return [gradient]
    }
  }
}
