internal import ShortlistTensors

/// Where vectors and queries come in, so that inside every similarity is an inner product.
///
/// - inner product: nothing changes.
/// - cosine: vectors and queries are divided by their lengths; zeros stay.
/// - Euclidean: `|q - x|^2 = |q|^2 - 2 (q.x - |x|^2 / 2)`, so a vector x comes in as (x, -|x|^2 / 2), a
///   query q as (q, 1), and the largest inner product is at the smallest distance.
///
/// The Euclidean inner product cancels: its error is about `u * (|q| |x| + |x|^2 / 2)`, with u the unit of
/// rounding, however near the two are. So it only proposes rows; `distanceScore` then says what they are
/// worth, and `bound` tells how good a row that was not proposed can be at best.
struct VectorDoor: Sendable {
  let similarity: Similarity
  /// The length of vectors and queries outside.
  let dimensions: Int
  /// The length of the longest vector, for the Euclidean bound.
  private(set) var longest = 0.0
  /// What the Euclidean column is multiplied by in vectors, and divided by in queries: for indexes that
  /// round, and want columns of one size.
  var columnScale: Float = 1

  /// The longest vector or query whose half squared length, and whose inner products, are numbers.
  static let lengthLimit = 1e18

  init(similarity: Similarity, dimensions: Int) {
    self.similarity = similarity
    self.dimensions = dimensions
  }

  /// The length of vectors and queries inside.
  var innerDimensions: Int { similarity == .euclidean ? dimensions + 1 : dimensions }

  /// Takes note of vectors that will come in.
  ///
  /// - Parameter firstRow: the row of the index that the first row of `vectors` is.
  /// - Throws: `IndexError` that names the row if an element is not finite, or a vector too long.
  mutating func inspect(_ vectors: Matrix, firstRow: Int) throws(IndexError) {
    try IndexError.check(vectors: vectors, firstRow: firstRow)
    guard similarity == .euclidean else { return }
    for row in 0..<vectors.rows {
      let length = vectors[row: row].sumOfSquares().squareRoot()
      try IndexError.check(length: length, of: "vector \(firstRow + row)")
      longest = max(longest, length)
    }
  }

  /// - Throws: `IndexError` that names the query if it has an element that is not finite, or is too long.
  func check(query: Span<Float>, number: Int? = nil) throws(IndexError) {
    try IndexError.check(query: query, number: number)
    guard similarity == .euclidean else { return }
    try IndexError.check(
      length: query.sumOfSquares().squareRoot(), of: number.map { "query \($0)" } ?? "the query")
  }

  /// The vectors as they are inside: rows x innerDimensions.
  func admit(vectors: Matrix) -> Matrix {
    switch similarity {
    case .innerProduct: vectors
    case .cosine: vectors.normalizingRows()
    case .euclidean: vectors.appendingColumn { Float(-0.5 * $0.sumOfSquares()) * columnScale }
    }
  }

  /// The queries as they are inside: rows x innerDimensions.
  func admit(queries: Matrix) -> Matrix {
    switch similarity {
    case .innerProduct: queries
    case .cosine: queries.normalizingRows()
    case .euclidean: queries.appendingColumn { _ in 1 / columnScale }
    }
  }

  /// Sets the scale at which the Euclidean column varies as much as the others do.
  mutating func scaleColumn(toFit sample: Matrix) {
    guard similarity == .euclidean, sample.rows > 1 else { return }
    var (sum, squares, all) = (0.0, 0.0, 0.0)
    for row in 0..<sample.rows {
      let length = sample[row: row].sumOfSquares()
      all += length
      sum += length / 2
      squares += length * length / 4
    }
    let count = Double(sample.rows)
    let deviation = max(0, squares / count - (sum / count) * (sum / count)).squareRoot()
    let typical = (all / (count * Double(max(1, sample.columns)))).squareRoot()
    let scale = Float(typical / deviation)
    // Vectors of one length leave the column without a part to play.
    columnScale = scale.isNormal && scale < 1e6 ? scale : 1
  }

  /// Minus the squared Euclidean distance, summed in double precision; never less than the most negative
  /// finite number. Elements of `vector` after `dimensions` are passed over.
  func distanceScore(of query: Span<Float>, with vector: Span<Float>) -> Float {
    var sum = 0.0
    for i in 0..<dimensions {
      let difference = Double(query[i]) - Double(vector[i])
      sum += difference * difference
    }
    return max(Float(0 - sum), -.greatestFiniteMagnitude)
  }

  /// The largest score that a vector can have whose inner product inside is at most `inner`.
  ///
  /// With n = innerDimensions + 1 roundings, an inner product of single precision is off by at most
  /// n u / (1 - n u) times the sum of its terms' magnitudes (Higham, Accuracy and Stability of
  /// Numerical Algorithms, 3.1); numbers too small for the format add at most the least of them each.
  func bound(inner: Float, squaredLength: Double) -> Double {
    let roundings = Double(innerDimensions + 1)
    let unit = Double(Float.ulpOfOne) / 2
    let relative = roundings * unit / (1 - roundings * unit)
    let magnitude = squaredLength.squareRoot() * longest + longest * longest / 2
    let error = relative * magnitude + roundings * Double(Float.leastNonzeroMagnitude)
    let best = 2 * (Double(inner) + error) - squaredLength
    // Of double precision, and of the score as a Float.
    return best + unit * abs(best) + 1e-15 * (magnitude + squaredLength)
  }
}

extension Matrix {
  /// A matrix of one row.
  init(copying row: Span<Float>) { self.init(copying: row, columns: row.count) }

  /// A matrix of rows that stand one after the other.
  init(copying elements: Span<Float>, columns: Int) {
    self.init(uninitializedRows: elements.count / max(1, columns), columns: columns)
    for row in 0..<rows {
      var target = self[mutableRow: row]
      for i in 0..<columns { target[i] = elements[row * columns + i] }
    }
  }

  /// Every row divided by its length; rows of zeros stay.
  func normalizingRows() -> Matrix {
    var result = self
    for row in 0..<rows {
      let squares = self[row: row].sumOfSquares()
      guard squares > 0 else { continue }
      let factor = 1 / squares.squareRoot()
      var target = result[mutableRow: row]
      // In double precision: the factor of a very short row is infinite as a Float.
      for i in 0..<columns { target[i] = Float(Double(target[i]) * factor) }
    }
    return result
  }

  /// The matrix with one more column, made from each row.
  fileprivate func appendingColumn(_ element: (Span<Float>) -> Float) -> Matrix {
    var result = Matrix(uninitializedRows: rows, columns: columns + 1)
    for row in 0..<rows {
      let source = self[row: row]
      var target = result[mutableRow: row]
      for i in 0..<columns { target[i] = source[i] }
      target[columns] = element(source)
    }
    return result
  }
}
