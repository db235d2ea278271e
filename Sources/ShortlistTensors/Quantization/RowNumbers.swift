/// Row numbers in as few whole bytes as the largest needs, in memory or in a mapped file.
package struct RowNumbers: Sendable {
  package let count: Int
  /// Bytes of a number: 1 to 4.
  package let width: Int
  package let storage: ByteStorage

  /// The bytes that numbers below `bound` need.
  package static func width(below bound: Int) -> Int {
    max(1, (Int.bitWidth - max(0, bound - 1).leadingZeroBitCount + 7) / 8)
  }

  /// - Precondition: every number is less than `bound`, which is at most 2³².
  package init(_ numbers: [UInt32], below bound: Int) {
    let width = Self.width(below: bound)
    precondition(width <= 4, "row numbers below \(bound)")
    let storage = ByteStorage(count: numbers.count * width)
    let bytes = unsafe storage.base.assumingMemoryBound(to: UInt8.self)
    for (place, number) in numbers.enumerated() {
      precondition(number < bound, "row \(number) of \(bound)")
      for i in 0..<width {
        unsafe bytes[place * width + i] = UInt8(truncatingIfNeeded: number >> UInt32(8 * i))
      }
    }
    self.init(storage: storage, count: numbers.count, width: width)
  }

  /// Numbers that stand in storage already.
  ///
  /// - Precondition: the storage has `width` bytes for each.
  package init(storage: ByteStorage, count: Int, width: Int) {
    precondition(
      (1...4).contains(width) && storage.count == count * width,
      "\(count) numbers of \(width) bytes in \(storage.count)")
    self.count = count
    self.width = width
    self.storage = storage
  }

  package subscript(place: Int) -> UInt32 {
    precondition(place >= 0 && place < count, "number \(place) of \(count)")
    let bytes = unsafe storage.base.assumingMemoryBound(to: UInt8.self) + place * width
    if place * width + 4 <= storage.count {
      let four = unsafe UInt32(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self))
      return four & (.max >> UInt32(32 - 8 * width))
    }
    var number: UInt32 = 0
    for i in 0..<width { number |= unsafe UInt32(bytes[i]) << UInt32(8 * i) }
    return number
  }
}
