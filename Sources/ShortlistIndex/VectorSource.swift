internal import ShortlistTensors

/// Where an exact index has its vectors.
enum VectorSource: Sendable {
  /// As they are inside the door.
  case memory(Matrix)
  /// As they are outside.
  case file(MatrixFile, blockRows: Int)

  /// Vectors of 8 MiB.
  static func blockRows(dimensions: Int) -> Int { (8 << 20) / (4 * max(1, dimensions)) }

  /// Calls `body` with all vectors as they are inside, block by block, and the row of each block's first.
  func forEachBlock(
    through door: VectorDoor, _ body: (_ block: Matrix, _ firstRow: Int) throws -> Void
  ) throws {
    switch self {
    case .memory(let vectors):
      try body(vectors, 0)
    case .file(let file, let blockRows):
      for start in stride(from: 0, to: file.rows, by: blockRows) {
        let block = try file.read(rows: start..<min(start + blockRows, file.rows))
        try body(door.admit(vectors: block), start)
      }
    }
  }

  /// Calls `body` with some rows, one by one; the door's own columns may follow the vector's.
  func forEachRow(
    of rows: some Sequence<Int>, _ body: (_ row: Int, _ vector: Span<Float>) -> Void
  ) throws {
    switch self {
    case .memory(let vectors):
      for row in rows { body(row, vectors[row: row]) }
    case .file(let file, _):
      for row in rows {
        let vector = try file.read(rows: row..<row + 1)
        body(row, vector[row: 0])
      }
    }
  }
}
