#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

extension Matrix {
  /// Hands over the elements of the rows in order, some megabytes at a time. Of a matrix in a mapped file no
  /// more than that is in memory, however large it is.
  package func forEachBlock(_ body: (Span<Float>) throws -> Void) rethrows {
    let rowsOfBlock = max(1, (4 << 20) / max(1, columns))
    for start in stride(from: 0, to: rows, by: rowsOfBlock) {
      let range = start..<Swift.min(start + rowsOfBlock, rows)
      try body(values.extracting(range.lowerBound * columns..<range.upperBound * columns))
      letGo(range)
    }
  }

  /// Tells the operating system that the pages of some rows in a mapped file are not needed now. They are never
  /// written, so they come back from the file when they are touched again.
  private func letGo(_ rows: Range<Int>) {
    guard storage.owner is MappedFile else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let stride = columns * MemoryLayout<Float>.stride
    let base = unsafe UInt(bitPattern: storage.base)
    let first = base + UInt(rows.lowerBound * stride)
    let end = base + UInt(rows.upperBound * stride)
    let start = (first + UInt(page) - 1) / UInt(page) * UInt(page)
    let whole = end / UInt(page) * UInt(page)
    guard start < whole, let address = unsafe UnsafeMutableRawPointer(bitPattern: start) else {
      return
    }
    _ = unsafe madvise(address, Int(whole - start), MADV_DONTNEED)
  }
}
