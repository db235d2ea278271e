package import Foundation

/// Writes a TFRecord file, plain or gzip, that appears whole or not at all.
package enum TFRecordWriter {
  /// Calls `body` with a function that adds a record.
  ///
  /// - Throws: `FileError`, and what `body` throws.
  package static func write(
    to url: URL, gzip: Bool, _ body: ((_ payload: [UInt8]) throws -> Void) throws -> Void
  ) throws {
    try AtomicFile.write(to: url) { file in
      let deflater = gzip ? Deflater() : nil
      var block: [UInt8] = []
      func flush() throws {
        let bytes = deflater?.push(block) ?? block
        try file.write(bytes.span)
        block.removeAll(keepingCapacity: true)
      }
      try body { payload in
        TFRecord.append(payload, to: &block)
        if block.count >= 1 << 16 { try flush() }
      }
      try flush()
      if let rest = deflater?.finish() { try file.write(rest.span) }
    }
  }
}
