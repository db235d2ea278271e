internal import ShortlistTensors

/// One reading of a file of delimited fields.
struct DelimitedReading {
  private let path: String
  private let format: TableFormat
  private let malformedRows: MalformedRows
  private let reader: RecordReader
  /// The columns taken, each with its place in the file.
  private var taken: [(column: ColumnSpecification, place: Int, builder: ColumnBuilder)] = []
  private var rowCount = 0
  private var skipped = SkippedRows()

  init(
    path: String, delimiter: UInt8, isDoubled: Bool, format: TableFormat,
    columns: [ColumnSpecification], malformedRows: MalformedRows
  ) throws(DataError) {
    self.path = path
    self.format = format
    self.malformedRows = malformedRows
    let names: [String]
    (reader, names) = try Self.open(path, delimiter, isDoubled, format)
    reader.fieldsPerRecord = names.count
    for column in columns {
      guard let place = names.firstIndex(of: column.source) else {
        if !column.isRequired { continue }
        throw DataError(
          .missingColumn,
          "there is no column \"\(column.source)\"; the columns are \(names.listed)",
          at: .init(file: path))
      }
      let builder = ColumnBuilder(
        column.type.textKind(format.textEncoding), check: column.type.check)
      taken.append((column, place, builder))
    }
  }

  /// The names of the columns of a file.
  static func names(
    in path: String, delimiter: UInt8, isDoubled: Bool, _ format: TableFormat
  ) throws(DataError) -> [String] {
    try open(path, delimiter, isDoubled, format).names
  }

  /// A reader that stands before the first row, and the names of the columns.
  private static func open(
    _ path: String, _ delimiter: UInt8, _ isDoubled: Bool, _ format: TableFormat
  ) throws(DataError) -> (reader: RecordReader, names: [String]) {
    let reader: RecordReader
    do throws(ByteError) {
      reader = try RecordReader(
        path: path, delimiter: delimiter, isDoubled: isDoubled,
        quote: format.isQuoted ? UInt8(ascii: "\"") : nil)
    } catch {
      throw DataError(error, file: path)
    }
    try reader.checkKind(path: path)
    if let names = format.names { return (reader, names) }
    return (reader, try header(of: reader, format, path))
  }

  private static func header(
    of reader: RecordReader, _ format: TableFormat, _ path: String
  ) throws(DataError) -> [String] {
    let record: (fields: [String?], line: Int)?
    do throws(ByteError) {
      record = try reader.nextFields(format.textEncoding)
    } catch {
      throw DataError(error, file: path)
    }
    guard let record else {
      throw DataError(
        .emptyFile, "there is no header line with the names of the columns", at: .init(file: path))
    }
    var names: [String] = []
    for (place, name) in record.fields.enumerated() {
      let location = DataError.Location(file: path, line: record.line)
      guard let name else {
        throw DataError(
          .wrongEncoding, "the name of column \(place + 1) is not UTF-8 or its quotes do not match",
          at: location)
      }
      if names.contains(name) {
        throw DataError(.duplicateColumn, "two columns are named \"\(name)\"", at: location)
      }
      names.append(name)
    }
    return names
  }

  mutating func run() throws(DataError) -> (dataset: Dataset, skipped: SkippedRows) {
    while let step = try next() {
      switch step {
      case .records(let count): try take(count)
      case .irregular(let fields, let line):
        let expected = reader.fieldsPerRecord
        try refuse(
          .wrongNumberOfFields, "\(fields) fields instead of \(expected)", line: line)
      case .malformedQuotes(let line):
        try refuse(
          .malformedText,
          "a quote stands inside a field without quotes, or text follows a closing one; a quote"
            + " inside quotes is written twice (or read the file as unquoted)", line: line)
      case .unclosedQuote(let line):
        try refuse(.malformedText, "a quote opens here and is never closed", line: line)
      }
    }
    var columns: [(name: String, column: AnyColumn)] = []
    for (column, _, builder) in taken {
      columns.append((column.name, column.type.column(of: builder)))
    }
    // A table without a single column has no rows to count by.
    return (try Dataset(columns), skipped)
  }

  private func next() throws(DataError) -> RecordReader.Step? {
    do throws(ByteError) {
      return try reader.next()
    } catch {
      throw DataError(error, file: path)
    }
  }

