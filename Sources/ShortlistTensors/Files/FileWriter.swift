package import Foundation

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// Writes a binary file from front to back. Small pieces are gathered, large ones go straight to the
/// operating system without a copy.
package struct FileWriter: ~Copyable {
  package let path: String
  /// The bytes written so far.
  package private(set) var count = 0
  private let descriptor: Int32
  private var pending: [UInt8] = []

  private static let blockSize = 1 << 16

  /// Creates the file.
  ///
  /// - Parameter exclusively: whether a file that exists is an error; otherwise it is emptied.
  /// - Throws: `FileError`.
  package init(creating url: URL, exclusively: Bool = false) throws(FileError) {
    path = url.plainPath
    descriptor = try SystemCalls.openForWriting(path, exclusively: exclusively)
  }

  deinit { SystemCalls.close(descriptor) }

  /// Appends the elements as they stand in memory (little-endian on every machine we run on).
  package mutating func write<Element: BitwiseCopyable>(
    _ elements: Span<Element>
  ) throws(FileError) {
    let bytes = unsafe elements.withUnsafeBufferPointer { UnsafeRawBufferPointer($0) }
    count += bytes.count
    if bytes.count + pending.count <= Self.blockSize {
      unsafe pending.append(contentsOf: bytes)
    } else {
      try flush()
      try unsafe send(bytes)
    }
  }

  /// Appends the text as UTF-8.
  package mutating func write(_ text: String) throws(FileError) {
    let bytes = Array(text.utf8)
    try write(bytes.span)
  }

  /// Appends all elements of the matrix, row by row.
  package mutating func write(_ matrix: Matrix) throws(FileError) { try write(matrix.values) }

  /// Hands everything to the operating system and waits until it is on the disk.
  package consuming func finish() throws(FileError) {
    try flush()
    try SystemCalls.synchronize(descriptor, at: path)
  }

  private mutating func flush() throws(FileError) {
    guard !pending.isEmpty else { return }
    let block = pending
    pending.removeAll(keepingCapacity: true)
    let bytes = unsafe block.span.withUnsafeBufferPointer { UnsafeRawBufferPointer($0) }
    try unsafe send(bytes)
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = unsafe bytes[...]
    while unsafe !rest.isEmpty {
      let chunk = unsafe UnsafeRawBufferPointer(rebasing: rest)
      let written = try SystemCalls.retrying("write", at: path) {
        // Linux moves at most 2 GiB at once; smaller pieces also let an interrupt in.
        unsafe Foundation.write(descriptor, chunk.baseAddress, min(chunk.count, 1 << 28))
      }
      unsafe rest = rest.dropFirst(written)
    }
  }
}
