internal import ShortlistTensors

/// Where an exact index has its vectors.
enum VectorSource: Sendable {
  /// Already normalised where that is wanted.
  case memory(Matrix)
  case file(MatrixFile, blockRows: Int, normalizing: Bool)

  /// Vectors of 8 MiB.
  static func blockRows(dimensions: Int) -> Int { (8 << 20) / (4 * max(1, dimensions)) }

  /// Calls `body` with all vectors, block by block, and the row of each block's first vector.
  func forEachBlock(_ body: (_ block: Matrix, _ firstRow: Int) throws -> Void) throws {
    switch self {
    case .memory(let vectors):
      try body(vectors, 0)
    case .file(let file, let blockRows, let normalizing):
      for start in stride(from: 0, to: file.rows, by: blockRows) {
        let block = try file.read(rows: start..<min(start + blockRows, file.rows))
        try body(normalizing ? block.normalizingRows() : block, start)
      }
    }
  }
}

extension Matrix {
  /// A matrix of one row.
  init(copying row: Span<Float>) {
    self.init(rows: 1, columns: row.count)
    for i in 0..<row.count { self[0, i] = row[i] }
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
}
