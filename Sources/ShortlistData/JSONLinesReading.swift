internal import Foundation
internal import ShortlistTensors

/// One reading of a file of JSON objects, one a line.
struct JSONLinesReading {
  private let path: String
  private let malformedRows: MalformedRows
  private let reader: RecordReader
  private let specifications: [ColumnSpecification]
  private let columns: JSONColumns
  private var skipped = SkippedRows()

  init(
    path: String, columns: [ColumnSpecification], malformedRows: MalformedRows
  ) throws(DataError) {
    self.path = path
    self.malformedRows = malformedRows
    do throws(ByteError) {
      reader = try Self.open(path)
    } catch {
      throw DataError(error, file: path)
    }
    try reader.checkKind(path: path)
    let optional = columns.contains { !$0.isRequired }
    let keys = optional ? try Self.firstKeys(path) : []
    specifications = columns.filter { $0.isRequired || keys.contains($0.source) }
    self.columns = JSONColumns(
      specifications.map {
        .init(key: $0.source, isList: $0.type.isList, builder: ColumnBuilder($0.type.jsonKind))
      })
    reader.fieldsPerRecord = 1
  }

  /// The keys of the first object, which tell whether an optional column is there.
  private static func firstKeys(_ path: String) throws(DataError) -> Set<String> {
    Set(try firstObject(path)?.keys ?? [:].keys)
  }

  private static func firstObject(_ path: String) throws(DataError) -> [String: Any]? {
    do throws(ByteError) {
      let line = try open(path).nextFields()?.fields.first ?? nil
      let object = line.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) }
      return object as? [String: Any]
    } catch {
      throw DataError(error, file: path)
    }
  }

  /// The columns that the first object has, in the order of their names, all as strings; and those of numbers.
  static func columns(
    ofFirstObjectIn path: String
  ) throws(DataError) -> (specifications: [ColumnSpecification], numbers: Set<String>) {
    _ = try JSONLinesReading(path: path, columns: [], malformedRows: .fail)
    var specifications: [ColumnSpecification] = []
    var numbers: Set<String> = []
    for (key, value) in (try firstObject(path) ?? [:]).sorted(by: { $0.key < $1.key }) {
      let list = value as? [Any]
      specifications.append(.init(key, list == nil ? .string : .strings()))
      // Of an empty list nothing is known.
      if let first = (list ?? [value]).first, first is NSNumber { numbers.insert(key) }
    }
    return (specifications, numbers)
  }

  private static func open(_ path: String) throws(ByteError) -> RecordReader {
    try RecordReader(path: path, delimiter: UInt8(ascii: "\n"))
  }

  mutating func run() throws(DataError) -> (dataset: Dataset, skipped: SkippedRows) {
    while let step = try next() {
      guard case .records = step else { continue }
      try take()
    }
    var found: [(name: String, column: AnyColumn)] = []
    for (specification, column) in zip(specifications, columns.columns) {
      found.append((specification.name, specification.type.jsonColumn(of: column)))
    }
    return (try Dataset(found), skipped)
  }

  private func next() throws(DataError) -> RecordReader.Step? {
    do throws(ByteError) {
      return try reader.next()
    } catch {
      throw DataError(error, file: path)
    }
  }

  private mutating func take() throws(DataError) {
    let rows = columns.rowCount
    var problems = RowProblems()
    for (column, problem) in columns.append(reader) {
      if problem.reason == .blankLine {
        problems.add(blank: problem.record)
        continue
      }
      var location = DataError.Location(file: path, line: reader.line(ofRecord: problem.record))
      if column >= 0 { location.field = specifications[column].source }
      problems.add(
        DataError(
          problem, in: location, type: column >= 0 ? specifications[column].type : .string),
        record: problem.record)
    }
    let records = problems.records
    guard !records.isEmpty else { return }
    try problems.settle(malformedRows, &skipped)
    columns.remove(rows: records.map { rows + $0 })
  }
}

extension ColumnSpecification.ValueType {
  var isList: Bool {
    switch self {
    case .string, .integer, .float: false
    case .strings, .integers, .floats: true
    }
  }

  var jsonKind: ColumnBuilder.Kind {
    switch self {
    case .string, .strings: .strings(.utf8)
    case .integer, .integers: .integers
    case .float, .floats: .floats
    }
  }

  func jsonColumn(of column: JSONColumns.Column) -> AnyColumn {
    let strings = StringColumn(column.builder)
    return switch self {
    case .string: .strings(strings)
    case .integer: .integers(column.builder.integers)
    case .float: .floats(column.builder.floats)
    case .strings: .stringLists(ListColumn(offsets: column.offsets, values: strings))
    case .integers:
      .integerLists(ListColumn(offsets: column.offsets, values: column.builder.integers))
    case .floats: .floatLists(ListColumn(offsets: column.offsets, values: column.builder.floats))
    }
  }
}
