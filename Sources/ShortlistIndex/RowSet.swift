/// A set of rows: one bit for each.
public struct RowSet: Sendable, Hashable {
  private var words: [UInt64] = []
  /// The number of rows in the set.
  public private(set) var count = 0

  public init() {}

  /// - Parameter rows: rows in any order; one may come more than once.
  public init(_ rows: some Sequence<Int>) {
    for row in rows { insert(row) }
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

  /// The rows in order.
  public var rows: [Int] { rows(in: 0..<words.count * 64) }

  /// The rows in a range, in order.
  package func rows(in range: Range<Int>) -> [Int] {
    var result: [Int] = []
    forEachWord(in: range) { first, bits in
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
