package import Foundation

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// A file that is mapped into memory for reading: opening costs the same for every size, and pages are
/// read when they are touched.
///
/// The file must not be shortened while it is mapped: the operating system ends a process that
/// touches a page that is no longer there. Artefacts are replaced by renaming, never rewritten.
///
/// `Sendable`: the memory is only ever read.
@safe
package final class MappedFile: @unchecked Sendable {
  package let path: String
  /// The size in bytes.
  package let count: Int
  private let base: UnsafeRawPointer?

  /// - Throws: `FileError` if `url` is no file or may not be read.
  package init(_ url: URL) throws(FileError) {
    path = url.plainPath
    let descriptor = try SystemCalls.openForReading(path)
    defer { SystemCalls.close(descriptor) }
    count = try SystemCalls.size(of: descriptor, at: path)
    guard count > 0 else {
      unsafe base = nil
      return
    }
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      unsafe base = nil
      throw FileError(errno: errno, whileTryingTo: "map \(count) bytes", at: path)
    }
    unsafe base = UnsafeRawPointer(address)
  }

  deinit {
    if let base = unsafe base {
      _ = unsafe munmap(UnsafeMutableRawPointer(mutating: base), count)
    }
  }

  /// All bytes of the file.
  package var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      let buffer = unsafe UnsafeRawBufferPointer(start: base, count: count)
      let span = unsafe Span<UInt8>(_unsafeElements: buffer.bindMemory(to: UInt8.self))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// A copy of some bytes.
  ///
  /// - Precondition: they lie inside the file.
  package func copy(_ range: Range<Int>) -> [UInt8] {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "bytes \(range) of the \(count) in \(path)")
    guard !range.isEmpty else { return [] }
    return unsafe [UInt8](
      UnsafeRawBufferPointer(start: address(of: range.lowerBound), count: range.count))
  }

  /// The address of a byte of a file that is not empty; valid while the file lives.
  @unsafe
  func address(of offset: Int) -> UnsafeRawPointer {
    precondition(offset >= 0 && offset <= count, "byte \(offset) of the \(count) in \(path)")
    guard let base = unsafe base else { preconditionFailure("an address in the empty \(path)") }
    return unsafe base + offset
  }
}

extension Matrix {
  /// A matrix whose elements stand in a mapped file, which it keeps mapped; nothing is copied unless
  /// the bytes are not aligned to a `Float`. Writing to the matrix copies it first.
  ///
  /// - Precondition: the elements lie inside the file.
  package init(mapping file: MappedFile, at offset: Int, rows: Int, columns: Int) {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    let stride = MemoryLayout<Float>.stride
    precondition(
      !overflow && rows >= 0 && columns >= 0 && offset >= 0 && offset <= file.count
        && count <= (file.count - offset) / stride,
      "\(rows) x \(columns) floats at byte \(offset) of the \(file.count) in \(file.path)")
    guard count > 0 else {
      self.init(rows: rows, columns: columns)
      return
    }
    let address = unsafe file.address(of: offset)
    if Int(bitPattern: address) % MemoryLayout<Float>.alignment == 0 {
      let floats = unsafe address.bindMemory(to: Float.self, capacity: count)
      let storage = unsafe MatrixStorage(viewing: floats, count: count, owner: file)
      self.init(rows: rows, columns: columns, storage: storage)
    } else {
      self.init(uninitializedRows: rows, columns: columns)
      unsafe UnsafeMutableRawPointer(mutablePointer).copyMemory(
        from: address, byteCount: count * stride)
    }
  }
}
