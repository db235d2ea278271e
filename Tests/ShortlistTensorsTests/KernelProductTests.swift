import CShortlistKernels
import Testing

@Suite("Kernels: products")
struct KernelProductTests {
  /// A product with everything that may vary: how A and B lie, and whether C is added to.
  struct Case: CustomTestStringConvertible, Sendable {
    var m: Int
    var n: Int
    var k: Int
    var transposedA = false
    var transposedB = false
    var accumulate = false
    var padding = 3

    var testDescription: String {
      "\(m) x \(n) x \(k)" + (transposedA ? ", A transposed" : "")
        + (transposedB ? ", B transposed" : "") + (accumulate ? ", accumulated" : "")
        + (padding > 100 ? ", rows far apart" : "")
    }
    var lda: Int { (transposedA ? m : k) + padding }
    var ldb: Int { (transposedB ? k : n) + 2 }
    var ldc: Int { n + 5 }
    var aRow: Int { transposedA ? 1 : lda }
    var aColumn: Int { transposedA ? lda : 1 }
    var a: GuardedFloats { noiseFloats((transposedA ? k : m) * lda, from: 0) }
    var b: GuardedFloats { noiseFloats((transposedB ? n : k) * ldb, from: 1000) }
    var c: GuardedFloats { noiseFloats(m * ldc, from: 2000) }

    /// C after the product of `rows` of A, taken alone.
    func result(by kernels: sl_kernels, rows: Range<Int>? = nil) -> [Float] {
      let rows = rows ?? 0..<m
      let (a, b, c) = (a, b, c)
      let packed = GuardedFloats(count: kernels.packed_size(n, k))
      let workspace = GuardedFloats(count: kernels.workspace_size)
      unsafe kernels.pack(n, k, b.pointer, ldb, transposedB, packed.pointer)
      unsafe kernels.product(
        rows.count, n, k, a.pointer + rows.lowerBound * aRow, aRow, aColumn, packed.pointer,
        c.pointer + rows.lowerBound * ldc, ldc, accumulate, workspace.pointer)
      #expect(packed.guardsAreIntact, "pack wrote outside")
      #expect(workspace.guardsAreIntact, "product wrote outside its workspace")
      #expect(c.guardsAreIntact, "product wrote outside C")
      return c.values
    }
  }

  static let shapes = [
    (0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 1, 1), (1, 5, 3), (1, 300, 7), (2, 17, 9), (5, 33, 31),
    (7, 15, 255), (13, 31, 257), (15, 65, 64), (29, 64, 32), (64, 16, 600), (230, 34, 70),
    (3, 2100, 40),
  ]
  static let cases = shapes.flatMap { m, n, k in
    (0..<16).map { kind in
      Case(
        m: m, n: n, k: k, transposedA: kind & 1 != 0, transposedB: kind & 2 != 0,
        accumulate: kind & 4 != 0, padding: kind & 8 != 0 ? 600 : 3)
    }
  }

  @Test(
    "A product equals the scalar product, and each row has the same bits alone",
    arguments: VectorSet.available, cases)
  func equalsScalar(set: VectorSet, product: Case) {
    let got = product.result(by: set.kernels)
    let expected = product.result(by: VectorSet.scalar)
    // Terms are below 1: k roundings of a partial sum that grows as the square root of k. The
    // elements between the rows of C are compared too; neither may touch them.
    let k = Double(product.k)
    let bound = 6e-8 * k * (k + 1).squareRoot() + 1e-7
    let difference = firstDifference(got, expected, relative: 1.2e-7, absolute: bound)
    #expect(difference == nil)
    for row in [0, product.m - 1] where row >= 0 && product.m > 1 {
      let alone = product.result(by: set.kernels, rows: row..<row + 1)
      let range = row * product.ldc..<row * product.ldc + product.n
      #expect(alone[range].map(\.bitPattern) == got[range].map(\.bitPattern), "row \(row)")
    }
  }

  @Test(
    "A column has the same bits whatever columns stand beside it", arguments: VectorSet.available)
  func columnsAreIndependent(set: VectorSet) {
    let wide = Case(m: 37, n: 131, k: 300)
    let expected = wide.result(by: set.kernels)
    for n in [1, 3, 16, 17, 33, 64, 130] {
      let (a, b) = (wide.a, wide.b)
      let c = GuardedFloats(count: wide.m * n)
      let packed = GuardedFloats(count: set.kernels.packed_size(n, wide.k))
      let workspace = GuardedFloats(count: set.kernels.workspace_size)
      // The last n columns of B.
      unsafe set.kernels.pack(
        n, wide.k, b.pointer + (wide.n - n), wide.ldb, false, packed.pointer)
      unsafe set.kernels.product(
        wide.m, n, wide.k, a.pointer, wide.lda, 1, packed.pointer, c.pointer, n, false,
        workspace.pointer)
      let got = c.values
      let same = (0..<wide.m).allSatisfy { i in
        (0..<n).allSatisfy { j in
          got[i * n + j].bitPattern == expected[i * wide.ldc + wide.n - n + j].bitPattern
        }
      }
      #expect(same, "\(n) columns")
    }
  }

  @Test("A left factor with both strides is gathered", arguments: VectorSet.available)
  func strides(set: VectorSet) {
    let (m, n, k) = (31, 40, 20)
    let left = uniformFloats(m * k * 6, seed: 4)
    let b = GuardedFloats(uniformFloats(k * n, seed: 5))
    let results = [set.kernels, VectorSet.scalar].map { kernels in
      let a = GuardedFloats(left)
      let c = GuardedFloats(count: m * n)
      let packed = GuardedFloats(count: kernels.packed_size(n, k))
      let workspace = GuardedFloats(count: kernels.workspace_size)
      unsafe kernels.pack(n, k, b.pointer, n, false, packed.pointer)
      unsafe kernels.product(
        m, n, k, a.pointer, 2, 2 * m + 1, packed.pointer, c.pointer, n, false, workspace.pointer)
      return c.values
    }
    #expect(firstDifference(results[0], results[1], absolute: 5e-6) == nil)
  }

  @Test(
    "NaN and infinity reach exactly the elements they belong to", arguments: VectorSet.available)
  func specialValues(set: VectorSet) {
    let product = Case(m: 17, n: 35, k: 9)
    let (a, b) = (product.a, product.b)
    unsafe a.pointer[3 * product.lda + 4] = .nan
    unsafe a.pointer[16 * product.lda] = .infinity
    let c = GuardedFloats(count: product.m * product.n)
    let packed = GuardedFloats(count: set.kernels.packed_size(product.n, product.k))
    let workspace = GuardedFloats(count: set.kernels.workspace_size)
    unsafe set.kernels.pack(product.n, product.k, b.pointer, product.ldb, false, packed.pointer)
    unsafe set.kernels.product(
      product.m, product.n, product.k, a.pointer, product.lda, 1, packed.pointer, c.pointer,
      product.n, false, workspace.pointer)
    for (i, value) in c.values.enumerated() {
      switch i / product.n {
      case 3: #expect(value.isNaN)
      case 16: #expect(value.isInfinite)
      default: #expect(value.isFinite)
      }
    }
  }
}
