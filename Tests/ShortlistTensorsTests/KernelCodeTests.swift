import CShortlistKernels
import Testing

@Suite("Kernels: codes, bytes and the best of many")
struct KernelCodeTests {
  /// Bytes of any value, the same for the same seed.
  private func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    uniformFloats(count, in: 0..<256, seed: seed).map { UInt8($0) }
  }

  @Test("code_table equals the scalar one", arguments: VectorSet.available, [1, 2, 3, 4, 7, 50])
  func table(set: VectorSet, blocks: Int) {
    for width in [1, 2, 3, 5] {
      let query = uniformFloats(blocks * width, seed: UInt64(blocks))
      let centers = uniformFloats(blocks * width * 16, seed: UInt64(width))
      let quads = (blocks + 3) / 4
      func run(_ kernels: sl_kernels) -> (table: [UInt8], scale: Float, bias: Float) {
        var products = [Float](repeating: 0, count: blocks * 16)
        var table = [UInt8](repeating: 77, count: quads * 64 + 16)
        var (scale, bias): (Float, Float) = (0, 0)
        unsafe kernels.code_table(
          query, centers, blocks, width, &products, &table, &scale, &bias)
        return (table, scale, bias)
      }
      let (got, wanted) = (run(set.kernels), run(VectorSet.scalar))
      #expect(got.scale == wanted.scale && abs(got.bias - wanted.bias) < 1e-4)
      // A product on the border between two steps may fall to either side.
      #expect(zip(got.table, wanted.table).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
      #expect(got.table[(blocks * 16)..<(quads * 64)].allSatisfy { $0 == 0 })
      #expect(got.table[(quads * 64)...].allSatisfy { $0 == 77 })
      #expect(got.table.prefix(blocks * 16).contains(255))
    }
  }

  @Test("code_scan finds what the scalar one finds", arguments: VectorSet.available)
  func scan(set: VectorSet) {
    for (count, quads) in [(1, 1), (31, 2), (32, 3), (33, 13), (200, 8), (130, 70), (64, 150)] {
      let codes = bytes((count + 31) / 32 * quads * 64, seed: UInt64(count))
      let table = bytes(quads * 64, seed: UInt64(quads))
      let ranges = [
        0..<count, 0..<0, min(5, count)..<count, count / 3..<count / 2, count - 1..<count,
      ]
      for range in ranges {
        func run(_ kernels: sl_kernels, _ threshold: Float) -> [Float: [UInt32]] {
          let scores = GuardedFloats(count: range.count + 32)
          var positions = [UInt32](repeating: 0, count: range.count + 32)
          let found = unsafe kernels.code_scan(
            codes, quads, range.lowerBound, range.upperBound, table, 0.25, -3, threshold,
            scores.pointer, &positions)
          #expect(scores.guardsAreIntact && found <= range.count)
          return Dictionary(
            (0..<found).map { (scores.values[$0], [positions[$0]]) }, uniquingKeysWith: +)
        }
        let all = run(VectorSet.scalar, -.infinity)
        let middle = all.keys.sorted().dropFirst(all.count / 2).first ?? 0
        for threshold in [-Float.infinity, middle, .infinity] {
          #expect(run(set.kernels, threshold) == run(VectorSet.scalar, threshold))
        }
        #expect(all.values.map(\.count).reduce(0, +) == range.count)
      }
    }
  }

  @Test("code_choose equals the scalar one", arguments: VectorSet.available, [Float(0), 3])
  func choose(set: VectorSet, weight: Float) {
    for (blocks, width) in [(1, 1), (3, 2), (50, 2), (8, 4)] {
      let residual = uniformFloats(blocks * width, seed: 3)
      let direction = uniformFloats(blocks * width, in: -0.1..<0.1, seed: 4)
      let centers = uniformFloats(blocks * width * 16, seed: 5)
      func run(_ kernels: sl_kernels) -> [UInt8] {
        var codes = [UInt8](repeating: 99, count: blocks)
        unsafe kernels.code_choose(
          residual, direction, centers, blocks, width, weight, weight > 0 ? 4 : 0, &codes)
        return codes
      }
      func loss(_ codes: [UInt8]) -> Float {
        var (squares, along): (Float, Float) = (0, 0)
        for i in 0..<blocks * width {
          let error = residual[i] - centers[i * 16 + Int(codes[i / width])]
          squares += error * error
          along += error * direction[i]
        }
        return squares + weight * along * along
      }
      let (got, wanted) = (run(set.kernels), run(VectorSet.scalar))
      #expect(got.allSatisfy { $0 < 16 })
      // The last bit may choose another centre where two cost the same.
      #expect(abs(loss(got) - loss(wanted)) <= 1e-4 * loss(wanted))
      var nearest = [UInt8](repeating: 0, count: blocks)
      unsafe set.kernels.code_choose(
        residual, direction, centers, blocks, width, weight, 0, &nearest)
      #expect(loss(got) <= loss(nearest))
    }
  }

  @Test("gathered products equal the scalar ones", arguments: VectorSet.available, awkwardSizes)
  func gather(set: VectorSet, n: Int) {
    let ld = n + 3
    let query = uniformFloats(n, seed: 1)
    let floats = uniformFloats(40 * ld, seed: 2)
    let narrow = bytes(40 * ld, seed: 3).map { Int8(bitPattern: $0) }
    let halves = floats.map { UInt16($0.bitPattern >> 16) }
    for count in [0, 1, 3, 4, 5, 13, 39] {
      let rows = (0..<count).map { UInt32(($0 * 7 + 3) % 40) }
      func run(_ kernels: sl_kernels, _ form: Int) -> [Float] {
        let out = GuardedFloats(count: count)
        switch form {
        case 0:
          unsafe kernels.dot_gather(query, floats, ld, rows, count, n, out.pointer)
        case 1:
          unsafe kernels.dot_gather_bytes(query, narrow, ld, rows, count, n, out.pointer)
        case 2:
          unsafe kernels.dot_gather_halves(query, halves, ld, rows, count, n, out.pointer)
        case 3:
          unsafe kernels.dot_gather_bytes(query, narrow, ld, nil, count, n, out.pointer)
        default:
          unsafe kernels.dot_gather_halves(query, halves, ld, nil, count, n, out.pointer)
        }
        #expect(out.guardsAreIntact)
        return out.values
      }
      for form in 0..<5 {
        #expect(
          firstDifference(
            run(set.kernels, form), run(VectorSet.scalar, form), relative: 1e-5,
            absolute: form % 2 == 1 ? 1e-2 : 1e-4) == nil)
      }
    }
  }

  @Test("products of bytes are exact", arguments: VectorSet.available, awkwardSizes)
  func byteProducts(set: VectorSet, n: Int) {
    let ld = n + 1
    var rows = bytes(20 * ld, seed: UInt64(n)).map { Int8(bitPattern: $0) }
    let query = bytes(n, seed: 9).map { Int8(bitPattern: $0) }
    for i in 0..<n { rows[i] = -128 }
    for count in [0, 1, 3, 4, 5, 19] {
      var got = [Int32](repeating: 5, count: count + 1)
      unsafe set.kernels.dot_rows_bytes(query, rows, ld, count, n, &got)
      let wanted = (0..<count).map { row in
        (0..<n).reduce(Int32(0)) { $0 + Int32(query[$1]) * Int32(rows[row * ld + $1]) }
      }
      #expect(got == wanted + [5])
    }
  }

  @Test(
    "keep_largest keeps the largest, the first of equals, in order", arguments: VectorSet.available)
  func keepLargest(set: VectorSet) {
    let special: [Float] = [.infinity, -.infinity, 0, 1e-37, -1e-37, 3.4e38, -3.4e38]
    for n in awkwardSizes where n > 0 {
      for variety in [2, 7, 1_000_000] {
        var values = uniformFloats(n, in: -5..<5, seed: UInt64(n + variety)).map {
          variety < 10 ? Float(Int($0 * Float(variety)) % variety) : $0
        }
        for i in stride(from: 0, to: n, by: 9) { values[i] = special[i % special.count] }
        values = values.map { $0 + 0 }
        for k in Set([1, 2, n / 2, n - 1, n]) where k > 0 && k <= n {
          let scores = GuardedFloats(values)
          var positions = (0..<UInt32(n)).map { $0 * 3 }
          let least = unsafe set.kernels.keep_largest(scores.pointer, &positions, n, k)
          let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
          let kept = order.prefix(k).sorted()
          #expect(Array(scores.values.prefix(k)) == kept.map { values[$0] })
          #expect(Array(positions.prefix(k)) == kept.map { UInt32($0) * 3 })
          #expect(least == kept.map { values[$0] }.min())
          #expect(scores.guardsAreIntact)
        }
      }
    }
  }

  @Test("argmax and argmin_spill find the first of the best", arguments: VectorSet.available)
  func arguments(set: VectorSet) {
    for n in awkwardSizes where n > 1 {
      for variety in [3, 1_000_000] {
        func numbers(_ seed: UInt64) -> [Float] {
          uniformFloats(n, in: -4..<4, seed: seed + UInt64(n)).map {
            variety < 10 ? Float(Int($0)) : $0
          }
        }
        let (x, y, z) = (numbers(1), numbers(2), numbers(3))
        let sums = zip(x, y).map { $0 + $1 }
        #expect(
          unsafe Int(set.kernels.argmax(x, y, n)) == sums.firstIndex(of: sums.max() ?? 0))
        for excluded in [0, n / 2, n - 1] {
          let got = unsafe Int(set.kernels.argmin_spill(x, y, z, n, 0.5, 2, excluded))
          let wanted = unsafe Int(VectorSet.scalar.argmin_spill(x, y, z, n, 0.5, 2, excluded))
          func cost(_ i: Int) -> Float { z[i] - 2 * x[i] + 2 * (0.5 - y[i]) * (0.5 - y[i]) }
          #expect(got != excluded && abs(cost(got) - cost(wanted)) < 1e-4)
          if variety < 10 { #expect(got == wanted) }
        }
      }
    }
  }
}
