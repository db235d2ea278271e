public import ShortlistData
public import ShortlistTensors

/// The items that can be recommended, each once: identifiers and features, without vectors.
public struct CandidateSet: Sendable {
  /// One row for each distinct identifier.
  public let items: Dataset
  public let identifier: Feature<String>
  public let identifiers: [String]

  /// Keeps the first row of each identifier.
  ///
  /// - Throws: `DataError` when the feature is missing.
  public init(_ items: Dataset, identifiedBy feature: Feature<String>) throws {
    let column = try items.column(feature)
    var seen = [Bool](repeating: false, count: column.distinct.count)
    var firsts: [Int] = []
    for (row, code) in column.codes.enumerated() where !seen[Int(code)] {
      seen[Int(code)] = true
      firsts.append(row)
    }
    self.items = firsts.count == items.rowCount ? items : items.rows(at: firsts)
    identifier = feature
    identifiers = firsts.map { column[$0] }
  }

  /// The rows of a column's items; -1 where an item is not among them.
  package func rows(of column: StringColumn) -> [Int32] {
    StringTable(distinct: identifiers).rows(of: column)
  }
}

/// The items that can be recommended with their vectors.
public struct Catalogue: Sendable {
  /// The item of each row.
  public let identifiers: [String]
  /// The feature that identifies an item in interactions.
  public let identifier: Feature<String>
  /// identifiers.count x dimensions.
  public let embeddings: Matrix
  /// What is known of each item, row by row; nil where nothing is. Filters look here.
  public let items: Dataset?
  private let rows: StringTable

  /// - Precondition: there is one vector for each identifier, and one row of `items`; identifiers are
  ///   distinct (by their bytes: two spellings of "é" are two identifiers).
  public init(
    identifiers: [String], identifiedBy feature: Feature<String>, embeddings: Matrix,
    items: Dataset? = nil
  ) {
    self.init(
      identifiers: identifiers, numberedBy: StringTable(distinct: identifiers),
      identifiedBy: feature, embeddings: embeddings, items: items)
  }

  /// - Precondition: as above; `rows` has the same identifiers in the same order.
  package init(
    identifiers: [String], numberedBy rows: StringTable, identifiedBy feature: Feature<String>,
    embeddings: Matrix, items: Dataset?
  ) {
    precondition(
      identifiers.count == embeddings.rows && rows.count == identifiers.count,
      "\(identifiers.count) identifiers for \(embeddings.rows) vectors")
    precondition(
      items == nil || items?.rowCount == identifiers.count,
      "\(identifiers.count) identifiers for \(items?.rowCount ?? 0) rows of items")
    self.items = items
    self.identifiers = identifiers
    identifier = feature
    self.embeddings = embeddings
    self.rows = rows
  }

  public var count: Int { identifiers.count }

  /// The row of an item, or nil.
  public func row(of identifier: String) -> Int? { rows.code(of: identifier) }

  /// The rows of a column's items; -1 where an item is not in the catalogue.
  package func rows(of column: StringColumn) -> [Int32] { rows.rows(of: column) }
}

extension StringTable {
  /// Numbers strings by their places.
  ///
  /// - Precondition: no string stands twice.
  init(distinct strings: [String]) {
    self.init()
    for (place, string) in strings.enumerated() {
      precondition(insert(string) == place, "\"\(string)\" stands twice")
    }
  }

  /// The numbers of a column's strings; -1 where a string has none. Each distinct string is looked up once.
  fileprivate func rows(of column: StringColumn) -> [Int32] {
    let byCode = column.distinct.map { code(of: $0).map { Int32($0) } ?? -1 }
    return column.codes.map { byCode[Int($0)] }
  }
}
