package import Foundation

/// Writes a file, plain or gzip, so that a reader sees the whole new file or the old one.
package enum CompressedFile {
  /// Calls `body` with a function that lets bytes be appended.
  ///
  /// - Throws: `FileError`, and what `body` throws.
  package static func write(
    to url: URL, gzip: Bool,
    _ body: (_ append: ((inout [UInt8]) -> Void) throws -> Void) throws -> Void
  ) throws {
    try AtomicFile.write(to: url) { file in
      let deflater = gzip ? Deflater() : nil
      var block: [UInt8] = []
      func flush() throws {
        let bytes = deflater?.push(block) ?? block
        try file.write(bytes.span)
        block.removeAll(keepingCapacity: true)
      }
      try body { change in
        change(&block)
        if block.count >= 1 << 16 { try flush() }
      }
      try flush()
      if let rest = deflater?.finish() { try file.write(rest.span) }
    }
  }
}
