/// Which rows a search may return.
///
/// ```swift
/// let unseen = RowFilter.excluding(seen)
/// let unseenComedies = RowFilter.among(comedies).excluding(seen)
/// ```
///
/// A search gives k results wherever k rows pass the filter. Rows that the index does not have are
/// of no consequence.
public struct RowFilter: Sendable, Hashable {
  /// The rows that may be returned; nil stands for all.
  package private(set) var included: RowSet?
  /// Rows that may not be returned although they are included, ascending.
  package private(set) var excluded: [Int] = []
  /// A bit for each excluded row, by its lowest ten bits: most rows are found not to be excluded by it alone.
  private var sketch: [UInt64] = []
  /// Rows that are hidden from every search, such as deleted ones.
  private var hidden = RowMask()

  /// Every row passes.
  public static let all = RowFilter()

  /// Only these rows pass.
  public static func among(_ rows: RowSet) -> RowFilter {
    var filter = RowFilter()
    filter.included = rows
    return filter
  }

  /// Only these rows pass, given in any order.
  public static func among(_ rows: some Sequence<Int>) -> RowFilter {
    among(RowSet(rows.lazy.filter { $0 >= 0 }))
  }

  /// All rows but these pass, given in any order.
  public static func excluding(_ rows: some Sequence<Int>) -> RowFilter { all.excluding(rows) }

  /// The rows that pass here, but not these.
  public func excluding(_ rows: some Sequence<Int>) -> RowFilter { excluding(Array(rows)) }

  /// The rows that pass here, but not these.
  public func excluding(_ rows: [Int]) -> RowFilter {
    var filter = self
    filter.excluded = rows
    filter.excluded.append(contentsOf: excluded)
    filter.excluded.sortAsRows()
    if filter.excluded.isEmpty { return filter }
    filter.sketch = [UInt64](repeating: 0, count: 16)
    for row in filter.excluded { filter.sketch[row >> 6 & 15] |= 1 << UInt64(row & 63) }
    return filter
  }

  /// The rows that pass here and are not hidden.
  package func hiding(_ mask: RowMask) -> RowFilter {
    var filter = self
    filter.hidden = mask
    return filter
  }

  /// Whether a row passes: a bit or two are looked at, and the excluded rows where one may be meant.
  public func contains(_ row: Int) -> Bool {
    if let included, !included.contains(row) { return false }
    if hidden.count > 0, hidden.contains(row) { return false }
    if sketch.isEmpty || sketch[row >> 6 & 15] >> UInt64(row & 63) & 1 == 0 { return true }
    let position = firstExcluded(from: row)
    return position == excluded.count || excluded[position] != row
  }

  /// Whether so few rows of `count` pass that they are better looked at one by one.
  package func isSparse(among count: Int) -> Bool {
    guard let included else { return false }
    return included.count * 16 < count
  }

  /// The rows of a range that pass, in order; for sparse filters.
  package func rows(in range: Range<Int>) -> [Int] {
    let rows = included?.rows(in: range) ?? Array(range)
    return excluded.isEmpty && hidden.count == 0 ? rows : rows.filter(contains)
  }

  /// Writes NaN over the scores of the rows that do not pass; `scores[i]` is of row `firstRow + i`.
  package func hide(in scores: inout MutableSpan<Float>, firstRow: Int) {
    let range = firstRow..<firstRow + scores.count
    if let included {
      included.forEachWord(in: range) { first, bits in
        guard bits != .max else { return }
        // Without a branch: nobody could foretell it.
        for row in max(first, range.lowerBound)..<min(first + 64, range.upperBound) {
          let isVisible = bits >> UInt64(row & 63) & 1 == 1
          scores[row - firstRow] = isVisible ? scores[row - firstRow] : .nan
        }
      }
    }
    hidden.forEach(in: range) { scores[$0 - firstRow] = .nan }
    var position = firstExcluded(from: range.lowerBound)
    while position < excluded.count, excluded[position] < range.upperBound {
      scores[excluded[position] - firstRow] = .nan
      position += 1
    }
  }

  /// The position of the first excluded row that is not less than `row`.
  private func firstExcluded(from row: Int) -> Int {
    var low = 0
    var high = excluded.count
    while low < high {
      let middle = (low + high) / 2
      if excluded[middle] < row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension [Int] {
  /// Sorts rows. Many of a small catalogue are sorted by a bit for each row, which takes a tenth of the time.
  fileprivate mutating func sortAsRows() {
    if zip(self, dropFirst()).allSatisfy({ $0 <= $1 }) { return }
    guard let least = self.min(), let most = self.max(), least >= 0, most / 64 <= 4 * count,
      count > 8
    else { return sort() }
    var words = [UInt64](repeating: 0, count: most / 64 + 1)
    for row in self { words[row / 64] |= 1 << UInt64(row % 64) }
    removeAll(keepingCapacity: true)
    for (place, word) in words.enumerated() {
      var bits = word
      while bits != 0 {
        append(place * 64 + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
    }
  }
}

extension RowFilter {
  /// How many of the rows 0..<count pass.
  package func passingCount(among count: Int) -> Int {
    var passing = passingCountBeforeExclusion(among: count)
    var previous = -1
    for row in excluded where row != previous && row >= 0 && row < count {
      previous = row
      if included?.contains(row) ?? true, !hidden.contains(row) { passing -= 1 }
    }
    return passing
  }

  /// Those of the rows 0..<count that pass, in order.
  package func passingRows(among count: Int) -> [Int] { rows(in: 0..<count) }

  private func passingCountBeforeExclusion(among count: Int) -> Int {
    guard let included else {
      if hidden.end <= count { return count - hidden.count }
      var passing = count
      hidden.forEach(in: 0..<count) { _ in passing -= 1 }
      return passing
    }
    // The count that the set keeps is right where no row is hidden and none is out of range.
    if hidden.count == 0, included.end <= count { return included.count }
    var passing = 0
    included.forEachWord(in: 0..<min(count, included.end)) { first, bits in
      passing += (bits & ~hidden.bits(ofWord: first / 64)).nonzeroBitCount
    }
    return passing
  }
}
