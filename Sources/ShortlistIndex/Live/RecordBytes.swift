/// Writes what stands in a record of a log. Numbers are little-endian.
package struct RecordWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init(reserving count: Int = 0) { bytes.reserveCapacity(count) }

  package mutating func byte(_ byte: UInt8) { bytes.append(byte) }

  package mutating func number(_ number: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  package mutating func long(_ number: UInt64) {
    self.number(UInt32(truncatingIfNeeded: number))
    self.number(UInt32(truncatingIfNeeded: number >> 32))
  }

  /// The length of a string and its bytes.
  ///
  /// - Precondition: the string has less than 4 GiB.
  package mutating func string(_ string: String) {
    number(UInt32(string.utf8.count))
    bytes += string.utf8
  }

  package mutating func floats(_ floats: [Float]) {
    for float in floats { number(float.bitPattern) }
  }
}

/// Reads what stands in a record of a log; nil where it is something else.
package struct RecordCursor: Sendable {
  private let bytes: [UInt8]
  private var place = 0

  package init(_ record: Span<UInt8>) { bytes = record.indices.map { record[$0] } }

  package var isAtEnd: Bool { place == bytes.count }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= bytes.count - place else { return nil }
    defer { place += count }
    return bytes[place..<place + count]
  }

  package mutating func byte() -> UInt8? { take(1)?.first }

  package mutating func number() -> UInt32? {
    guard let four = take(4) else { return nil }
    return four.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  package mutating func long() -> UInt64? {
    guard let eight = take(8) else { return nil }
    return eight.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  package mutating func string(lengths: ClosedRange<Int>) -> String? {
    guard let length = number(), lengths.contains(Int(length)), let utf8 = take(Int(length))
    else { return nil }
    return String(validating: utf8, as: UTF8.self)
  }

  /// Finite numbers.
  package mutating func floats(_ count: Int) -> [Float]? {
    guard count <= bytes.count / 4, let taken = take(4 * count) else { return nil }
    var floats: [Float] = []
    floats.reserveCapacity(count)
    for place in stride(from: taken.startIndex, to: taken.endIndex, by: 4) {
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(taken[place + $1]) << UInt32(8 * $1) }
      let float = Float(bitPattern: bits)
      guard float.isFinite else { return nil }
      floats.append(float)
    }
    return floats
  }
}
