private import CShortlistKernels

/// Optimizer updates: a parameter changes in place along a gradient that holds every row, or some.
extension Matrix {
  /// Adagrad: accumulator += g²; w -= rate g / √(accumulator + epsilon).
  package mutating func updateAdagrad(
    along gradient: Matrix, rows: [Int32]?, accumulator: inout Matrix, rate: Float, epsilon: Float
  ) {
    let w = unsafe mutablePointer
    let a = unsafe accumulator.mutablePointer
    let kernels = Kernels.best
    unsafe forEachPiece(of: gradient, rows: rows) { offset, g, n in
      unsafe kernels.adagrad(w + offset, a + offset, g, n, rate, epsilon)
    }
  }

  /// Adam: m += (g - m)(1 - β1); v += (g² - v)(1 - β2); w -= alpha m / (√v + epsilon).
  package mutating func updateAdam(
    along gradient: Matrix, rows: [Int32]?, first m: inout Matrix, second v: inout Matrix,
    alpha: Float, beta1: Float, beta2: Float, epsilon: Float
  ) {
    let w = unsafe mutablePointer
    let (first, second) = unsafe (m.mutablePointer, v.mutablePointer)
    let kernels = Kernels.best
    unsafe forEachPiece(of: gradient, rows: rows) { offset, g, n in
      unsafe kernels.adam(
        w + offset, first + offset, second + offset, g, n, alpha, beta1, beta2, epsilon)
    }
  }

  /// velocity = momentum velocity - rate g; w += velocity, or Nesterov's look-ahead.
  package mutating func updateMomentum(
    along gradient: Matrix, rows: [Int32]?, velocity: inout Matrix, rate: Float, momentum: Float,
    nesterov: Bool
  ) {
    let w = unsafe mutablePointer
    let v = unsafe velocity.mutablePointer
    let kernels = Kernels.best
    unsafe forEachPiece(of: gradient, rows: rows) { offset, g, n in
      unsafe kernels.momentum(w + offset, v + offset, g, n, rate, momentum, nesterov)
    }
  }

  /// w -= rate g.
  package mutating func updatePlain(along gradient: Matrix, rows: [Int32]?, rate: Float) {
    let w = unsafe mutablePointer
    let kernels = Kernels.best
    unsafe forEachPiece(of: gradient, rows: rows) { offset, g, n in
      unsafe kernels.axpy(-rate, g, w + offset, n)
    }
  }

  /// Calls `body` with (offset in this matrix, the gradient there, how many floats): once for each row
  /// named, or for large pieces over all cores where the gradient holds every row. Pieces do not overlap.
  @unsafe
  private func forEachPiece(
    of gradient: Matrix, rows: [Int32]?,
    _ body: (Int, UnsafePointer<Float>, Int) -> Void
  ) {
    guard let rows else {
      precondition(
        gradient.rows == self.rows && gradient.columns == columns, "gradient \(gradient) of \(self)"
      )
      let piece = 1 << 16
      let total = count
      // The pieces are disjoint, so the threads share no element.
      nonisolated(unsafe) let source = unsafe gradient.pointer
      unsafe withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let body = unsafe body
        Parallel.forEach((total + piece - 1) / piece) { index in
          let start = index * piece
          unsafe body(start, source + start, Swift.min(piece, total - start))
        }
      }
      return
    }
    precondition(
      rows.count == gradient.rows && gradient.columns == columns,
      "gradient \(gradient) of \(rows.count) rows of \(self)")
    for (index, row) in rows.enumerated() {
      precondition(row >= 0 && row < self.rows, "row \(row) of a matrix with \(self.rows) rows")
      unsafe body(Int(row) * columns, gradient.pointer + index * columns, columns)
    }
  }
}
