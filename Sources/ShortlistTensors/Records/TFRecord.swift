/// The framing of TensorFlow's record files: length, masked checksum of the length, payload, masked checksum
/// of the payload; all little-endian.
package enum TFRecord {
  /// What a record takes beside its payload, in bytes.
  package static let overhead = 16

  /// Appends a record to bytes.
  package static func append(_ payload: [UInt8], to bytes: inout [UInt8]) {
    let length = [UInt64(payload.count).littleEndian]
    appendLittleEndian(length[0], to: &bytes)
    appendLittleEndian(CRC32C.masked(CRC32C.of(length.span)), to: &bytes)
    bytes.append(contentsOf: payload)
    appendLittleEndian(CRC32C.masked(CRC32C.of(payload.span)), to: &bytes)
  }

  /// The length that a record's first twelve bytes tell; nil where their checksum is wrong.
  static func length(in head: [UInt8]) -> UInt64? {
    let length = [UInt64(littleEndianBytes: head[0..<8])]
    let checksum = UInt32(littleEndianBytes: head[8..<12])
    return CRC32C.masked(CRC32C.of(length.span)) == checksum ? length[0] : nil
  }

  private static func appendLittleEndian<Number: FixedWidthInteger>(
    _ number: Number, to bytes: inout [UInt8]
  ) {
    for byte in 0..<MemoryLayout<Number>.size {
      bytes.append(UInt8(truncatingIfNeeded: number >> Number(8 * byte)))
    }
  }
}

extension FixedWidthInteger {
  fileprivate init(littleEndianBytes bytes: ArraySlice<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self(truncatingIfNeeded: $1) }
  }
}

extension CRC32C {
  /// The form in which TensorFlow stores checksums.
  package static func masked(_ checksum: UInt32) -> UInt32 {
    (checksum >> 15 | checksum << 17) &+ 0xa282_ead8
  }
}
