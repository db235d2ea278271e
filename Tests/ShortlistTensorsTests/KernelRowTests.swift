import CShortlistKernels
import Testing

@Suite("Kernels: rows")
struct KernelRowTests {
  @Test("dot equals the scalar one", arguments: VectorSet.available, awkwardSizes)
  func dot(set: VectorSet, n: Int) {
    let a = GuardedFloats(uniformFloats(n, seed: 1))
    let b = GuardedFloats(uniformFloats(n, seed: 2))
    let got = unsafe set.kernels.dot(a.pointer, b.pointer, n)
    let expected = unsafe VectorSet.scalar.dot(a.pointer, b.pointer, n)
    // n roundings of partial sums of terms below 1.
    #expect(firstDifference([got], [expected], absolute: 6e-8 * Double(n)) == nil)
  }

  @Test("dot_rows has the bits of dot, row by row", arguments: VectorSet.available, awkwardSizes)
  func dotRows(set: VectorSet, n: Int) {
    let query = GuardedFloats(uniformFloats(n, seed: 1))
    for count in 0..<8 {
      let rows = GuardedFloats(uniformFloats(count * (n + 3), seed: 2))
      let out = GuardedFloats(count: count)
      unsafe set.kernels.dot_rows(query.pointer, rows.pointer, n + 3, count, n, out.pointer)
      let expected = (0..<count).map { row in
        unsafe set.kernels.dot(query.pointer, rows.pointer + row * (n + 3), n)
      }
      #expect(out.values.map(\.bitPattern) == expected.map(\.bitPattern))
      #expect(out.guardsAreIntact)
    }
  }

  @Test("Sums in double agree to the last digits", arguments: VectorSet.available, awkwardSizes)
  func sums(set: VectorSet, n: Int) {
    let x = GuardedFloats(uniformFloats(n, seed: 3))
    // Both add exact doubles; only the order differs.
    let tolerance = 1e-15 * Double(n * n)
    let sums = unsafe (set.kernels.sum(x.pointer, n), VectorSet.scalar.sum(x.pointer, n))
    #expect(abs(sums.0 - sums.1) <= tolerance)
    let squares = unsafe (
      set.kernels.sum_of_squares(x.pointer, n), VectorSet.scalar.sum_of_squares(x.pointer, n)
    )
    #expect(abs(squares.0 - squares.1) <= tolerance)
  }

  @Test(
    "scale_bias_max scales, adds and returns the largest", arguments: VectorSet.available,
    awkwardSizes)
  func scaleBiasMax(set: VectorSet, n: Int) {
    for tricky in [false, true] {
      let start = tricky ? trickyFloats(n, seed: 4) : uniformFloats(n, in: -9 ..< -1, seed: 4)
      let bias = GuardedFloats(uniformFloats(n, seed: 5))
      for biased in [false, true] {
        let got = GuardedFloats(start)
        let expected = GuardedFloats(start)
        let term = unsafe biased ? UnsafePointer(bias.pointer) : nil
        let largest = unsafe set.kernels.scale_bias_max(got.pointer, n, 1.7, term)
        let reference = unsafe VectorSet.scalar.scale_bias_max(expected.pointer, n, 1.7, term)
        // One rounding with FMA, two without.
        #expect(firstDifference([largest], [reference], relative: 2e-7, absolute: 2e-7) == nil)
        #expect(
          firstDifference(got.values, expected.values, relative: 2e-7, absolute: 2e-7) == nil)
        #expect(got.guardsAreIntact)
      }
    }
  }

  @Test("exp_sum returns the sum of what it writes", arguments: VectorSet.available, awkwardSizes)
  func expSum(set: VectorSet, n: Int) {
    let start = uniformFloats(n, in: -90..<3, seed: 6)
    let got = GuardedFloats(start)
    let expected = GuardedFloats(start)
    let sum = unsafe set.kernels.exp_sum(got.pointer, n, 0.25)
    let reference = unsafe VectorSet.scalar.exp_sum(expected.pointer, n, 0.25)
    #expect(abs(sum - reference) <= 1.5e-7 * reference)
    #expect(firstDifference(got.values, expected.values, relative: 2.4e-7, absolute: 3e-45) == nil)
    #expect(got.guardsAreIntact)
  }

  @Test("exp_sum of a million terms keeps its digits", arguments: VectorSet.available)
  func expSumOfMany(set: VectorSet) {
    let x = GuardedFloats(uniformFloats(1_000_000, in: -10..<0, seed: 7))
    let sum = unsafe set.kernels.exp_sum(x.pointer, x.count, 0)
    let exact = x.values.reduce(0.0) { $0 + Double($1) }
    #expect(abs(sum - exact) <= 1e-7 * exact)
  }

  @Test("exp_sum counts -inf as 0 and passes NaN on", arguments: VectorSet.available)
  func expSumOfSpecialValues(set: VectorSet) {
    for n in awkwardSizes where n > 0 {
      let masked = GuardedFloats([Float](repeating: -.infinity, count: n))
      unsafe masked.pointer[n - 1] = 2
      #expect(unsafe set.kernels.exp_sum(masked.pointer, n, 2) == 1)
      #expect(masked.values == [Float](repeating: 0, count: n - 1) + [1])
      unsafe masked.pointer[n / 2] = .nan
      #expect(unsafe set.kernels.exp_sum(masked.pointer, n, 0).isNaN)
    }
  }

  @Test(
    "max_update keeps the larger and the row it came from", arguments: VectorSet.available,
    awkwardSizes)
  func maxUpdate(set: VectorSet, n: Int) {
    let start = uniformFloats(n, seed: 8)
    let y = GuardedFloats(trickyFloats(n, seed: 9))
    let results = [set.kernels, VectorSet.scalar].map { kernels in
      let x = GuardedFloats(start)
      var which = [UInt8](repeating: 9, count: n + 64)
      unsafe kernels.max_update(x.pointer, y.pointer, &which, 200, n)
      #expect(x.guardsAreIntact)
      return (x.values, which)
    }
    #expect(firstDifference(results[0].0, results[1].0) == nil)
    #expect(results[0].1 == results[1].1)
  }

  @Test(
    "axpy, scale and multiply equal the scalar ones", arguments: VectorSet.available, awkwardSizes)
  func elementwise(set: VectorSet, n: Int) {
    let x = GuardedFloats(trickyFloats(n, seed: 10))
    let start = uniformFloats(n, seed: 11)
    func run(_ body: (sl_kernels, GuardedFloats) -> Void) -> ([Float], [Float]) {
      let got = GuardedFloats(start)
      let expected = GuardedFloats(start)
      body(set.kernels, got)
      body(VectorSet.scalar, expected)
      #expect(got.guardsAreIntact)
      return (got.values, expected.values)
    }
    let axpy = run { unsafe $0.axpy(0.3, x.pointer, $1.pointer, n) }
    #expect(firstDifference(axpy.0, axpy.1, relative: 2e-7, absolute: 2e-7) == nil)
    let scale = run { unsafe $0.scale(0.3, $1.pointer, n) }
    #expect(firstDifference(scale.0, scale.1) == nil)
    let multiply = run { unsafe $0.multiply(x.pointer, $1.pointer, n) }
    #expect(firstDifference(multiply.0, multiply.1) == nil)
  }
}
