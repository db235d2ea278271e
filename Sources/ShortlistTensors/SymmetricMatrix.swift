/// A symmetric matrix in double precision.
struct SymmetricMatrix {
  let count: Int
  private var values: [Double]

  init(count: Int) {
    self.count = count
    values = [Double](repeating: 0, count: count * count)
  }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * count + column] }
    set { values[row * count + column] = newValue }
  }

  private func times(_ vector: [Double]) -> [Double] {
    (0..<count).map { row in
      var sum = 0.0
      for column in 0..<count { sum += values[row * count + column] * vector[column] }
      return sum
    }
  }

  /// The unit eigenvectors of the largest eigenvalues, and these, for a matrix without negative eigenvalues.
  ///
  /// Simultaneous iteration over a few vectors more than are wanted, with a Rayleigh-Ritz step in each round (Golub and
  /// Van Loan, Matrix Computations, section 8.2.4). The first vectors are made from a fixed seed.
  func leadingEigenvectors(_ wanted: Int) -> (vectors: [[Double]], values: [Double]) {
    let size = Swift.min(count, wanted + 6)
    guard size > 0 else { return ([], []) }
    var random = RandomStream(seed: 0)
    var basis = (0..<size).map { _ in (0..<count).map { _ in Double(random.normal()) } }
    Self.orthonormalize(&basis)
    var values = [Double](repeating: 0, count: size)
    for _ in 0..<500 {
      let images = basis.map(times)
      var small = SymmetricMatrix(count: size)
      for i in 0..<size {
        for j in 0...i {
          small[i, j] = Self.dot(basis[i], images[j])
          small[j, i] = small[i, j]
        }
      }
      let (rotation, ritz) = small.allEigenvectors()
      let before = values
      values = ritz
      // The images turned into the directions of the Ritz vectors are the next basis.
      basis = rotation.map { weights in
        var sum = [Double](repeating: 0, count: count)
        for (weight, image) in zip(weights, images) {
          for place in 0..<count { sum[place] += weight * image[place] }
        }
        return sum
      }
      Self.orthonormalize(&basis)
      let largest = Swift.max(values[0].magnitude, .leastNormalMagnitude)
      let moved = zip(before, values).prefix(wanted).map { ($0 - $1).magnitude }.max() ?? 0
      if moved <= 1e-13 * largest { break }
    }
    let kept = Swift.min(wanted, count)
    return (basis.prefix(kept).map(Self.signed), Array(values.prefix(kept)))
  }

  /// All eigenvectors with their eigenvalues, the largest first: cyclic Jacobi rotations, for a small matrix.
  private func allEigenvectors() -> (vectors: [[Double]], values: [Double]) {
    var matrix = self
    var vectors = (0..<count).map { row in (0..<count).map { $0 == row ? 1.0 : 0.0 } }
    for _ in 0..<60 {
      var outside = 0.0
      var diagonal = 0.0
      for row in 0..<count {
        diagonal += matrix[row, row] * matrix[row, row]
        for column in 0..<row { outside += matrix[row, column] * matrix[row, column] }
      }
      guard outside > 1e-30 * diagonal else { break }
      for p in 0..<count {
        for q in (p + 1)..<Swift.max(count, p + 1) where matrix[p, q] != 0 {
          let theta = (matrix[q, q] - matrix[p, p]) / (2 * matrix[p, q])
          let tangent =
            (theta < 0 ? -1 : 1) / (theta.magnitude + (theta * theta + 1).squareRoot())
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for k in 0..<count {
            let (a, b) = (matrix[k, p], matrix[k, q])
            (matrix[k, p], matrix[k, q]) = (cosine * a - sine * b, sine * a + cosine * b)
          }
          for k in 0..<count {
            let (a, b) = (matrix[p, k], matrix[q, k])
            (matrix[p, k], matrix[q, k]) = (cosine * a - sine * b, sine * a + cosine * b)
            let (c, d) = (vectors[p][k], vectors[q][k])
            (vectors[p][k], vectors[q][k]) = (cosine * c - sine * d, sine * c + cosine * d)
          }
        }
      }
    }
    let order = (0..<count).sorted { (matrix[$1, $1], $0) < (matrix[$0, $0], $1) }
    return (order.map { vectors[$0] }, order.map { matrix[$0, $0] })
  }

  /// Gram and Schmidt, twice for the sake of rounding; what is left of a vector that depends on others becomes zero.
  private static func orthonormalize(_ basis: inout [[Double]]) {
    for place in basis.indices {
      let length = dot(basis[place], basis[place]).squareRoot()
      for _ in 0..<2 {
        for other in 0..<place {
          let share = dot(basis[place], basis[other])
          for k in basis[place].indices { basis[place][k] -= share * basis[other][k] }
        }
      }
      let left = dot(basis[place], basis[place]).squareRoot()
      let factor = left > 1e-14 * length ? 1 / left : 0
      for k in basis[place].indices { basis[place][k] *= factor }
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += x * y }
    return sum
  }

  private static func signed(_ vector: [Double]) -> [Double] {
    let largest = vector.max { $0.magnitude < $1.magnitude } ?? 0
    return largest < 0 ? vector.map { -$0 } : vector
  }
}
