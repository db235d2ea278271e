private import CShortlistKernels

/// The checksum CRC-32C (Castagnoli), of elements as they stand in memory.
package enum CRC32C {
  /// The checksum of elements, continuing from that of what stands before them.
  package static func of<Element: BitwiseCopyable>(
    _ elements: Span<Element>, continuing checksum: UInt32 = 0
  ) -> UInt32 {
    unsafe elements.withUnsafeBufferPointer {
      unsafe of(UnsafeRawBufferPointer($0), continuing: checksum)
    }
  }

  /// The checksum of the text's UTF-8.
  package static func of(_ text: String) -> UInt32 { of(Array(text.utf8).span) }

  /// The checksum of the checksums of pieces of a mebibyte, over all cores: for what is large.
  package static func ofPieces<Element: BitwiseCopyable>(_ elements: Span<Element>) -> UInt32 {
    let piece = 1 << 20
    return unsafe elements.withUnsafeBufferPointer { elements in
      // Only read, and only while this call waits for the pieces.
      nonisolated(unsafe) let bytes = UnsafeRawBufferPointer(elements)
      let count = unsafe bytes.count
      let checksums = Parallel.map((count + piece - 1) / piece) { index in
        let range = index * piece..<min((index + 1) * piece, count)
        return unsafe of(UnsafeRawBufferPointer(rebasing: bytes[range]), continuing: 0).littleEndian
      }
      return of(checksums.span)
    }
  }

  private static func of(
    _ bytes: UnsafeRawBufferPointer, continuing checksum: UInt32
  ) -> UInt32 {
    guard let base = bytes.baseAddress else { return checksum }
    return unsafe sl_crc32c(checksum, base, bytes.count)
  }
}
