/// Rows that are hidden, in pages that copies share: hiding one more costs a page.
package struct RowMask: Sendable, Hashable {
  private static let pageRows = 4096
  private var pages: [Page?] = []
  /// How many rows are hidden.
  package private(set) var count = 0
  /// Hidden rows are less than this.
  private(set) var end = 0

  package init() {}

  package func contains(_ row: Int) -> Bool {
    let page = row / Self.pageRows
    guard row >= 0, page < pages.count, let words = pages[page]?.words else { return false }
    return words[row % Self.pageRows / 64] >> UInt64(row % 64) & 1 == 1
  }

  /// The bits of the rows from 64 * word on.
  func bits(ofWord word: Int) -> UInt64 {
    let (page, place) = word.quotientAndRemainder(dividingBy: Self.pageRows / 64)
    return page < pages.count ? pages[page]?.words[place] ?? 0 : 0
  }

  package mutating func insert(_ row: Int) {
    guard !contains(row) else { return }
    let page = row / Self.pageRows
    while pages.count <= page { pages.append(nil) }
    var words = pages[page]?.words ?? [UInt64](repeating: 0, count: Self.pageRows / 64)
    words[row % Self.pageRows / 64] |= 1 << UInt64(row % 64)
    pages[page] = Page(words)
    count += 1
    end = max(end, row + 1)
  }

  /// Calls `body` with the hidden rows of a range, in order.
  func forEach(in range: Range<Int>, _ body: (Int) -> Void) {
    var row = range.lowerBound
    let end = min(range.upperBound, pages.count * Self.pageRows)
    while row < end {
      let next = (row / Self.pageRows + 1) * Self.pageRows
      if pages[row / Self.pageRows] != nil {
        for hidden in row..<min(next, end) where contains(hidden) { body(hidden) }
      }
      row = next
    }
  }

  private final class Page: Sendable, Hashable {
    let words: [UInt64]

    init(_ words: [UInt64]) { self.words = words }

    static func == (a: Page, b: Page) -> Bool { a === b || a.words == b.words }

    func hash(into hasher: inout Hasher) { hasher.combine(words) }
  }
}
