private import CShortlistKernels

/// Vectors of signed bytes, each with a scale of its own: element (r, c) stands for
/// `scales[r] * bytes[r * columns + c]`.
package struct ByteRows: Sendable {
  package let rows: Int
  package let columns: Int
  package private(set) var scales: [Float]
  package let storage: ByteStorage

  /// Rounds each row to 255 steps between minus and plus its largest element.
  package init(quantizing matrix: Matrix) {
    rows = matrix.rows
    columns = matrix.columns
    let storage = ByteStorage(count: matrix.count)
    let chunk = 4096
    let width = matrix.columns
    let parts = Parallel.map((matrix.rows + chunk - 1) / chunk) { index in
      let range = index * chunk..<min((index + 1) * chunk, matrix.rows)
      return range.map { row in
        let target = unsafe (storage.base + row * width).assumingMemoryBound(to: Int8.self)
        return unsafe Self.quantize(matrix[row: row], into: target)
      }
    }
    scales = parts.flatMap { $0 }
    self.storage = storage
  }

  /// Rows of zeros, to be set.
  package init(rows: Int, columns: Int) {
    self.init(
      rows: rows, columns: columns, scales: [Float](repeating: 0, count: rows),
      storage: ByteStorage(count: rows * columns))
  }

  /// Rounds a vector into a row; while the structure is made, by one thread at a time.
  package mutating func set(_ values: Span<Float>, at row: Int) {
    precondition(
      row >= 0 && row < rows && values.count == columns,
      "\(values.count) elements to row \(row) of \(rows) x \(columns)")
    let target = unsafe (storage.base + row * columns).assumingMemoryBound(to: Int8.self)
    scales[row] = unsafe Self.quantize(values, into: target)
  }

  /// Rows that stand in storage already.
  ///
  /// - Precondition: the storage has a byte for each element, and there is a scale for each row.
  package init(rows: Int, columns: Int, scales: [Float], storage: ByteStorage) {
    precondition(
      scales.count == rows && storage.count == rows * columns,
      "\(rows) x \(columns) bytes in \(storage.count), \(scales.count) scales")
    self.rows = rows
    self.columns = columns
    self.scales = scales
    self.storage = storage
  }

  /// The rows as floats.
  package var dequantized: Matrix {
    var matrix = Matrix(uninitializedRows: rows, columns: columns)
    let target = unsafe matrix.mutablePointer
    let bytes = unsafe pointer
    for row in 0..<rows {
      let scale = scales[row]
      for i in row * columns..<(row + 1) * columns {
        unsafe target[i] = scale * Float(bytes[i])
      }
    }
    return matrix
  }

  @unsafe
  private var pointer: UnsafePointer<Int8> {
    unsafe UnsafePointer(storage.base.assumingMemoryBound(to: Int8.self))
  }

  /// Writes a vector as bytes; returns the scale.
  private static func quantize(
    _ values: Span<Float>, into bytes: UnsafeMutablePointer<Int8>
  ) -> Float {
    var largest: Float = 0
    for i in 0..<values.count { largest = max(largest, abs(values[i])) }
    guard largest > 0 else {
      unsafe bytes.update(repeating: 0, count: values.count)
      return 0
    }
    // Where the largest element is tiny, its inverse would be infinite.
    let scale = max(largest / 127, .leastNormalMagnitude)
    for i in 0..<values.count {
      unsafe bytes[i] = Int8(max(-127, min(127, (values[i] / scale).rounded())))
    }
    return scale
  }
}

extension ByteRows {
  /// A query rounded to bytes, for products of bytes.
  package struct Query: Sendable {
    fileprivate var bytes: [Int8]
    fileprivate var scale: Float = 0

    package init(dimensions: Int) { bytes = [Int8](repeating: 0, count: dimensions) }

    /// - Precondition: the query has as many dimensions.
    package mutating func set(_ query: Span<Float>) {
      precondition(query.count == bytes.count, "\(query.count) elements for \(bytes.count)")
      scale = unsafe bytes.withUnsafeMutableBufferPointer { target in
        guard let target = target.baseAddress else { return 0 }
        return unsafe ByteRows.quantize(query, into: target)
      }
    }
  }

  /// The inner products of a rounded query with some rows: `scores[i]` is of row `range.lowerBound + i`.
  package func scores(
    of query: Query, withRows range: Range<Int>, into scores: inout MutableSpan<Float>
  ) {
    precondition(range.count <= scores.count, "\(range.count) scores into \(scores.count)")
    unsafe scores.withPointer { unsafe writeScores(of: query, withRows: range, to: $0) }
  }

  /// The same to an address with room for them.
  @unsafe
  func writeScores(
    of query: Query, withRows range: Range<Int>, to scores: UnsafeMutablePointer<Float>
  ) {
    precondition(
      query.bytes.count == columns && range.lowerBound >= 0 && range.upperBound <= rows,
      "rows \(range) of \(rows) x \(columns), a query of \(query.bytes.count)")
    let piece = 256
    unsafe query.bytes.withUnsafeBufferPointer { bytes in
      guard let bytes = bytes.baseAddress else { return }
      unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: piece) { sums in
        guard let sums = sums.baseAddress else { return }
        for start in stride(from: range.lowerBound, to: range.upperBound, by: piece) {
          let count = min(piece, range.upperBound - start)
          unsafe Kernels.best.dot_rows_bytes(
            bytes, pointer + start * columns, columns, count, columns, sums)
          let target = unsafe scores + (start - range.lowerBound)
          for i in 0..<count {
            unsafe target[i] = Float(sums[i]) * (scales[start + i] * query.scale)
          }
        }
      }
    }
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
    unsafe query.withPointer { q in
      unsafe wanted.withUnsafeBufferPointer { w in
        guard let w = w.baseAddress else { return }
        unsafe scores.withPointer {
          unsafe Kernels.best.dot_gather_bytes(
            q, pointer, columns, w, wanted.count, columns, $0)
        }
      }
    }
    for i in 0..<wanted.count { scores[i] *= scales[Int(wanted[i])] }
  }
}

extension CandidateList {
  /// Adds the rows of a range whose inner product with a rounded query reaches the threshold.
  package mutating func scan(
    _ rows: ByteRows, _ range: Range<Int>, _ query: ByteRows.Query, where isWanted: ((Int) -> Bool)?
  ) {
    unsafe collect(range, where: isWanted) { piece, threshold, scores, positions in
      unsafe Self.select(piece, from: threshold, scores, positions) {
        unsafe rows.writeScores(of: query, withRows: $0, to: $1)
      }
    }
  }
}

/// - Precondition: every row is less than `count`.
func checkRows(_ rows: Span<UInt32>, below count: Int) {
  var largest: UInt32 = 0
  for i in 0..<rows.count { largest = max(largest, rows[i]) }
  precondition(rows.isEmpty || Int(largest) < count, "row \(largest) of \(count)")
}
