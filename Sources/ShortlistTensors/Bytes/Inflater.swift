private import CZlib

/// Decompresses a stream piece by piece.
///
/// `@safe`: the stream and its buffers are private, and zlib is told their sizes.
@safe
package final class Inflater {
  package enum Format: Sendable {
    /// Bare deflate data, as in ZIP.
    case raw
    /// One gzip member with its header and checksum.
    case gzip
  }
  package enum Failure: Error, Sendable, Hashable {
    case damaged(String)
  }

  private var stream = unsafe z_stream()
  /// Whether the end of the compressed data was reached.
  package private(set) var isFinished = false

  package init(_ format: Format) {
    let windowBits: Int32 = format == .raw ? -15 : 31
    let status = unsafe inflateInit2_(
      &stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot start (status \(status))")
  }

  deinit { unsafe inflateEnd(&stream) }

  /// Starts anew, for the next member of a file.
  func reset() {
    unsafe inflateReset(&stream)
    isFinished = false
  }

  /// Decompresses from `input` to `output` until one of them is used up or the data end; the bytes
  /// taken and the bytes written.
  @unsafe
  func inflate(
    _ input: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableRawBufferPointer
  ) throws(Failure) -> (taken: Int, written: Int) {
    unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    unsafe stream.avail_in = UInt32(input.count)
    unsafe stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
    unsafe stream.avail_out = UInt32(output.count)
    let status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
    switch status {
    case Z_STREAM_END: isFinished = true
    case Z_OK, Z_BUF_ERROR: break
    default:
      let reason = unsafe stream.msg.map { unsafe String(cString: $0) }
      throw .damaged(reason ?? "zlib status \(status)")
    }
    return unsafe (input.count - Int(stream.avail_in), output.count - Int(stream.avail_out))
  }

  /// Decompresses a piece of input and hands over the output in pieces.
  package func push(_ input: [UInt8], _ receive: ([UInt8]) throws -> Void) throws {
    var output = [UInt8](repeating: 0, count: 1 << 16)
    var taken = 0
    while !isFinished {
      let step = try unsafe input.withUnsafeBufferPointer { input in
        try unsafe output.withUnsafeMutableBytes { output in
          try unsafe inflate(UnsafeBufferPointer(rebasing: input[taken...]), to: output)
        }
      }
      taken += step.taken
      if step.written > 0 { try receive(Array(output[..<step.written])) }
      if step.taken == 0 && step.written == 0 { return }
    }
  }

  /// The CRC-32 of bytes, continuing from `crc` (0 to start).
  package static func crc32(_ bytes: [UInt8], continuing crc: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer {
      unsafe UInt32(truncatingIfNeeded: crc32_z(UInt(crc), $0.baseAddress, $0.count))
    }
  }
}
