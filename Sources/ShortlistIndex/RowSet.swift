/// A set of rows: one bit for each.
///
/// ```swift
/// let recentComedies = comedies.intersection(recent)
/// ```
public struct RowSet: Sendable, Hashable {
  // The last word is never 0, so that equal sets have equal words.
  private(set) var words: [UInt64] = []
  /// The number of rows in the set.
  public private(set) var count = 0

  public init() {}

  /// - Parameter rows: rows in any order; one may come more than once.
  public init(_ rows: some Sequence<Int>) {
    for row in rows { insert(row) }
  }

  /// - Parameter words: bit r % 64 of word r / 64 tells whether row r is in the set.
  package init(words: [UInt64]) {
    self.words = words
    settle()
  }

  /// - Precondition: `row` is not negative.
  public mutating func insert(_ row: Int) {
    precondition(row >= 0, "row \(row) in a set of rows")
    let word = row / 64
    if word >= words.count {
      words.append(contentsOf: repeatElement(0, count: word + 1 - words.count))
    }
    let bit = UInt64(1) << UInt64(row % 64)
    if words[word] & bit == 0 { count += 1 }
    words[word] |= bit
  }

  public func contains(_ row: Int) -> Bool {
    let word = row / 64
    guard row >= 0, word < words.count else { return false }
    return words[word] >> UInt64(row % 64) & 1 == 1
  }

  /// One more than the largest row.
  var end: Int { words.last.map { words.count * 64 - $0.leadingZeroBitCount } ?? 0 }

  /// The rows in order.
  public var rows: [Int] { rows(in: 0..<words.count * 64) }

  /// The rows in a range, in order.
  package func rows(in range: Range<Int>) -> [Int] {
    var result: [Int] = []
    forEachWord(in: range.clamped(to: 0..<words.count * 64)) { first, bits in
      var bits = bits
      while bits != 0 {
        result.append(first + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
    }
    return result
  }

  /// Calls `body` with every word of bits that has rows of the range, and the row of its lowest bit.
  /// Bits outside the range are 0.
  func forEachWord(in range: Range<Int>, _ body: (_ firstRow: Int, _ bits: UInt64) -> Void) {
    var row = range.lowerBound
    while row < range.upperBound {
      let word = row / 64
      let end = min(range.upperBound, (word + 1) * 64)
      var bits = word < words.count ? words[word] : 0
      bits &= UInt64.max << UInt64(row % 64)
      if end % 64 != 0 { bits &= ~(UInt64.max << UInt64(end % 64)) }
      body(word * 64, bits)
      row = end
    }
  }
}

extension RowSet {
  /// The rows that are in this set, in the other, or in both.
  ///
  /// - Complexity: O(largest row / 64), as of the other operations.
  public func union(_ other: RowSet) -> RowSet {
    combining(other, count: max(words.count, other.words.count)) { $0 | $1 }
  }

  /// The rows that are in both sets.
  public func intersection(_ other: RowSet) -> RowSet {
    combining(other, count: min(words.count, other.words.count)) { $0 & $1 }
  }

  /// The rows of 0..<count that are not in this set.
  public func complement(among count: Int) -> RowSet {
    var set = RowSet()
    set.words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for i in set.words.indices { set.words[i] = i < words.count ? ~words[i] : .max }
    if count % 64 != 0 { set.words[set.words.count - 1] &= (1 << UInt64(count % 64)) - 1 }
    set.settle()
    return set
  }

  private func combining(
    _ other: RowSet, count: Int, _ combine: (UInt64, UInt64) -> UInt64
  ) -> RowSet {
    var set = RowSet()
    set.words = (0..<count).map { i in
      combine(i < words.count ? words[i] : 0, i < other.words.count ? other.words[i] : 0)
    }
    set.settle()
    return set
  }

  private mutating func settle() {
    while words.last == 0 { words.removeLast() }
    count = words.reduce(0) { $0 + $1.nonzeroBitCount }
  }
}
