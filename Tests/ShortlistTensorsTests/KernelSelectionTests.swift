import CShortlistKernels
import Testing

@Suite("Kernels: selection and checksum")
struct KernelSelectionTests {
  static let thresholds: [Float] = [-.infinity, -0.5, 0.25, 0.99, .infinity, .nan]

  private func scores(_ n: Int) -> [Float] {
    var values = trickyFloats(n, seed: UInt64(n) + 1)
    for i in stride(from: 1, to: n, by: 4) { values[i] = 0.25 }
    return values
  }

  @Test("count_greater equals the scalar one", arguments: VectorSet.available, thresholds)
  func countGreater(set: VectorSet, threshold: Float) {
    for n in awkwardSizes {
      let values = scores(n)
      let x = GuardedFloats(values)
      var greater = 0
      var equal = 0
      unsafe set.kernels.count_greater(x.pointer, n, threshold, &greater, &equal)
      #expect(greater == values.count { $0 > threshold })
      #expect(equal == values.count { $0 == threshold })
    }
  }

  @Test("select finds every score, in order, in pieces", arguments: VectorSet.available, thresholds)
  func select(set: VectorSet, threshold: Float) {
    for n in awkwardSizes + [1000] {
      let values = scores(n)
      let x = GuardedFloats(values)
      for capacity in [64, 65, 100] {
        let found = GuardedFloats(count: capacity)
        var rows = [UInt32](repeating: 0, count: capacity + 32)
        var position = 0
        var all: [(UInt32, UInt32)] = []
        while position < n {
          let before = position
          rows = rows.map { _ in 4242 }
          let count = unsafe set.kernels.select(
            x.pointer, n, threshold, 100, found.pointer, &rows, capacity, &position)
          #expect(position > before && count <= capacity)
          guard position > before, count <= capacity else { return }
          #expect(found.guardsAreIntact)
          #expect(rows[capacity...].allSatisfy { $0 == 4242 })
          for i in 0..<count { all.append((rows[i], found.values[i].bitPattern)) }
        }
        let expected = values.indices.filter { values[$0] >= threshold }
        #expect(all.map(\.0) == expected.map { UInt32($0) + 100 })
        #expect(all.map(\.1) == expected.map { values[$0].bitPattern })
      }
    }
  }

  @Test("CRC-32C has the published check value")
  func checkValue() {
    let digits = Array("123456789".utf8)
    #expect(unsafe sl_crc32c(0, digits, digits.count) == 0xE306_9283)
    #expect(unsafe sl_crc32c_scalar(0, digits, digits.count) == 0xE306_9283)
  }

  @Test("CRC-32C of 32 equal or rising bytes is that of RFC 3720, appendix B.4")
  func publishedVectors() {
    let vectors: [([UInt8], UInt32)] = [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ((0..<32).map { UInt8($0) }, 0x46DD_794E),
      ((0..<32).map { UInt8(31 - $0) }, 0x113F_DB5C),
    ]
    for (bytes, expected) in vectors {
      #expect(unsafe sl_crc32c(0, bytes, bytes.count) == expected)
      #expect(unsafe sl_crc32c_scalar(0, bytes, bytes.count) == expected)
    }
  }

  @Test("CRC-32C continues over pieces, at any alignment")
  func pieces() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    unsafe bytes.withUnsafeBytes { buffer in
      let start = buffer.baseAddress!
      let whole = unsafe sl_crc32c_scalar(0, start, 300)
      for cut in 0...40 {
        let first = unsafe sl_crc32c(0, start, cut)
        #expect(unsafe sl_crc32c(first, start + cut, 300 - cut) == whole)
      }
    }
  }

  @Test("Two checksums at once are those of one by one", arguments: [0, 1, 7, 8, 9, 63, 64, 300])
  func two(length: Int) {
    let bytes = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    unsafe bytes.withUnsafeBytes { buffer in
      let start = buffer.baseAddress!
      for other in [0, 1, 8, 65, 300] {
        var both: [UInt32] = [0, 0]
        unsafe sl_crc32c_two(start + 3, length, start + 90, other, &both)
        #expect(unsafe both[0] == sl_crc32c_scalar(0, start + 3, length))
        #expect(unsafe both[1] == sl_crc32c_scalar(0, start + 90, other))
      }
    }
  }

  @Test("The best set is available, and peak returns a number", arguments: VectorSet.available)
  func peak(set: VectorSet) {
    #expect(set.kernels.peak(1000).isFinite)
    #expect(set.kernels.set.rawValue == set.rawValue)
    #expect(unsafe sl_kernels_best().pointee.set.rawValue == VectorSet.available.last?.rawValue)
  }
}
