package import ShortlistTensors

/// Rows for strings: row 0 for the unknown, one row for each word from 1 on.
///
/// A vocabulary of data has its words in the byte order of their UTF-8, so it is the same whatever
/// the order of the rows. Words are told apart by their bytes.
///
/// ```swift
/// let users = Vocabulary(train[.userID])
/// users.row(of: "42")
/// users.row(of: "nobody")  // 0
/// ```
public struct Vocabulary: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case words(StringTable)
    case hashing(buckets: Int)
  }
  let kind: Kind

  /// The words that stand at least `minimumCount` times in the strings.
  public init(_ strings: some Sequence<String>, minimumCount: Int = 1) {
    self.init(StringColumn(strings), minimumCount: minimumCount)
  }

  /// The words that stand in at least `minimumCount` rows.
  public init(_ column: StringColumn, minimumCount: Int = 1) {
    var counts = [Int](repeating: 0, count: column.distinct.count)
    for code in column.codes { counts[Int(code)] += 1 }
    var table = StringTable()
    for (word, count) in zip(column.distinct, counts) where count >= minimumCount {
      table.insert(word)
    }
    kind = .words(table.sorted())
  }

  /// The words that stand at least `minimumCount` times in the lists.
  public init(_ column: ListColumn<StringColumn>, minimumCount: Int = 1) {
    self.init(column.values, minimumCount: minimumCount)
  }

  /// Words whose rows are their places in the list, from 1 on.
  ///
  /// - Throws: `DataError` where a word stands twice.
  public init(inOrder words: some Sequence<String>) throws(DataError) {
    var table = StringTable()
    for (place, word) in words.enumerated() {
      let code = table.insert(word)
      guard code == place else {
        throw DataError(
          .malformedText,
          "the word \"\(word)\" stands at places \(code + 1) and \(place + 1) of a vocabulary")
      }
    }
    kind = .words(table)
  }

  private init(kind: Kind) { self.kind = kind }

  /// Words whose rows are their codes + 1.
  init(table: StringTable) { kind = .words(table) }

  /// A vocabulary without words: the row of a string is 1 + XXH64(its UTF-8, seed 0) mod `buckets`.
  ///
  /// No string is unknown; strings may share a row.
  ///
  /// - Precondition: `buckets` is positive.
  public static func hashing(buckets: Int) -> Vocabulary {
    precondition(buckets > 0, "a hashing vocabulary of \(buckets) buckets")
    return Vocabulary(kind: .hashing(buckets: buckets))
  }

  /// The number of rows, row 0 included.
  public var count: Int {
    switch kind {
    case .words(let table): table.count + 1
    case .hashing(let buckets): buckets + 1
    }
  }

  /// Whether rows are hashes, so that no row has a word.
  public var isHashing: Bool { if case .hashing = kind { true } else { false } }

  /// The row of a string; 0 if it is unknown.
  public func row(of string: String) -> Int {
    switch kind {
    case .words(let table): table.code(of: string).map { $0 + 1 } ?? 0
    case .hashing(let buckets): 1 + Int(StringHash.xxh64(string) % UInt64(buckets))
    }
  }

  /// The rows of a column's strings; each distinct string is looked up once.
  public func rows(of column: StringColumn) -> [Int32] {
    let rows = column.distinct.map { Int32(row(of: $0)) }
    return column.codes.map { rows[Int($0)] }
  }

  /// The word of a row; nil for row 0, for a hash, and beyond the end.
  public func word(at row: Int) -> String? {
    guard case .words(let table) = kind, row >= 1, row <= table.count else { return nil }
    return table[row - 1]
  }

  /// The words from row 1 on; empty for hashes.
  public var words: [String] {
    if case .words(let table) = kind { table.strings } else { [] }
  }

  /// The words, numbered from 0 on; nil for hashes.
  package var table: StringTable? {
    if case .words(let table) = kind { table } else { nil }
  }
}

extension StringTable {
  /// The same strings, numbered in byte order.
  fileprivate func sorted() -> StringTable {
    var sorted = StringTable()
    sorted.makeRoom(strings: count, bytes: byteCount)
    for code in codesInByteOrder { sorted.insert(self[code]) }
    return sorted
  }
}
