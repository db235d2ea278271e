/// Walks over a message in the wire format of protocol buffers and never past its end.
///
/// What breaks the format makes it stop: it is then at its end and says so in `isMalformed`.
@unsafe
struct WireCursor {
  private let bytes: UnsafePointer<UInt8>
  private(set) var place: Int
  private(set) var end: Int
  private(set) var isMalformed = false

  /// A message that stands in `bytes[place..<end]`, all of which may be read.
  init(_ bytes: UnsafePointer<UInt8>, _ place: Int, _ end: Int) {
    unsafe self.bytes = unsafe bytes
    unsafe self.place = place
    unsafe self.end = end
  }

  /// The byte that stands so far after the place, which must be inside the message.
  @inline(__always)
  subscript(offset: Int) -> UInt8 { unsafe bytes[place &+ offset] }

  /// The bytes that are left.
  var count: Int { unsafe end &- place }

  var isAtEnd: Bool { unsafe place >= end }

  mutating func fail() {
    unsafe isMalformed = true
    unsafe place = unsafe end
  }

  /// A number of up to ten bytes; of the tenth the lowest bit counts.
  @inline(__always)
  mutating func varint() -> UInt64 {
    if unsafe place < end {
      let byte = unsafe bytes[place]
      if byte < 0x80 {
        unsafe place += 1
        return UInt64(byte)
      }
    }
    return unsafe longVarint()
  }

  @inline(never)
  private mutating func longVarint() -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while unsafe place < end, shift < 70 {
      let byte = unsafe bytes[place]
      unsafe place += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    unsafe fail()
    return 0
  }

  /// A float in four bytes.
  @inline(__always)
  mutating func float() -> Float {
    guard unsafe end - place >= 4 else {
      unsafe fail()
      return 0
    }
    let bits = unsafe UnsafeRawPointer(bytes + place).loadUnaligned(as: UInt32.self)
    unsafe place += 4
    return Float(bitPattern: UInt32(littleEndian: bits))
  }

  /// The next field's number and wire type; 0 at the end.
  @inline(__always)
  mutating func tag() -> UInt64 {
    if unsafe isAtEnd { return 0 }
    let tag = unsafe varint()
    if tag < 8 || tag > UInt64(UInt32.max) { unsafe fail() }
    return unsafe isMalformed ? 0 : tag
  }

  /// What stands in a field with a length; empty, and this malformed, where that is longer than the message.
  @inline(__always)
  mutating func message() -> WireCursor {
    let length = unsafe varint()
    guard unsafe length <= UInt64(end - place) else {
      unsafe fail()
      return unsafe WireCursor(bytes, end, end)
    }
    let begin = unsafe place
    unsafe place += Int(length)
    return unsafe WireCursor(bytes, begin, place)
  }

  /// Passes over this many bytes.
  mutating func advance(_ count: Int) {
    guard unsafe count <= end - place else { return unsafe fail() }
    unsafe place += count
  }

  /// Passes over the value of a field that nobody asks for. Groups may stand in each other.
  mutating func skip(_ tag: UInt64) {
    var tag = tag
    var open: [UInt64] = []
    while true {
      switch tag & 7 {
      case 0: _ = unsafe varint()
      case 1: unsafe advance(8)
      case 2: _ = unsafe message()
      case 3:
        // As deep as other readers go.
        if open.count == 100 { return unsafe fail() }
        open.append(tag >> 3)
      case 4:
        guard open.popLast() == tag >> 3 else { return unsafe fail() }
      case 5: unsafe advance(4)
      default: return unsafe fail()
      }
      if unsafe open.isEmpty || isMalformed { return }
      tag = unsafe self.tag()
      if tag == 0 { return unsafe fail() }
    }
  }
}
