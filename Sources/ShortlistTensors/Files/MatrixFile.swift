package import Foundation

/// A matrix in a safetensors file that is read block by block, for matrices larger than memory.
package final class MatrixFile: Sendable {
  package let rows: Int
  package let columns: Int
  private let path: String
  private let offset: Int
  private let descriptor: Int32

  /// - Throws: `FileError` and `TensorFileError`, as `Safetensors` does.
  package init(_ url: URL, tensor name: String) throws {
    let place = try Safetensors(contentsOf: url).place(ofMatrix: name)
    (offset, rows, columns) = place
    path = url.plainPath
    descriptor = try SystemCalls.openForReading(path)
  }

  deinit { SystemCalls.close(descriptor) }

  /// Reads some rows; safe to call from several threads.
  ///
  /// - Throws: `FileError`.
  package func read(rows range: Range<Int>) throws(FileError) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows) in \(path)")
    var block = Matrix(uninitializedRows: range.count, columns: columns)
    let stride = MemoryLayout<Float>.stride
    let target = unsafe UnsafeMutableRawBufferPointer(
      start: block.mutablePointer, count: block.count * stride)
    try unsafe SystemCalls.read(
      descriptor, into: target, at: offset + range.lowerBound * columns * stride, of: path)
    return block
  }
}
