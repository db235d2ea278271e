import ShortlistData
import ShortlistModels

/// The columns that an item of a catalogue has: those of its table and those that the candidate tower reads.
struct CatalogueSchema: Sendable {
  /// The column of the identifier.
  let identifier: String
  /// The other columns, each with one of its type.
  let columns: [(name: String, like: AnyColumn)]

  init(_ retriever: Retriever) {
    identifier = retriever.catalogue.identifier.name
    var columns: [(name: String, like: AnyColumn)] = []
    if let items = retriever.catalogue.items {
      for name in items.columnNames where name != identifier {
        if let column = items[name: name] { columns.append((name, column.rows(at: []))) }
      }
    }
    for feature in retriever.model.candidate.features {
      let name = feature.featureName
      guard name != identifier, !columns.contains(where: { $0.name == name }) else { continue }
      columns.append((name, Self.column(readBy: feature)))
    }
    self.columns = columns
  }

  /// A column of the type that an encoder reads.
  private static func column(readBy feature: any FeatureEncoder) -> AnyColumn {
    let types: [AnyColumn] = [
      .strings([]), .floats([]), .stringLists(ListColumn([[String]]())), .integers([]),
      .floatLists(ListColumn([[Float]]())), .integerLists(ListColumn([[Int]]())),
    ]
    return types.first { type in
      guard let dataset = try? Dataset([(feature.featureName, type)]) else { return false }
      return (try? feature.bind(dataset)) != nil
    } ?? types[0]
  }

  private var names: String { columns.map { "\"\($0.name)\"" }.joined(separator: ", ") }

  /// Why features do not fit; nil where they do.
  ///
  /// - Parameter isStrict: whether features that are no column are refused.
  func problem(of features: [String: ItemValue], isStrict: Bool) -> String? {
    let missing = columns.filter { features[$0.name] == nil }.map { "\"\($0.name)\"" }
    guard missing.isEmpty else {
      return "lacks the features \(missing.joined(separator: ", ")); items have \(names)"
    }
    if isStrict,
      let unknown = features.keys.sorted().first(where: { name in
        !columns.contains { $0.name == name }
      })
    {
      return "has the feature \"\(unknown.prefix(80))\"; items have "
        + (columns.isEmpty ? "none but their identifier" : names)
    }
    for (name, like) in columns {
      guard let value = features[name] else { continue }
      if column(like, of: [value]) == nil {
        return "has \(value.kind) as \"\(name)\"; expected \(Self.expectation(like))"
      }
    }
    return nil
  }

  private static func expectation(_ like: AnyColumn) -> String {
    switch like {
    case .strings: "a text"
    case .integers: "a whole number"
    case .floats: "a finite number"
    case .stringLists: "a list of texts"
    case .integerLists: "a list of whole numbers"
    case .floatLists: "a list of finite numbers"
    }
  }

  /// Features as the columns hold them, such as numbers rounded to `Float`, and no others.
  ///
  /// - Precondition: they fit.
  func settled(_ features: [String: ItemValue]) -> [String: ItemValue] {
    var settled: [String: ItemValue] = [:]
    for (name, like) in columns {
      guard let value = features[name] else { continue }
      settled[name] = column(like, of: [value])?.value(at: 0)
    }
    return settled
  }

  /// The table of items; those without features have missing values.
  ///
  /// - Precondition: features fit.
  func dataset(_ items: [(identifier: String, features: [String: ItemValue]?)]) throws -> Dataset {
    var table: [(name: String, column: AnyColumn)] = [
      (identifier, .strings(StringColumn(items.map(\.identifier))))
    ]
    for (name, like) in columns {
      let values = items.map { $0.features?[name] ?? Self.missing(like) }
      if let column = column(like, of: values) { table.append((name, column)) }
    }
    return try Dataset(table)
  }

  private static func missing(_ like: AnyColumn) -> ItemValue {
    switch like {
    case .strings: ""
    case .integers: 0
    case .floats: .number(.nan)
    case .stringLists, .integerLists, .floatLists: []
    }
  }

  /// What an item of the catalogue has, by column.
  func features(ofRow row: Int, in items: Dataset) -> [String: ItemValue] {
    var features: [String: ItemValue] = [:]
    for (name, _) in columns { features[name] = items[name: name]?.value(at: row) }
    return features
  }
}

// MARK: Values as columns hold them

extension CatalogueSchema {
  /// A column of a type with these values; nil where one does not fit.
  private func column(_ like: AnyColumn, of values: [ItemValue]) -> AnyColumn? {
    switch like {
    case .strings: values.all(\.string).map { .strings(StringColumn($0)) }
    case .integers: values.all(\.integer).map { .integers($0) }
    case .floats: values.all(\.float).map { .floats($0) }
    case .stringLists: values.all { $0.list(\.string) }.map { .stringLists(ListColumn($0)) }
    case .integerLists: values.all { $0.list(\.integer) }.map { .integerLists(ListColumn($0)) }
    case .floatLists: values.all { $0.list(\.float) }.map { .floatLists(ListColumn($0)) }
    }
  }
}

extension ItemValue {
  fileprivate var string: String? { if case .string(let text) = self { text } else { nil } }
  fileprivate var integer: Int? { if case .integer(let number) = self { number } else { nil } }

  /// Finite numbers; NaN stands for a missing one.
  fileprivate var float: Float? {
    switch self {
    case .integer(let number): return Float(number)
    case .number(let number):
      let float = Float(number)
      return float.isFinite || number.isNaN ? float : nil
    case .string, .list: return nil
    }
  }

  fileprivate func list<Element>(_ element: (ItemValue) -> Element?) -> [Element]? {
    guard case .list(let elements) = self else { return nil }
    return elements.all(element)
  }
}

extension [ItemValue] {
  /// Every element made into something else; nil where one cannot be.
  fileprivate func all<Result>(_ transform: (ItemValue) -> Result?) -> [Result]? {
    var results: [Result] = []
    results.reserveCapacity(count)
    for value in self {
      guard let result = transform(value) else { return nil }
      results.append(result)
    }
    return results
  }
}

extension AnyColumn {
  /// What stands in a row.
  func value(at row: Int) -> ItemValue {
    switch self {
    case .strings(let column): .string(column[row])
    case .integers(let column): .integer(column[row])
    case .floats(let column): .number(Double(column[row]))
    case .stringLists(let column): .list(column[row].map { .string($0) })
    case .integerLists(let column): .list(column[row].map { .integer($0) })
    case .floatLists(let column): .list(column[row].map { .number(Double($0)) })
    }
  }
}
