/// The framing of TensorFlow's record files: length, masked checksum of the length, payload, masked checksum
/// of the payload; all little-endian.
package enum TFRecord {
  /// What a record takes beside its payload, in bytes.
  package static let overhead = 16

  /// Appends a record to bytes.
  package static func append(_ payload: [UInt8], to bytes: inout [UInt8]) {
    let length = [UInt64(payload.count).littleEndian]
    bytes.append(littleEndian: length[0])
    bytes.append(littleEndian: CRC32C.masked(CRC32C.of(length.span)))
    bytes.append(contentsOf: payload)
    bytes.append(littleEndian: CRC32C.masked(CRC32C.of(payload.span)))
  }

  /// The length that a record's first twelve bytes tell; nil where their checksum is wrong.
  static func length(in head: [UInt8]) -> UInt64? {
    let length = [UInt64(littleEndianBytes: head[0..<8])]
    let checksum = UInt32(littleEndianBytes: head[8..<12])
    return CRC32C.masked(CRC32C.of(length.span)) == checksum ? length[0] : nil
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
