private import CShortlistKernels

extension Matrix {
  /// One row, for writing.
  package subscript(mutableRow row: Int) -> MutableSpan<Float> {
    @_lifetime(&self)
    mutating get {
      precondition(row >= 0 && row < rows, "row \(row) of a matrix with \(rows) rows")
      let start = unsafe mutablePointer + row * columns
      let span = unsafe MutableSpan(_unsafeStart: start, count: columns)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// A copy of some rows that follow each other.
  public func rows(_ range: Range<Int>) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a matrix with \(rows)")
    if range == 0..<rows { return self }
    var result = Matrix(uninitializedRows: range.count, columns: columns)
    unsafe result.mutablePointer.update(
      from: pointer + range.lowerBound * columns, count: range.count * columns)
    return result
  }

  /// The named rows, in the order given; a row may come more than once.
  ///
  /// - Precondition: every number is in `0..<rows`.
  public func gathering(_ wanted: [Int32]) -> Matrix {
    var result = Matrix(uninitializedRows: wanted.count, columns: columns)
    let target = unsafe result.mutablePointer
    for (index, row) in wanted.enumerated() {
      precondition(row >= 0 && row < rows, "row \(row) of a matrix with \(rows) rows")
      unsafe (target + index * columns).update(from: pointer + Int(row) * columns, count: columns)
    }
    return result
  }

  /// Matrices of the same width, one below the other.
  package init(stacking parts: [Matrix], columns: Int) {
    self.init(uninitializedRows: parts.reduce(0) { $0 + $1.rows }, columns: columns)
    var target = unsafe mutablePointer
    for part in parts {
      precondition(part.columns == columns, "stacking \(part.columns) on \(columns) columns")
      unsafe target.update(from: part.pointer, count: part.count)
      unsafe target += part.count
    }
  }

  /// The sum of matrices of one shape, added in order.
  ///
  /// - Precondition: there is at least one.
  package init(summing parts: [Matrix]) {
    precondition(!parts.isEmpty, "a sum of no matrices")
    self = parts[0]
    for part in parts.dropFirst() { add(1, times: part) }
  }

  /// Adds `factor * other`.
  public mutating func add(_ factor: Float, times other: Matrix) {
    precondition(
      rows == other.rows && columns == other.columns,
      "adding \(other.rows) x \(other.columns) to \(rows) x \(columns)")
    unsafe Kernels.best.axpy(factor, other.pointer, mutablePointer, count)
  }

  /// Multiplies every element by `factor`.
  public mutating func scale(by factor: Float) {
    unsafe Kernels.best.scale(factor, mutablePointer, count)
  }

  /// Multiplies element by element.
  package mutating func multiply(by other: Matrix) {
    precondition(
      rows == other.rows && columns == other.columns,
      "multiplying \(rows) x \(columns) by \(other.rows) x \(other.columns)")
    unsafe Kernels.best.multiply(other.pointer, mutablePointer, count)
  }

  /// Whether every element is finite.
  public var isFinite: Bool {
    var isFinite = true
    forEachBlock { isFinite = isFinite && $0.isFinite }
    return isFinite
  }
}

extension Matrix {
  /// Copies `width` columns of every row of a matrix with as many rows.
  package mutating func copyColumns(from source: Matrix, start: Int, to target: Int, width: Int) {
    precondition(
      source.rows == rows && start + width <= source.columns && target + width <= columns,
      "columns \(start)..<\(start + width) of \(source) to column \(target) of \(self)")
    let base = unsafe mutablePointer
    for row in 0..<rows {
      unsafe (base + row * columns + target).update(
        from: source.pointer + row * source.columns + start, count: width)
    }
  }

  /// Adds a row to every row.
  package mutating func addToRows(_ bias: Span<Float>) {
    for row in 0..<rows {
      var target = self[mutableRow: row]
      target.add(1, times: bias)
    }
  }

  /// The sum of all rows: 1 x columns.
  package func sumOfRows() -> Matrix {
    var sum = Matrix(rows: 1, columns: columns)
    for row in 0..<rows {
      var target = sum[mutableRow: 0]
      target.add(1, times: self[row: row])
    }
    return sum
  }
}

extension Matrix {
  /// Copies a row of a matrix of the same width.
  package mutating func copyRow(_ row: Int, from source: Matrix, row sourceRow: Int) {
    precondition(
      source.columns == columns && row < rows && sourceRow < source.rows && row >= 0
        && sourceRow >= 0, "row \(sourceRow) of \(source) to row \(row) of \(self)")
    unsafe (mutablePointer + row * columns).update(
      from: source.pointer + sourceRow * columns, count: columns)
  }

  /// Element by element the largest of `count` rows of `source` that follow each other, line by line:
  /// line l takes rows l * count..<(l + 1) * count. `winners[l * columns + c]` becomes the row that won,
  /// counted within the line; of equals the first.
  package mutating func setMaximum(
    ofEach count: Int, rowsOf source: Matrix, lines: Int, winners: inout [UInt8]
  ) {
    precondition(
      source.columns == columns && lines >= 0 && lines <= rows && (1...256).contains(count)
        && lines * count <= source.rows && lines * columns <= winners.count,
      "the largest of each \(count) rows of \(source) in \(lines) lines of \(self), "
        + "\(winners.count) winners")
    let best = unsafe mutablePointer
    let n = columns
    unsafe winners.withUnsafeMutableBufferPointer { winners in
      guard let winners = winners.baseAddress else { return }
      for line in 0..<lines {
        let target = unsafe best + line * n
        let rows = unsafe source.pointer + line * count * n
        unsafe target.update(from: rows, count: n)
        unsafe (winners + line * n).update(repeating: 0, count: n)
        for row in 1..<count {
          unsafe Kernels.best.max_update(target, rows + row * n, winners + line * n, UInt8(row), n)
        }
      }
    }
  }
}
