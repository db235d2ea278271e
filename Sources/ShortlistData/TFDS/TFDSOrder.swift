internal import Crypto
internal import Foundation

/// The orders of records in TensorFlow Datasets.
enum TFDSOrder {
  /// The place in the files, one after the other, of each record in the order of reading: blocks of 16 records in
  /// turn from up to 16 files; a file that ends makes room for the next (tf.data's interleave).
  static func reading(_ shardLengths: [Int]) -> [Int] {
    let (cycle, block) = (min(16, shardLengths.count), 16)
    var starts = [0]
    for length in shardLengths { starts.append(starts[starts.count - 1] + length) }
    var order: [Int] = []
    order.reserveCapacity(starts[starts.count - 1])
    var open = [Range<Int>?](repeating: nil, count: cycle)
    var next = 0
    var isOpen = true
    while isOpen {
      isOpen = false
      for slot in open.indices {
        if open[slot] == nil, next < shardLengths.count {
          open[slot] = starts[next]..<starts[next + 1]
          next += 1
        }
        guard let rest = open[slot] else { continue }
        isOpen = true
        order += rest.prefix(block)
        open[slot] = rest.count < block ? nil : rest.dropFirst(block)
      }
    }
    return order
  }

  /// The rows in the order in which they are written: that of the MD5 of the split's name and the row's number.
  static func writing(_ rows: Int, split: String) -> [Int] {
    var function = Insecure.MD5()
    function.update(data: Data(split.utf8))
    let digests = (0..<rows).map { row in
      var function = function
      function.update(data: Data(String(row).utf8))
      let halves = function.finalize().reduce(into: (UInt64(0), UInt64(0))) { halves, byte in
        halves = (halves.0 << 8 | halves.1 >> 56, halves.1 << 8 | UInt64(byte))
      }
      return (high: halves.0, low: halves.1)
    }
    return (0..<rows).sorted {
      (digests[$0].high, digests[$0].low) < (digests[$1].high, digests[$1].low)
    }
  }

  /// Into how many files records go: of the powers of two up to 1,024 the largest that leaves each file 64 MiB,
  /// and no fewer than 1 GiB a file asks for.
  static func shardCount(payloadBytes: Int, records: Int) -> Int {
    let total = payloadBytes + 16 * records
    let (most, fewest) = (total >> 26, total >> 30)
    if fewest > 1024 {
      let count = (fewest + 1023) / 1024 * 1024
      return records >= count ? count : 1
    }
    let powers = (1...10).reversed().map { 1 << $0 }
    return powers.first { $0 <= most && $0 >= fewest && $0 <= records } ?? 1
  }
}
