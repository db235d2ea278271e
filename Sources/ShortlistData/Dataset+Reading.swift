internal import ShortlistTensors

extension Dataset {
  /// Reads a table from a file, gzip or plain.
  ///
  /// ```swift
  /// let plays = try Dataset(
  ///   contentsOf: "plays.csv.gz",
  ///   columns: [
  ///     .init(.userID, from: "listener"), .init("artist", .string),
  ///     .init(.userRating, from: "stars"), .init(.timestamp, from: "time", isRequired: false),
  ///   ])
  /// ```
  ///
  /// Columns are found by name, in any order; those that are not asked for are not looked at. Empty
  /// lines are passed over. A byte order mark and carriage returns at line ends are dropped. The file
  /// is read in pieces and never as a whole.
  ///
  /// - Parameters:
  ///   - path: a file, or a pattern with `*`, `?` or `[...]` in place of characters of a name; its files are
  ///     read in the order of their names. Where names end with `-00000-of-00003`, all three must be there.
  ///   - format: nil takes the one that the name tells.
  /// - Throws: `DataError` for the first thing that does not fit, with its line and field.
  public init(
    contentsOf path: String, format: TableFormat? = nil, columns: [ColumnSpecification]
  ) throws(DataError) {
    self = try Dataset.read(path, format: format, columns: columns, malformedRows: .fail).dataset
  }

  /// Reads a table from a file and says which rows were left out.
  ///
  /// - Throws: `DataError` for a file that cannot be read at all, and for the first malformed row
  ///   unless they are skipped.
  public static func read(
    _ path: String, format: TableFormat? = nil, columns: [ColumnSpecification],
    malformedRows: MalformedRows = .fail
  ) throws(DataError) -> (dataset: Dataset, skipped: SkippedRows) {
    let files = try FilePattern(path).files()
    let format = if let format { format } else { try TableFormat(ofFileNamed: files[0]) }
    var sources: Set<String> = []
    for column in columns where !sources.insert(column.source).inserted {
      throw DataError(
        .duplicateColumn, "two columns are to be taken from \"\(column.source)\"",
        at: .init(file: path))
    }
    if format.kind == .tfRecord {
      var reading = TFRecordReading(columns: columns, malformedRows: malformedRows)
      return try reading.run(files)
    }
    var (dataset, skipped) = try read(file: files[0], format, columns, malformedRows)
    for file in files.dropFirst() {
      let more = try read(file: file, format, columns, malformedRows)
      dataset = try dataset.appending(rows: more.dataset)
      skipped.add(more.skipped)
    }
    return (dataset, skipped)
  }

  private static func read(
    file path: String, _ format: TableFormat, _ columns: [ColumnSpecification],
    _ malformedRows: MalformedRows
  ) throws(DataError) -> (dataset: Dataset, skipped: SkippedRows) {
    switch format.kind {
    case .delimited(let delimiter, let isDoubled):
      var reading = try DelimitedReading(
        path: path, delimiter: delimiter, isDoubled: isDoubled, format: format, columns: columns,
        malformedRows: malformedRows)
      return try reading.run()
    case .jsonLines:
      var reading = try JSONLinesReading(
        path: path, columns: columns, malformedRows: malformedRows)
      return try reading.run()
    case .tfRecord:
      var reading = TFRecordReading(columns: columns, malformedRows: malformedRows)
      return try reading.run([path])
    }
  }
}

extension DataError {
  /// What the operating system or zlib said of a file.
  init(_ error: ByteError, file: String) {
    let location = Location(file: file)
    switch error {
    case .missing:
      self.init(.missingFile, "there is no such file", at: location)
    case .unreadable(let reason):
      self.init(.unreadableFile, "the file cannot be read: \(reason)", at: location)
    case .damagedGzip(let reason):
      self.init(
        .damagedArchive, "the gzip data are damaged (\(reason)); fetch the file again",
        at: location)
    case .recordTooLong(let bytes):
      self.init(
        .malformedText,
        "a record of more than \(bytes) bytes; is there a quote without its end, or are these"
          + " other data than text?",
        at: location)
    case .damagedRecord(let record, let damage):
      self.init(.damagedArchive, damage.described, at: Location(file: file, record: record))
    }
  }

  /// What is wrong with a field.
  init(_ problem: FieldProblem, in location: Location, type: ColumnSpecification.ValueType) {
    let found = problem.text.isEmpty ? "nothing" : "\"\(problem.text.prefix(60))\""
    switch problem.reason {
    case .notANumber:
      self.init(.notANumber, "\(found) is not a number", at: location)
    case .notAnInteger:
      self.init(.notANumber, "\(found) is not a whole number", at: location)
    case .outOfRange:
      self.init(
        .notANumber, "\(found) is not a finite number that fits; NaN and infinity are not accepted",
        at: location)
    case .wrongEncoding:
      self.init(
        .wrongEncoding,
        "\(found) is not UTF-8; declare the encoding as latin1 or convert it with `iconv -t UTF-8`",
        at: location)
    case .malformedQuotes:
      self.init(
        .malformedText, "the quotes do not match; a quote inside quotes is written twice",
        at: location)
    case .malformedJSON:
      self.init(
        .malformedText, "this is not a JSON object: what is wrong is at \(found)", at: location)
    case .blankLine:
      self.init(.malformedText, "the line is empty", at: location)
    case .missing:
      self.init(
        .missingColumn,
        location.record == nil
          ? "the object lacks the key, or its value is null" : "the record lacks the feature",
        at: location)
    case .wrongKind:
      self.init(.wrongType, "the value is not \(type.described)", at: location)
    case .malformedExample:
      self.init(.malformedText, "this is not a tf.Example", at: location)
    case .notOneValue(let count):
      self.init(
        .wrongType, "\(count) values instead of one; ask for a list, or leave the record out",
        at: location)
    }
  }
}

extension RecordDamage {
  var described: String {
    switch self {
    case .wrongLengthChecksum:
      "the checksum of the record's length is wrong: the file is damaged, or no TFRecord file"
    case .wrongChecksum: "the checksum of the record is wrong: the file is damaged; make it anew"
    case .cutOff: "the file ends inside the record: it was cut off; make it anew"
    case .tooLong(let length):
      "a record of \(length) bytes; expected at most \(TFRecordReader.longestRecord)"
    }
  }
}

extension ColumnSpecification.ValueType {
  var described: String {
    switch self {
    case .string: "a string"
    case .integer, .float: "a number"
    case .strings: "a list of strings"
    case .integers, .floats: "a list of numbers"
    }
  }
}

/// The bad rows of one run of records: the first problem of each, in the order of lines.
struct RowProblems {
  private var byRecord: [Int: DataError] = [:]

  private var blank: Set<Int> = []

  mutating func add(_ error: DataError, record: Int) {
    if byRecord[record] == nil { byRecord[record] = error }
  }

  /// An empty line, which is left out without a word.
  mutating func add(blank record: Int) { blank.insert(record) }

  /// The records to leave out, rising.
  var records: [Int] { blank.union(byRecord.keys).sorted() }

  /// Throws the first problem, or counts them all.
  func settle(_ policy: MalformedRows, _ skipped: inout SkippedRows) throws(DataError) {
    for record in records where !blank.contains(record) {
      guard let error = byRecord[record] else { continue }
      if policy == .fail { throw error }
      skipped.add(error)
    }
  }
}