  private mutating func refuse(
    _ code: DataError.Code, _ message: String, line: Int
  ) throws(DataError) {
    let error = DataError(code, message, at: .init(file: path, line: line))
    if malformedRows == .fail { throw error }
    skipped.add(error)
  }

  private mutating func take(_ count: Int) throws(DataError) {
    var problems = RowProblems()
    for (column, place, builder) in taken {
      for problem in reader.append(column: place, to: builder) {
        let location = DataError.Location(
          file: path, line: reader.line(ofRecord: problem.record), field: column.source)
        problems.add(
          DataError(problem, in: location, type: column.type), record: problem.record)
      }
    }
    let records = problems.records
    if !records.isEmpty {
      try problems.settle(malformedRows, &skipped)
      let rows = records.map { rowCount + $0 }
      for (_, _, builder) in taken { builder.remove(rows: rows) }
    }
    rowCount += count - records.count
  }
}

extension RecordReader {
  /// Refuses a file that is empty, or that is no text.
  func checkKind(path: String) throws(DataError) {
    let location = DataError.Location(file: path)
    if isEmpty { throw DataError(.emptyFile, "the file is empty", at: location) }
    let bytes = firstBytes
    if bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
      throw DataError(
        .malformedText, "this is a ZIP archive; unpack it and give a file in it", at: location)
    }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw DataError(
        .wrongEncoding, "this is UTF-16; convert it with `iconv -f UTF-16 -t UTF-8`", at: location)
    }
  }
}

extension ColumnSpecification.ValueType {
  /// How a field of a delimited file is read: lists as strings that are taken apart in the end.
  func textKind(_ encoding: TextEncoding) -> ColumnBuilder.Kind {
    switch self {
    case .integer: .integers
    case .float: .floats
    default: .strings(encoding)
    }
  }

  private static func parts(_ text: String, _ separator: String) -> [String] {
    text.isEmpty
      ? [] : text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }

  private static func float(_ text: String) -> Float? {
    Float(text).flatMap { $0.isFinite ? $0 : nil }
  }

  /// What is wrong with a list of numbers.
  var check: (@Sendable (String) -> FieldProblem.Reason?)? {
    switch self {
    case .integers(let separator):
      { Self.parts($0, separator).allSatisfy { Int($0) != nil } ? nil : .notAnInteger }
    case .floats(let separator):
      { Self.parts($0, separator).allSatisfy { Self.float($0) != nil } ? nil : .notANumber }
    default: nil
    }
  }

  func column(of builder: ColumnBuilder) -> AnyColumn {
    if case .integer = self { return .integers(builder.integers) }
    if case .float = self { return .floats(builder.floats) }
    let strings = StringColumn(builder)
    switch self {
    case .strings(let separator):
      return .stringLists(strings.lists { Self.parts($0, separator) })
    case .integers(let separator):
      let lists = strings.distinct.map { Self.parts($0, separator).compactMap { Int($0) } }
      return .integerLists(ListColumn(strings.codes.map { lists[Int($0)] }))
    case .floats(let separator):
      let lists = strings.distinct.map { Self.parts($0, separator).compactMap(Self.float) }
      return .floatLists(ListColumn(strings.codes.map { lists[Int($0)] }))
    default:
      return .strings(strings)
    }
  }
}

extension StringColumn {
  /// What a reader has gathered.
  init(_ builder: ColumnBuilder) {
    let (distinct, codes) = builder.strings()
    if builder.hasRemoved {
      self.init(distinct: distinct, codes: codes)
    } else {
      self.init(checkedDistinct: distinct, codes: codes)
    }
  }

  /// A column of lists where each distinct string is taken apart once.
  func lists(_ parts: (String) -> [String]) -> ListColumn<StringColumn> {
    var table = StringTable()
    let lists = distinct.map { parts($0).map { Int32(table.insert($0)) } }
    var offsets = [0]
    offsets.reserveCapacity(codes.count + 1)
    var values: [Int32] = []
    for code in codes {
      values += lists[Int(code)]
      offsets.append(values.count)
    }
    return ListColumn(
      offsets: offsets, values: StringColumn(distinct: table.strings, codes: values))
  }
}
