import Foundation
import ShortlistTensors

/// Bytes of the wire format of protocol buffers, for files that our writer does not make.
enum Wire {
  static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  /// A field with a length.
  static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
  }

  static func field(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  static func float(_ value: Float) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value.bitPattern >> $0) }
  }

  /// An entry of the map of features; kind is 1 for bytes, 2 for floats, 3 for integers.
  static func entry(_ key: String, _ kind: UInt64, _ list: [UInt8]) -> [UInt8] {
    field(1, field(1, key) + field(2, field(kind, list)))
  }

  static func strings(_ key: String, _ values: String...) -> [UInt8] {
    entry(key, 1, values.flatMap { field(1, $0) })
  }

  static func integers(_ key: String, _ values: Int...) -> [UInt8] {
    entry(key, 3, field(1, values.flatMap { varint(UInt64(bitPattern: Int64($0))) }))
  }

  static func floats(_ key: String, _ values: Float...) -> [UInt8] {
    entry(key, 2, field(1, values.flatMap(float)))
  }

  /// An example of entries.
  static func example(_ entries: [UInt8]...) -> [UInt8] { field(1, entries.flatMap { $0 }) }

  /// A file of records.
  static func file(_ payloads: [[UInt8]]) -> Data {
    var bytes: [UInt8] = []
    for payload in payloads { TFRecord.append(payload, to: &bytes) }
    return Data(bytes)
  }

  static func gzip(_ data: Data) -> Data {
    let deflater = Deflater()
    let packed = deflater.push(Array(data))
    return Data(packed + deflater.finish())
  }
}
