#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// The memory behind a `Matrix`: allocated here on a cache-line boundary, or a view of a file that
/// `owner` keeps mapped.
///
/// `@unchecked Sendable`: the memory is written only through `Matrix`, which first makes sure that it
/// holds the one reference to an allocated storage; a mapped view is never written.
@safe
final class MatrixStorage: @unchecked Sendable {
  let count: Int
  let base: UnsafeMutablePointer<Float>
  /// What keeps a mapped view alive; nil for allocated memory.
  let owner: AnyObject?

  static let alignment = 64

  /// Allocates `count` floats; they are zero unless `uninitialized`.
  init(count: Int, uninitialized: Bool = false) {
    self.count = count
    owner = nil
    // A spare cache line lets kernels read whole vectors at the end of the last row.
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Float>.stride + Self.alignment, alignment: Self.alignment)
    unsafe base = raw.bindMemory(to: Float.self, capacity: count)
    if !uninitialized { unsafe memset(raw, 0, count * MemoryLayout<Float>.stride) }
  }

  /// Views `count` floats that `owner` keeps readable.
  @unsafe
  init(viewing pointer: UnsafePointer<Float>, count: Int, owner: AnyObject) {
    self.count = count
    unsafe base = UnsafeMutablePointer(mutating: pointer)
    self.owner = owner
  }

  deinit { if owner == nil { unsafe UnsafeMutableRawPointer(base).deallocate() } }

  func copy() -> MatrixStorage {
    let new = MatrixStorage(count: count, uninitialized: true)
    unsafe new.base.update(from: base, count: count)
    return new
  }
}
