extension [UInt8] {
  /// Appends a text as a JSON string, in quotation marks.
  package mutating func appendJSON(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      append(UInt8(ascii: "\""))
      let isPlain = unsafe utf8.allSatisfy {
        $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
      if isPlain {
        unsafe append(contentsOf: utf8)
      } else {
        for place in utf8.indices { appendEscaped(unsafe utf8[place]) }
      }
      append(UInt8(ascii: "\""))
    }
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      append(UInt8(ascii: "\\"))
      append(byte)
    case 0x0a: append(contentsOf: "\\n".utf8)
    case 0x0d: append(contentsOf: "\\r".utf8)
    case 0x09: append(contentsOf: "\\t".utf8)
    case 0..<0x20:
      append(contentsOf: "\\u00".utf8)
      for digit in [byte >> 4, byte & 15] { append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
    default: append(byte)
    }
  }
}
