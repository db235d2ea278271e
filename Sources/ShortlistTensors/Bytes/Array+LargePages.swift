#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#endif

extension Array where Element: BitwiseCopyable {
  /// Makes room for a long column, on large pages where the system has them: first writing to new
  /// memory costs a fault a page, which would be a sixth of the time of reading a table.
  mutating func reserveLargePages(_ count: Int) {
    reserveCapacity(count)
    #if os(Linux)
      let page = 1 << 21
      let length = count * MemoryLayout<Element>.stride
      guard length >= 2 * page else { return }
      unsafe withUnsafeMutableBytes { bytes in
        // A hint for whole pages within the array's own memory; whether it is taken does not matter.
        guard let base = bytes.baseAddress else { return }
        let start = (UInt(bitPattern: base) + UInt(page) - 1) & ~UInt(page - 1)
        let end = (UInt(bitPattern: base) + UInt(length)) & ~UInt(page - 1)
        if end > start, let first = unsafe UnsafeMutableRawPointer(bitPattern: start) {
          _ = unsafe madvise(first, Int(end - start), MADV_HUGEPAGE)
        }
      }
    #endif
  }
}
