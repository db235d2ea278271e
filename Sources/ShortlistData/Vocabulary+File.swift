public import Foundation
internal import ShortlistTensors

/// A vocabulary file is UTF-8 with one word a line, in the order of the rows from 1 on. In a word a
/// backslash is written `\\`, a line feed `\n` and a carriage return `\r`, so that any string
/// survives; an empty line is the empty word. The one line of a hashing vocabulary is
/// `\hashing XXH64 BUCKETS`.
extension Vocabulary {
  private static let hashingMark = #"\hashing XXH64 "#

  /// Reads a vocabulary file: rows are line numbers.
  ///
  /// - Throws: `DataError` for a file that is missing or not UTF-8, a word that stands twice, an
  ///   escape that does not exist.
  public init(contentsOf url: URL) throws(DataError) {
    let file = url.path(percentEncoded: false)
    guard let text = String(validating: try Data(readingFrom: url), as: UTF8.self) else {
      throw DataError(
        .wrongEncoding, "a vocabulary must be UTF-8; convert it with `iconv -t UTF-8`",
        at: .init(file: file))
    }
    if text.hasPrefix(Self.hashingMark) {
      let number = text.dropFirst(Self.hashingMark.count).trimmingCharacters(in: .newlines)
      guard let buckets = Int(number), buckets > 0 else {
        throw DataError(
          .malformedText,
          "a hashing vocabulary of \"\(number)\" buckets; expected a number above 0",
          at: .init(file: file, line: 1))
      }
      self = .hashing(buckets: buckets)
      return
    }
    var table = StringTable()
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    table.makeRoom(strings: lines.count, bytes: text.utf8.count)
    for (place, line) in lines.enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard
        let word = line.contains(0x5c)
          ? Self.unescaped(line).map({ String(decoding: $0, as: UTF8.self) }) : String(line)
      else {
        throw DataError(
          .malformedText,
          #"a backslash that begins none of \\, \n and \r; write \\ for a backslash"#,
          at: .init(file: file, line: place + 1))
      }
      let code = table.insert(word)
      guard code == place else {
        throw DataError(
          .malformedText, "the word \"\(word)\" stands on line \(code + 1) already",
          at: .init(file: file, line: place + 1))
      }
    }
    self.init(table: table)
  }

  /// Writes a vocabulary file, whole or not at all.
  ///
  /// - Throws: `DataError` where the file cannot be written.
  public func write(to url: URL) throws(DataError) {
    var text = ""
    switch kind {
    case .hashing(let buckets): text = "\(Self.hashingMark)\(buckets)\n"
    case .words(let table):
      for code in 0..<table.count { text += Self.escaped(table[code]) + "\n" }
    }
    do {
      try Data(text.utf8).write(to: url, options: .atomic)
    } catch {
      throw DataError(
        .unwritableFile, "the vocabulary cannot be written: \(error.localizedDescription)",
        at: .init(file: url.path(percentEncoded: false)))
    }
  }

  /// A word as its line says it.
  package static func escaped(_ word: String) -> String {
    // By bytes, since "\r\n" is one Character.
    guard word.utf8.contains(where: { $0 == 0x5c || $0 == 0x0a || $0 == 0x0d }) else { return word }
    var bytes: [UInt8] = []
    for byte in word.utf8 {
      switch byte {
      case 0x5c: bytes += [0x5c, 0x5c]
      case 0x0a: bytes += [0x5c, UInt8(ascii: "n")]
      case 0x0d: bytes += [0x5c, UInt8(ascii: "r")]
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes that a line with a backslash stands for; nil if it is none of the escapes.
  static func unescaped(_ line: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = line.makeIterator()
    while let byte = rest.next() {
      guard byte == 0x5c else {
        bytes.append(byte)
        continue
      }
      switch rest.next() {
      case 0x5c: bytes.append(0x5c)
      case UInt8(ascii: "n"): bytes.append(0x0a)
      case UInt8(ascii: "r"): bytes.append(0x0d)
      default: return nil
      }
    }
    return bytes
  }
}

extension Data {
  /// The bytes of a file, with errors that name it.
  init(readingFrom url: URL) throws(DataError) {
    let file = url.path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: file) else {
      throw DataError(.missingFile, "there is no such file", at: .init(file: file))
    }
    do {
      self = try Data(contentsOf: url)
    } catch {
      throw DataError(
        .unreadableFile, "the file cannot be read: \(error.localizedDescription)",
        at: .init(file: file))
    }
  }
}
