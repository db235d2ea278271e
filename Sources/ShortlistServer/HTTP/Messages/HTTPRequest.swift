import ShortlistServing

/// A request as the routes see it: whole, and within the limits.
struct HTTPRequest: Sendable {
  var method: String
  var target: HTTPTarget
  var headers: HTTPFields
  var body: [UInt8]

  init(method: String, target: HTTPTarget, headers: HTTPFields, body: [UInt8]) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }

  init(
    method: String, path: String, query: String = "", headers: HTTPFields = .init(),
    body: [UInt8] = []
  ) {
    self.init(
      method: method, target: HTTPTarget(path: path, query: query), headers: headers, body: body)
  }

  /// Without the query, still percent-encoded.
  var path: String { target.path }
  /// What follows the question mark, still percent-encoded.
  var query: String { target.query }
}

/// What a request is for. Callers ask for the same again and again, so it is read once.
final class HTTPTarget: Sendable {
  let path: String
  let query: String
  /// What of the models is meant, or why that cannot be told; nil for a path that is not below them.
  let model: Result<ModelPath, ServingError>?

  private static let models = "/v1/models"

  init(path: String, query: String = "") {
    self.path = path
    self.query = query
    guard path.lowercased().hasPrefix(Self.models),
      !["", "/"].contains(path.dropFirst(Self.models.count))
    else {
      model = nil
      return
    }
    model = Result { () throws(ServingError) in
      let rest = path.dropFirst(Self.models.count)
      guard rest.hasPrefix("/") else {
        throw ServingError(.invalidArgument, "Malformed request: \(path.prefix(200))")
      }
      return try ModelPath(rest.dropFirst())
    }
  }
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
