/// Whole numbers of seven bits a byte, the lowest first, as protobuf and tensor bundles write them.
package enum Varint {
  package static func append(_ number: Int, to bytes: inout [UInt8]) {
    var rest = UInt64(bitPattern: Int64(number))
    while rest > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

extension [UInt8] {
  /// The bytes of a number, the lowest first.
  package init(littleEndian number: some FixedWidthInteger) {
    self = []
    append(littleEndian: number)
  }

  package mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
    for byte in 0..<MemoryLayout<Number>.size {
      append(UInt8(truncatingIfNeeded: number >> Number(8 * byte)))
    }
  }
}
