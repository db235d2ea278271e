import ShortlistModels
import ShortlistTensors

extension Pass {
  /// Σ value * weights, as one number.
  func project(_ variable: Variable, on weights: Matrix) -> Variable {
    var sum = 0.0
    for i in 0..<weights.count { sum += Double(weights.values[i] * variable.value.values[i]) }
    return record(Matrix(rows: 1, columns: 1, values: [Float(sum)]), from: [variable]) { upstream in
      var gradient = weights
      gradient.scale(by: upstream[0, 0])
      return [gradient]
    }
  }
}

extension Gradient {
  /// Every element of the gradient of a matrix.
  func dense(like matrix: Matrix) -> Matrix {
    switch self {
    case .dense(let values): values
    case .rows(let sparse): sparse.dense(rows: matrix.rows)
    }
  }
}

/// Normal numbers, the same for the same seed.
func normalMatrix(_ rows: Int, _ columns: Int, seed: UInt64, deviation: Float = 1) -> Matrix {
  var random = RandomStream(seed: seed)
  return Matrix(
    rows: rows, columns: columns,
    values: (0..<rows * columns).map { _ in random.normal() * deviation })
}

/// A row as an array.
func elements(_ matrix: Matrix, _ row: Int) -> [Float] {
  (0..<matrix.columns).map { matrix[row, $0] }
}
