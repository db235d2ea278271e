// Speed of the numeric kernels, by instruction set, against what the processor can do at most.
// Run in release: swift run -c release --package-path Benchmarks KernelBenchmark [portable|avx2|avx512]
import CShortlistKernels
import Foundation

/// The shortest of many runs, in seconds: the one that other programs disturbed least.
func fastest(atLeast total: Double = 0.4, _ body: () -> Void) -> Double {
  let clock = ContinuousClock()
  let start = clock.now
  var best = Double.infinity
  var runs = 0
  while runs < 5 || start.duration(to: clock.now) < .seconds(total) {
    best = min(best, clock.measure(body) / .seconds(1))
    runs += 1
  }
  return best
}

/// `count` floats on a cache line; never given back, as the program ends soon.
func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
  let raw = UnsafeMutableRawPointer.allocate(byteCount: (count + 16) * 4, alignment: 64)
  let pointer = raw.bindMemory(to: Float.self, capacity: count)
  var state: UInt32 = 1
  for i in 0..<count {
    state = state &* 1_664_525 &+ 1_013_904_223
    pointer[i] = Float(state >> 8) / Float(1 << 24) - 0.5
  }
  return pointer
}

func line(_ name: String, _ columns: String...) {
  print(name.padding(toLength: 44, withPad: " ", startingAt: 0) + columns.joined(separator: "  "))
}

func fixed(_ value: Double, _ digits: Int = 1) -> String {
  let text = String(format: "%.\(digits)f", value)
  return String(repeating: " ", count: max(0, 8 - text.count)) + text
}

struct Shape {
  var name: String
  var m: Int
  var n: Int
  var k: Int
  var transposedA = false
  var accumulate = false

  static let all = [
    Shape(name: "scores of a tile", m: 64, n: 8192, k: 64),
    Shape(name: "gradient of queries", m: 64, n: 64, k: 8192, accumulate: true),
    Shape(
      name: "gradient of candidates", m: 8192, n: 64, k: 64, transposedA: true,
      accumulate: true),
    Shape(
      name: "gradient of candidates", m: 8192, n: 32, k: 64, transposedA: true,
      accumulate: true),
    Shape(
      name: "gradient of candidates", m: 8192, n: 128, k: 64, transposedA: true,
      accumulate: true),
    Shape(name: "users against titles", m: 943, n: 1664, k: 32),
    Shape(name: "dense layer", m: 1024, n: 32, k: 64),
    Shape(name: "square", m: 1024, n: 1024, k: 1024),
    Shape(name: "one query, packed", m: 1, n: 1664, k: 32),
    Shape(name: "one query, packed", m: 1, n: 100_000, k: 32),
  ]

  func gigaflops(by kernels: sl_kernels) -> Double {
    let a = floats(m * k)
    let b = floats(k * n)
    let c = floats(m * n)
    let packed = floats(kernels.packed_size(n, k))
    let workspace = floats(kernels.workspace_size)
    defer { for pointer in [a, b, c, packed, workspace] { pointer.deallocate() } }
    kernels.pack(n, k, b, n, false, packed)
    let seconds = fastest {
      kernels.product(
        m, n, k, a, transposedA ? 1 : k, transposedA ? m : 1, packed, c, n, accumulate, workspace)
    }
    return 2e-9 * Double(m) * Double(n) * Double(k) / seconds
  }
}

func products(_ kernels: sl_kernels, peak: Double) {
  line("product (m x n x k)", " GFLOP/s", " % of peak")
  for shape in Shape.all {
    let speed = shape.gigaflops(by: kernels)
    line(
      "\(shape.m) x \(shape.n) x \(shape.k), \(shape.name)", fixed(speed), fixed(100 * speed / peak)
    )
  }
}

func rows(_ kernels: sl_kernels) {
  let n = 8192
  let source = floats(n)
  let x = floats(n)
  let y = floats(n)
  var sink = 0.0
  func row(_ name: String, _ body: () -> Void) {
    let seconds = fastest(atLeast: 0.1) { for _ in 0..<20 { body() } }
    line(name, fixed(20 * Double(n) / seconds * 1e-9, 2))
  }
  line("row of \(n)", "10^9 elements/s")
  row("exp") { kernels.exp(x, y, n) }
  row("exp_sum, with a copy") {
    y.update(from: source, count: n)
    sink += kernels.exp_sum(y, n, 0.5)
  }
  row("scale_bias_max") { sink += Double(kernels.scale_bias_max(y, n, 1, source)) }
  row("tanh") { kernels.tanh(x, y, n) }
  row("sigmoid") { kernels.sigmoid(x, y, n) }
  row("gelu") { kernels.gelu(x, y, n) }
  row("axpy") { kernels.axpy(1e-9, x, y, n) }
  row("adagrad") { kernels.adagrad(x, y, source, n, 1e-9, 1) }
  row("sum") { sink += kernels.sum(x, n) }
  var greater = 0
  var equal = 0
  row("count_greater") { kernels.count_greater(source, n, 0.49, &greater, &equal) }
  precondition(sink != 0.123)
}

func scans(_ kernels: sl_kernels) {
  line("dot_rows (rows x dimensions)", "     GB/s", " of memory")
  let count = 1_000_000
  let matrix = floats(count * 32)
  let query = floats(128)
  let out = floats(count)
  defer { for pointer in [matrix, query, out] { pointer.deallocate() } }
  // Reading alone, by the fastest set, so that every set has the same measure.
  var sink = 0.0
  let best = sl_kernels_best().pointee
  let reading = fastest { sink += best.sum(matrix, count * 32) }
  let bandwidth = Double(count * 128) / reading * 1e-9
  line("memory read", fixed(bandwidth))
  for (rows, n) in [(100_000, 32), (1_000_000, 32), (500_000, 64), (320_000, 100)] {
    let seconds = fastest { kernels.dot_rows(query, matrix, n, rows, n, out) }
    let speed = Double(rows * n * 4) / seconds * 1e-9
    line("\(rows) x \(n)", fixed(speed), fixed(speed / bandwidth, 2))
  }
  precondition(sink != 0.123)
}

@main
struct KernelBenchmark {
  static func main() {
    let names: [(String, sl_instruction_set)] = [
      ("portable", sl_portable), ("avx2", sl_avx2), ("avx512", sl_avx512),
    ]
    let wanted = CommandLine.arguments.dropFirst()
    for (name, set) in names where wanted.isEmpty || wanted.contains(name) {
      guard let kernels = sl_kernels_for(set)?.pointee else { continue }
      let iterations = 2_000_000
      let seconds = fastest { _ = kernels.peak(iterations) }
      let peak = 24e-9 * Double(kernels.lanes * iterations) / seconds
      line("\n\(name), peak", fixed(peak), "GFLOP/s")
      products(kernels, peak: peak)
      rows(kernels)
      scans(kernels)
    }
  }
}
