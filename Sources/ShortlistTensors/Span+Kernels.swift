private import CShortlistKernels

/// Row arithmetic. Lengths must agree; a mismatch is a programmer's error.
extension Span<Float> {
  /// The inner product with `other`.
  package func dot(_ other: Span<Float>) -> Float {
    precondition(count == other.count, "dot of \(count) with \(other.count) elements")
    return unsafe withPointer { x in
      unsafe other.withPointer { y in unsafe Kernels.best.dot(x, y, count) }
    }
  }

  /// The sum of squares, accumulated in double precision.
  package func sumOfSquares() -> Double {
    unsafe withPointer { unsafe Kernels.best.sum_of_squares($0, count) }
  }

  /// The sum, accumulated in double precision.
  package func sum() -> Double { unsafe withPointer { unsafe Kernels.best.sum($0, count) } }

  /// How many elements are greater than `threshold`, and how many equal it.
  package func countGreater(than threshold: Float) -> (greater: Int, equal: Int) {
    var greater = 0
    var equal = 0
    unsafe withPointer { unsafe Kernels.best.count_greater($0, count, threshold, &greater, &equal) }
    return (greater, equal)
  }

  /// Whether every element is finite.
  package var isFinite: Bool {
    // A sum of zeros is zero; an infinity or NaN times zero is NaN.
    var total: Float = 0
    for i in 0..<count { total += self[i] * 0 }
    return total == 0
  }

  /// Calls `body` with an address that may be read for `count` elements, also when there are none.
  @unsafe
  func withPointer<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
    unsafe withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        var nothing: Float = 0
        return unsafe body(&nothing)
      }
      return unsafe body(base)
    }
  }
}

extension MutableSpan<Float> {
  /// Adds `factor * other`.
  package mutating func add(_ factor: Float, times other: Span<Float>) {
    precondition(count == other.count, "adding \(other.count) to \(count) elements")
    let n = count
    unsafe withPointer { y in
      unsafe other.withPointer { x in unsafe Kernels.best.axpy(factor, x, y, n) }
    }
  }

  /// Multiplies each element by `factor`.
  package mutating func scale(by factor: Float) {
    let n = count
    unsafe withPointer { unsafe Kernels.best.scale(factor, $0, n) }
  }

  /// Multiplies element by element.
  package mutating func multiply(by other: Span<Float>) {
    precondition(count == other.count, "multiplying \(count) by \(other.count) elements")
    let n = count
    unsafe withPointer { y in
      unsafe other.withPointer { x in unsafe Kernels.best.multiply(x, y, n) }
    }
  }

  /// `x * factor + bias` in place; returns the largest element. An empty `bias` stands for zeros.
  package mutating func scaleAndAdd(_ factor: Float, _ bias: Span<Float>) -> Float {
    precondition(
      bias.isEmpty || bias.count == count, "a bias of \(bias.count) for \(count) elements")
    let n = count
    let none = bias.isEmpty
    return unsafe withPointer { x in
      unsafe bias.withPointer { b in
        unsafe Kernels.best.scale_bias_max(x, n, factor, none ? nil : b)
      }
    }
  }

  /// `exp(x - shift)` in place; returns the sum.
  package mutating func exponentiate(shift: Float) -> Double {
    let n = count
    return unsafe withPointer { unsafe Kernels.best.exp_sum($0, n, shift) }
  }

  /// Calls `body` with an address that may be written for `count` elements, also when there are none.
  @unsafe
  mutating func withPointer<Result>(_ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
    unsafe withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        var nothing: Float = 0
        return unsafe body(&nothing)
      }
      return unsafe body(base)
    }
  }
}
