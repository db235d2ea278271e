import CShortlistKernels
import Testing

@Suite("Kernels: activations")
struct KernelActivationTests {
  /// An activation or a derivative, and how far it may be from the scalar one.
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var isGradient = false
    var relative = 0.0
    var absolute = 0.0
    /// (kernels, x, y) for an activation; (kernels, y or x, g) for a derivative.
    var run: @Sendable (sl_kernels, GuardedFloats, GuardedFloats) -> Void
  }

  // exp is right to 2 units in the last place (2^-23 each), near the subnormals to one of those; what
  // is built on it adds a few roundings. gelu's error function has a relative error of 1.2e-7, and its
  // derivative near a zero crossing only an absolute one. The gradients of sigmoid and tanh are
  // products whose factors cancel: they are right relative to the size of y, which reaches 12 here.
  static let cases = [
    Case(testDescription: "exp", relative: 2.4e-7, absolute: 3e-45) {
      unsafe $0.exp($1.pointer, $2.pointer, $1.count)
    },
    Case(testDescription: "relu") { unsafe $0.relu($1.pointer, $2.pointer, $1.count) },
    Case(testDescription: "sigmoid", relative: 6e-7, absolute: 1e-38) {
      unsafe $0.sigmoid($1.pointer, $2.pointer, $1.count)
    },
    Case(testDescription: "tanh", relative: 3e-7) {
      unsafe $0.tanh($1.pointer, $2.pointer, $1.count)
    },
    Case(testDescription: "gelu", relative: 1e-6, absolute: 2e-7) {
      unsafe $0.gelu($1.pointer, $2.pointer, $1.count)
    },
    Case(testDescription: "relu_gradient", isGradient: true) {
      unsafe $0.relu_gradient($1.pointer, $2.pointer, $1.count)
    },
    Case(testDescription: "sigmoid_gradient", isGradient: true, relative: 4e-7, absolute: 1e-6) {
      unsafe $0.sigmoid_gradient($1.pointer, $2.pointer, $1.count)
    },
    Case(testDescription: "tanh_gradient", isGradient: true, relative: 4e-7, absolute: 1e-5) {
      unsafe $0.tanh_gradient($1.pointer, $2.pointer, $1.count)
    },
    Case(testDescription: "gelu_gradient", isGradient: true, relative: 1e-6, absolute: 4e-7) {
      unsafe $0.gelu_gradient($1.pointer, $2.pointer, $1.count)
    },
  ]

  @Test("An activation equals the scalar one, in place too", arguments: VectorSet.available, cases)
  func equalsScalar(set: VectorSet, activation: Case) {
    for n in awkwardSizes {
      let input = trickyFloats(n, seed: UInt64(n))
      let x = GuardedFloats(input)
      let start = uniformFloats(n, seed: 2)
      let got = GuardedFloats(start)
      let expected = GuardedFloats(start)
      activation.run(set.kernels, x, got)
      activation.run(VectorSet.scalar, x, expected)
      let difference = firstDifference(
        got.values, expected.values, relative: activation.relative, absolute: activation.absolute)
      #expect(difference == nil, "n = \(n)")
      #expect(got.guardsAreIntact)
      #expect(firstDifference(x.values, input) == nil, "the input was written")
      if !activation.isGradient {
        activation.run(set.kernels, x, x)
        #expect(x.values.map(\.bitPattern) == got.values.map(\.bitPattern), "in place, n = \(n)")
      }
    }
  }

  @Test("exp is right to two units in the last place everywhere", arguments: VectorSet.available)
  func exponential(set: VectorSet) {
    let x = GuardedFloats((0..<20_000).map { -104 + Float($0) * (193.0 / 20_000) })
    let got = GuardedFloats(count: x.count)
    let expected = GuardedFloats(count: x.count)
    unsafe set.kernels.exp(x.pointer, got.pointer, x.count)
    unsafe VectorSet.scalar.exp(x.pointer, expected.pointer, x.count)
    #expect(
      firstDifference(got.values, expected.values, relative: 2.4e-7, absolute: 3e-45) == nil)
  }

  @Test("exp of special values", arguments: VectorSet.available)
  func specialValues(set: VectorSet) {
    let x = GuardedFloats([0, -0.0, -.infinity, .infinity, .nan, 89, -104.5, -1e30, 1e30])
    unsafe set.kernels.exp(x.pointer, x.pointer, x.count)
    let expected: [Float] = [1, 1, 0, .infinity, .nan, .infinity, 0, 0, .infinity]
    #expect(firstDifference(x.values, expected) == nil)
  }

  @Test("tanh keeps the digits of small arguments", arguments: VectorSet.available)
  func smallTanh(set: VectorSet) {
    let values: [Float] = [1e-20, -1e-10, 1e-5, -1e-3, 0.01, 0.1]
    let x = GuardedFloats(values)
    unsafe set.kernels.tanh(x.pointer, x.pointer, x.count)
    let expected = values.map { v in
      let z = Double(v)
      return Float(
        z - z * z * z / 3 + 2 * z * z * z * z * z / 15 - 17 * z * z * z * z * z * z * z / 315)
    }
    #expect(firstDifference(x.values, expected, relative: 2.4e-7) == nil)
  }
}
