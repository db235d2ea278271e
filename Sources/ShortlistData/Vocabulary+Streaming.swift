package import Foundation

extension Vocabulary {
  /// Calls `body` with the bytes of each word of a vocabulary file, in order, without holding them all: for
  /// lists of words larger than memory. Whether a word stands twice is not checked.
  ///
  /// - Throws: `DataError` for a file that is missing or has an escape that does not exist, and what `body`
  ///   throws.
  package static func forEachWord(
    inFile url: URL, _ body: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    let path = url.path(percentEncoded: false)
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw DataError(.missingFile, "there is no such file", at: .init(file: path))
    }
    defer { try? file.close() }
    var number = 0
    func give(_ line: ArraySlice<UInt8>) throws {
      number += 1
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard line.contains(0x5c) else { return try body(line) }
      guard let word = unescaped(line) else {
        throw DataError(
          .malformedText, "a backslash that begins no escape", at: .init(file: path, line: number))
      }
      try body(word[...])
    }
    var rest: [UInt8] = []
    while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
      let bytes = rest + chunk
      var start = 0
      for end in bytes.indices where bytes[end] == UInt8(ascii: "\n") {
        try give(bytes[start..<end])
        start = end + 1
      }
      rest = Array(bytes[start...])
    }
    if !rest.isEmpty { try give(rest[...]) }
  }
}
