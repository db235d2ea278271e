private import CShortlistKernels

/// Vectors of bfloat16: the upper half of each float, rounded to nearest.
package struct HalfRows: Sendable {
  package let rows: Int
  package let columns: Int
  package let storage: ByteStorage

  package init(rounding matrix: Matrix) {
    rows = matrix.rows
    columns = matrix.columns
    let storage = ByteStorage(count: matrix.count * 2)
    let width = matrix.columns
    let chunk = 4096
    Parallel.forEach((matrix.rows + chunk - 1) / chunk) { index in
      let halves = unsafe storage.base.assumingMemoryBound(to: UInt16.self)
      for row in index * chunk..<min((index + 1) * chunk, matrix.rows) {
        let values = matrix[row: row]
        for i in 0..<width {
          unsafe halves[row * width + i] = Self.rounded(values[i])
        }
      }
    }
    self.storage = storage
  }

  /// Rows of zeros, to be set.
  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, storage: ByteStorage(count: rows * columns * 2))
  }

  /// Rounds a vector into a row; while the structure is made, by one thread at a time.
  package func set(_ values: Span<Float>, at row: Int) {
    precondition(
      row >= 0 && row < rows && values.count == columns,
      "\(values.count) elements to row \(row) of \(rows) x \(columns)")
    let target = unsafe (storage.base + row * columns * 2).assumingMemoryBound(to: UInt16.self)
    for i in 0..<columns { unsafe target[i] = Self.rounded(values[i]) }
  }

  /// Rows that stand in storage already.
  package init(rows: Int, columns: Int, storage: ByteStorage) {
    precondition(
      storage.count == rows * columns * 2, "\(rows) x \(columns) halves in \(storage.count) bytes")
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// To nearest, ties to even; a finite number that would round to infinity becomes the largest.
  private static func rounded(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let half = UInt16((UInt64(bits) + 0x7FFF + UInt64(bits >> 16 & 1)) >> 16)
    return half & 0x7FFF == 0x7F80 ? half - 1 : half
  }

  /// The inner products of a query with rows that lie apart.
  ///
  /// - Precondition: every row is one of ours.
  package func innerProducts(
    of query: Span<Float>, withRows wanted: Span<UInt32>, into scores: inout MutableSpan<Float>
  ) {
    precondition(
      query.count == columns && wanted.count <= scores.count,
      "\(wanted.count) rows of \(columns) elements for a query of \(query.count)")
    checkRows(wanted, below: rows)
    let halves = unsafe pointer
    unsafe query.withPointer { q in
      unsafe wanted.withUnsafeBufferPointer { w in
        guard let w = w.baseAddress else { return }
        unsafe scores.withPointer {
          unsafe Kernels.best.dot_gather_halves(
            q, halves, columns, w, wanted.count, columns, $0)
        }
      }
    }
  }
}

extension HalfRows {
  @unsafe
  fileprivate var pointer: UnsafePointer<UInt16> {
    unsafe UnsafePointer(storage.base.assumingMemoryBound(to: UInt16.self))
  }
}

extension CandidateList {
  /// Adds the rows of a range whose inner product with a query reaches the threshold.
  ///
  /// - Parameter query: as many elements as the rows have.
  package mutating func scan(
    _ rows: HalfRows, _ range: Range<Int>, _ query: [Float], where isWanted: ((Int) -> Bool)?
  ) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows.rows && query.count == rows.columns,
      "rows \(range) of \(rows.rows) x \(rows.columns), a query of \(query.count)")
    unsafe query.span.withPointer { q in
      unsafe collect(range, where: isWanted) { piece, threshold, scores, positions in
        unsafe Self.select(piece, from: threshold, scores, positions) {
          unsafe Kernels.best.dot_gather_halves(
            q, rows.pointer + $0.lowerBound * rows.columns, rows.columns, nil, $0.count,
            rows.columns, $1)
        }
      }
    }
  }
}
