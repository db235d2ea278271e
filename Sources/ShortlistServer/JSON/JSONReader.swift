import Foundation

/// Reads JSON (RFC 8259), and NaN and the infinities without quotes, which TensorFlow Serving takes.
///
/// The text may come from anybody: nesting is bounded, and memory by a multiple of the text's length.
struct JSONReader {
  struct Failure: Error, Equatable {
    let message: String
    let offset: Int
  }

  private let bytes: [UInt8]
  private var place = 0
  private var depth = 0
  private static let deepest = 64

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// - Throws: `Failure` that says what stands where it should not.
  static func read(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
    var reader = JSONReader(bytes)
    reader.skipSpace()
    let value = try reader.value()
    reader.skipSpace()
    guard reader.place == bytes.count else { throw reader.failure("more follows the value") }
    return value
  }

  private func failure(_ message: String) -> Failure { Failure(message: message, offset: place) }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      place += 1
    }
  }

  private mutating func take(_ word: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue
  {
    for byte in word.description.utf8 {
      guard next == byte else { throw failure("expected \(word)") }
      place += 1
    }
    return value
  }

  private mutating func value() throws(Failure) -> JSONValue {
    switch next {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try take("true", .bool(true))
    case UInt8(ascii: "f"): return try take("false", .bool(false))
    case UInt8(ascii: "n"): return try take("null", .null)
    case UInt8(ascii: "N"): return try take("NaN", .number(.nan))
    case UInt8(ascii: "I"): return try take("Infinity", .number(.infinity))
    case nil: throw failure("the text ends where a value should stand")
    default: return try number()
    }
  }

  private mutating func enter() throws(Failure) {
    depth += 1
    guard depth <= Self.deepest else {
      throw failure("more than \(Self.deepest) values inside each other")
    }
    place += 1
    skipSpace()
  }

  private mutating func array() throws(Failure) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    var elements: [JSONValue] = []
    if next == UInt8(ascii: "]") {
      place += 1
      return .array(elements)
    }
    while true {
      elements.append(try value())
      skipSpace()
      switch next {
      case UInt8(ascii: ","):
        place += 1
        skipSpace()
      case UInt8(ascii: "]"):
        place += 1
        return .array(elements)
      default: throw failure("expected a comma or ] in an array")
      }
    }
  }

  private mutating func object() throws(Failure) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    var members: [JSONValue.Member] = []
    if next == UInt8(ascii: "}") {
      place += 1
      return .object(members)
    }
    while true {
      guard next == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
      let name = try string()
      skipSpace()
      guard next == UInt8(ascii: ":") else { throw failure("expected a colon after a name") }
      place += 1
      skipSpace()
      members.append(.init(name: name, value: try value()))
      skipSpace()
      switch next {
      case UInt8(ascii: ","):
        place += 1
        skipSpace()
      case UInt8(ascii: "}"):
        place += 1
        return .object(members)
      default: throw failure("expected a comma or } in an object")
      }
    }
  }

  // MARK: Strings

  private mutating func string() throws(Failure) -> String {
    place += 1
    let start = place
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      place += 1
    }
    // Most strings have no escape.
    if next == UInt8(ascii: "\"") {
      defer { place += 1 }
      return try text(bytes[start..<place])
    }
    var result = Array(bytes[start..<place])
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(result[...])
      case UInt8(ascii: "\\"): try escape(into: &result)
      case 0..<0x20: throw failure("a control character in a string; write it as \\u00..")
      default: result.append(byte)
      }
    }
    throw failure("a string without its end")
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw failure("a string that is not UTF-8")
    }
    return text
  }

  private mutating func escape(into result: inout [UInt8]) throws(Failure) {
    guard let byte = next else { throw failure("a string without its end") }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0c)
    case UInt8(ascii: "n"): result.append(0x0a)
    case UInt8(ascii: "r"): result.append(0x0d)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if code & 0xfc00 == 0xd800 {
        guard next == UInt8(ascii: "\\") else { throw failure("half of a surrogate pair") }
        place += 1
        guard next == UInt8(ascii: "u") else { throw failure("half of a surrogate pair") }
        place += 1
        let low = try hexadecimal()
        guard low & 0xfc00 == 0xdc00 else { throw failure("half of a surrogate pair") }
        code = 0x10000 + (code & 0x3ff) << 10 + (low & 0x3ff)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
      result.append(contentsOf: String(Character(scalar)).utf8)
    default: throw failure("a backslash that begins no escape")
    }
  }

  private mutating func hexadecimal() throws(Failure) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      place += 1
      code = code << 4 | UInt32(digit)
    }
    return code
  }

  // MARK: Numbers

  private mutating func number() throws(Failure) -> JSONValue {
    let start = place
    if next == UInt8(ascii: "-") {
      place += 1
      if next == UInt8(ascii: "I") { return try take("Infinity", .number(-.infinity)) }
    }
    let leading = next
    guard digits() > 0, leading != UInt8(ascii: "0") || !isDigit(next) else {
      throw failure("no value of JSON begins so")
    }
    if leading == UInt8(ascii: "0"), place - start > (bytes[start] == UInt8(ascii: "-") ? 2 : 1) {
      throw failure("a number does not begin with 0")
    }
    var isWhole = true
    if next == UInt8(ascii: ".") {
      isWhole = false
      place += 1
      guard digits() > 0 else { throw failure("a digit must follow the point") }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      isWhole = false
      place += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
      guard digits() > 0 else { throw failure("a digit must follow the e") }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text) else { throw failure("no number") }
    return .number(number)
  }

  private func isDigit(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return byte >= 0x30 && byte <= 0x39
  }

  private mutating func digits() -> Int {
    let start = place
    while isDigit(next) { place += 1 }
    return place - start
  }
}
