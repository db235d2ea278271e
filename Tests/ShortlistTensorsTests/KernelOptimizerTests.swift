import CShortlistKernels
import Testing

@Suite("Kernels: optimizers")
struct KernelOptimizerTests {
  /// Runs a step on w, two state arrays and a gradient, by both sets, and compares all arrays. The
  /// scalar set rounds a product before it is added, one with FMA does not: a few units in the last
  /// place of the largest term.
  private func compare(
    _ set: VectorSet, _ n: Int,
    step: (
      sl_kernels, _ w: GuardedFloats, _ s: GuardedFloats, _ t: GuardedFloats, _ g: GuardedFloats
    )
      -> Void
  ) {
    let results = [set.kernels, VectorSet.scalar].map { kernels in
      let w = GuardedFloats(uniformFloats(n, seed: 1))
      let s = GuardedFloats(uniformFloats(n, in: 0..<1, seed: 2))
      let t = GuardedFloats(uniformFloats(n, in: 0..<1, seed: 3))
      let g = GuardedFloats(uniformFloats(n, seed: 4))
      step(kernels, w, s, t, g)
      #expect(w.guardsAreIntact && s.guardsAreIntact && t.guardsAreIntact)
      return [w.values, s.values, t.values, g.values]
    }
    for (got, expected) in zip(results[0], results[1]) {
      #expect(firstDifference(got, expected, relative: 5e-7, absolute: 2e-7) == nil)
    }
  }

  @Test("adagrad equals the scalar one", arguments: VectorSet.available, awkwardSizes)
  func adagrad(set: VectorSet, n: Int) {
    compare(set, n) { kernels, w, s, _, g in
      unsafe kernels.adagrad(w.pointer, s.pointer, g.pointer, n, 0.1, 1e-7)
    }
  }

  @Test("adam equals the scalar one", arguments: VectorSet.available, awkwardSizes)
  func adam(set: VectorSet, n: Int) {
    compare(set, n) { kernels, w, s, t, g in
      unsafe kernels.adam(w.pointer, s.pointer, t.pointer, g.pointer, n, 0.01, 0.9, 0.999, 1e-7)
    }
  }

  @Test("momentum equals the scalar one", arguments: VectorSet.available, awkwardSizes)
  func momentum(set: VectorSet, n: Int) {
    for nesterov in [false, true] {
      compare(set, n) { kernels, w, s, _, g in
        unsafe kernels.momentum(w.pointer, s.pointer, g.pointer, n, 0.1, 0.9, nesterov)
      }
    }
  }

  @Test("The steps are those of the formulas")
  func formulas() {
    let w = GuardedFloats([1])
    let s = GuardedFloats([3])
    let t = GuardedFloats([3])
    let g = GuardedFloats([1])
    unsafe VectorSet.scalar.adagrad(w.pointer, s.pointer, g.pointer, 1, 0.5, 0)
    #expect(w.values == [0.75] && s.values == [4])
    unsafe VectorSet.scalar.momentum(w.pointer, t.pointer, g.pointer, 1, 0.5, 0.5, false)
    #expect(w.values == [1.75] && t.values == [1])
    unsafe VectorSet.scalar.momentum(w.pointer, t.pointer, g.pointer, 1, 0.5, 0.5, true)
    #expect(w.values == [1.25] && t.values == [0])
    let m = GuardedFloats([0])
    let v = GuardedFloats([0])
    unsafe VectorSet.scalar.adam(w.pointer, m.pointer, v.pointer, g.pointer, 1, 0.5, 0.5, 0.75, 0)
    #expect(w.values == [0.75] && m.values == [0.5] && v.values == [0.25])
  }
}
