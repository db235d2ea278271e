/// A request as the routes see it: whole, and within the limits.
struct HTTPRequest: Sendable {
  var method: String
  /// Without the query, still percent-encoded.
  var path: String
  /// What follows the question mark, still percent-encoded.
  var query = ""
  var headers = HTTPFields()
  var body: [UInt8] = []
}

/// The header fields of a request, as they came.
struct HTTPFields: Sendable {
  /// Lines of `name: value`, each with CR and LF.
  private let bytes: [UInt8]
  private let start: Int

  init() { self.init([], from: 0) }

  /// - Parameter lines: what `HTTPHead` has checked.
  init(_ lines: [UInt8], from start: Int) {
    bytes = lines
    self.start = start
  }

  init(_ fields: [(name: String, value: String)]) {
    self.init(fields.flatMap { Array("\($0.name): \($0.value)\r\n".utf8) }, from: 0)
  }

  /// The first value of a field, without space around it; its name in small letters.
  subscript(_ name: String) -> String? {
    let wanted = Array(name.utf8)
    var line = start
    while let end = bytes[line...].firstIndex(of: 0x0a) {
      let length = wanted.count
      if line + length < end, bytes[line + length] == UInt8(ascii: ":"),
        (0..<length).allSatisfy({ ASCII.small(bytes[line + $0]) == wanted[$0] })
      {
        return String(
          decoding: ASCII.trimmed(bytes[(line + length + 1)..<end]), as: UTF8.self)
      }
      line = end + 1
    }
    return nil
  }
}

/// Letters and space of the protocols, which are ASCII.
enum ASCII {
  static func small(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }

  /// Without spaces, tabs and carriage returns at either end.
  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return bytes
  }

  /// Whether bytes are a word, whatever the size of their letters.
  static func are(_ bytes: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
    let word = word.description.utf8
    return bytes.count == word.count && zip(bytes, word).allSatisfy { small($0) == $1 }
  }
}
