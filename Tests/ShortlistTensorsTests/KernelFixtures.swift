import CShortlistKernels
import Testing

/// The vector instruction sets; those this processor lacks are not among `available`.
enum VectorSet: UInt32, CaseIterable, CustomTestStringConvertible, Sendable {
  case portable = 1
  case avx2
  case avx512
  case avx512Vnni

  static let available = allCases.filter { unsafe sl_kernels_for($0.code) != nil }

  private var code: sl_instruction_set { sl_instruction_set(rawValue: rawValue) }
  var testDescription: String { "\(self)" }
  var kernels: sl_kernels { unsafe sl_kernels_for(code)!.pointee }

  static var scalar: sl_kernels { unsafe sl_kernels_for(sl_scalar)!.pointee }
}

/// Lengths around the vector widths, and a few that need several vectors and a rest.
let awkwardSizes = [
  0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 29, 31, 32, 33, 53, 64, 67, 130, 257,
]

/// Floats off alignment, between guards that nobody may write.
@safe
final class GuardedFloats {
  let count: Int
  let pointer: UnsafeMutablePointer<Float>

  private static let guardCount = 40
  private static let guardValue: Float = 12345.5
  private let base: UnsafeMutablePointer<Float>

  init(count: Int) {
    self.count = count
    unsafe base = .allocate(capacity: count + 2 * Self.guardCount + 1)
    unsafe base.update(repeating: Self.guardValue, count: count + 2 * Self.guardCount + 1)
    unsafe pointer = base + Self.guardCount + 1
    unsafe pointer.update(repeating: 0, count: count)
  }

  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    unsafe pointer.update(from: values, count: values.count)
  }

  deinit { unsafe base.deallocate() }

  var values: [Float] { unsafe Array(UnsafeBufferPointer(start: pointer, count: count)) }

  var guardsAreIntact: Bool {
    let before = (0..<Self.guardCount + 1).allSatisfy { unsafe base[$0] == Self.guardValue }
    return before
      && (0..<Self.guardCount).allSatisfy { unsafe pointer[count + $0] == Self.guardValue }
  }
}

/// The same uniform numbers for the same seed, in `range`.
func uniformFloats(_ count: Int, in range: Range<Float> = -1..<1, seed: UInt64) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let unit = Float(state >> 40) / Float(1 << 24)
    return range.lowerBound + (range.upperBound - range.lowerBound) * unit
  }
}

private let noise = uniformFloats(500_000, seed: 99)

/// Uniform numbers below 1 in size, cut from one array: drawing them is slow in a debug build.
func noiseFloats(_ count: Int, from offset: Int) -> GuardedFloats {
  GuardedFloats(Array(noise[offset..<offset + count]))
}

/// Uniform numbers with every third one replaced by a value at which kernels like to go wrong.
func trickyFloats(_ count: Int, seed: UInt64) -> [Float] {
  let special: [Float] = [
    0, -0.0, .infinity, -.infinity, .nan, 1e-30, -1e-30, 88.7, -87.4, -100, -104, 200, -200, 0.624,
    0.626, -15.5, 1e30,
  ]
  var values = uniformFloats(count, in: -12..<12, seed: seed)
  for i in stride(from: 0, to: count, by: 3) {
    values[i] = special[(i / 3 + Int(seed)) % special.count]
  }
  return values
}

/// The first index at which two arrays differ by more than is allowed; NaN equals NaN, and an
/// infinity only itself.
func firstDifference(
  _ got: [Float], _ expected: [Float], relative: Double = 0, absolute: Double = 0
) -> String? {
  guard got.count == expected.count else { return "\(got.count) against \(expected.count) values" }
  for (i, (x, y)) in zip(got, expected).enumerated() {
    let same: Bool
    if y.isNaN {
      same = x.isNaN
    } else if y.isInfinite {
      same = x == y
    } else {
      same = abs(Double(x) - Double(y)) <= relative * abs(Double(y)) + absolute
    }
    if !same { return "[\(i)] = \(x), expected \(y)" }
  }
  return nil
}
