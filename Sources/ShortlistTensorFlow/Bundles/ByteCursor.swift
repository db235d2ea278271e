/// Bytes that are read from front to back. Nothing outside them is touched, whatever they say.
struct ByteCursor {
  /// The bytes end before what they announce, or hold no number.
  struct Failure: Error {}

  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }
  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
    guard count >= 0, count <= rest.count else { throw Failure() }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func littleEndian<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self
  ) throws(Failure) -> Number {
    var number: Number = 0
    for (position, byte) in try take(MemoryLayout<Number>.size).enumerated() {
      number |= Number(truncatingIfNeeded: byte) << Number(8 * position)
    }
    return number
  }

  /// A number of seven bits a byte that is not negative.
  mutating func varint() throws(Failure) -> Int {
    var number: UInt64 = 0
    for shift in stride(from: 0, to: 63, by: 7) {
      guard let byte = rest.popFirst() else { throw Failure() }
      number |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return Int(number) }
    }
    throw Failure()
  }
}
