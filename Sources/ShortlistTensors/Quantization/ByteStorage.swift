#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// Bytes that a quantised structure stands in: allocated here on a cache-line boundary, or a view of a file
/// that `owner` keeps mapped.
///
/// `@unchecked Sendable`: allocated bytes are written only while their one owner fills them; afterwards, and
/// in a mapped file, they are only read.
@safe
package final class ByteStorage: @unchecked Sendable {
  package let count: Int
  let base: UnsafeMutableRawPointer
  private let owner: AnyObject?

  /// Allocates `count` zeros; a cache line beyond them may be read.
  init(count: Int) {
    self.count = count
    owner = nil
    let length = count + 64
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 64)
    unsafe memset(base, 0, length)
  }

  /// Views `count` bytes that `owner` keeps readable.
  @unsafe
  init(viewing base: UnsafeRawPointer, count: Int, owner: AnyObject) {
    self.count = count
    unsafe self.base = UnsafeMutableRawPointer(mutating: base)
    self.owner = owner
  }

  deinit { if owner == nil { unsafe base.deallocate() } }

  package var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      let bytes = unsafe UnsafePointer(base.assumingMemoryBound(to: UInt8.self))
      let span = unsafe Span(_unsafeStart: bytes, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}
