private import CZlib

/// Compresses a stream piece by piece into one gzip member.
///
/// `@safe`: the stream and its buffers are private, and zlib is told their sizes.
@safe
package final class Deflater {
  private var stream = unsafe z_stream()

  package init() {
    let (level, memory): (Int32, Int32) = (6, 8)
    // 15 bits of window, and 16 for a gzip header, which has no time and no name.
    let status = unsafe deflateInit2_(
      &stream, level, Z_DEFLATED, 31, memory, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot start (status \(status))")
  }

  deinit { unsafe deflateEnd(&stream) }

  /// The next piece of the output, after this piece of input; it may be empty.
  package func push(_ input: [UInt8]) -> [UInt8] { deflate(input, Z_NO_FLUSH) }

  /// The rest of the output. Nothing may be pushed after this.
  package func finish() -> [UInt8] { deflate([], Z_FINISH) }

  private func deflate(_ input: [UInt8], _ flush: Int32) -> [UInt8] {
    var result: [UInt8] = []
    var output = [UInt8](repeating: 0, count: 1 << 16)
    unsafe input.withUnsafeBufferPointer { input in
      unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      unsafe stream.avail_in = UInt32(input.count)
      while true {
        let written = unsafe output.withUnsafeMutableBufferPointer { output in
          unsafe stream.next_out = output.baseAddress
          unsafe stream.avail_out = UInt32(output.count)
          unsafe CZlib.deflate(&stream, flush)
          return unsafe output.count - Int(stream.avail_out)
        }
        result += output[..<written]
        if written < output.count { return }
      }
    }
    return result
  }
}
