internal import ShortlistTensors

/// One reading of files of tf.Examples.
struct TFRecordReading {
  private let malformedRows: MalformedRows
  /// What was asked for; nil takes every feature.
  private let specifications: [ColumnSpecification]?
  private let columns: ExampleColumns
  private var skipped = SkippedRows()
  /// The optional columns that the first record lacks.
  private var absent: Set<Int> = []
  /// The bytes of the files before the one at hand.
  private var bytesBefore = 0
  /// The rows that each file gave.
  private(set) var rowCounts: [Int] = []

  init(columns: [ColumnSpecification]?, malformedRows: MalformedRows = .fail) {
    specifications = columns
    self.malformedRows = malformedRows
    self.columns = ExampleColumns(
      columns?.map { ExampleColumn($0.source, $0.type.shape, accepting: $0.type.accepted) })
  }

  mutating func run(_ paths: [String]) throws(DataError) -> (dataset: Dataset, skipped: SkippedRows)
  {
    for path in paths {
      let before = columns.rowCount
      try read(path)
      rowCounts.append(columns.rowCount - before)
    }
    return (try dataset(of: paths), skipped)
  }

  private mutating func read(_ path: String) throws(DataError) {
    let reader: TFRecordReader
    do throws(ByteError) {
      reader = try TFRecordReader(path: path)
    } catch {
      throw DataError(error, file: path)
    }
    while true {
      let rows = columns.rowCount
      guard let problems = try next(reader, path) else {
        bytesBefore += reader.byteCount
        return
      }
      if rows == 0, absent.isEmpty { absent = optionalColumns(among: problems) }
      try settle(problems, after: rows, of: reader, path)
      try checkSize(reader, path)
    }
  }

  private func next(
    _ reader: TFRecordReader, _ path: String
  ) throws(DataError) -> [(column: Int, problem: FieldProblem)]? {
    do throws(ByteError) {
      return try columns.append(reader)
    } catch {
      throw DataError(error, file: path)
    }
  }

  /// The optional columns that the first record lacks.
  private func optionalColumns(
    among problems: [(column: Int, problem: FieldProblem)]
  ) -> Set<Int> {
    guard let specifications else { return [] }
    let lacking = problems.filter {
      $0.problem.record == 0 && $0.problem.reason == .missing && $0.column >= 0
    }
    return Set(lacking.map(\.column).filter { !specifications[$0].isRequired })
  }

  private mutating func settle(
    _ found: [(column: Int, problem: FieldProblem)], after rows: Int, of reader: TFRecordReader,
    _ path: String
  ) throws(DataError) {
    guard !found.isEmpty else { return }
    var problems = RowProblems()
    for (column, problem) in found where !absent.contains(column) {
      var location = DataError.Location(
        file: path, record: reader.recordsBefore + problem.record + 1)
      var type = ColumnSpecification.ValueType.string
      if column >= 0 {
        location.field = columns.columns[column].key
        type = specifications?[column].type ?? columns.columns[column].kind?.valueType ?? type
      }
      problems.add(DataError(problem, in: location, type: type), record: problem.record)
    }
    let records = problems.records
    guard !records.isEmpty else { return }
    try problems.settle(malformedRows, &skipped)
    columns.remove(rows: records.map { rows + $0 })
  }

  /// Refuses a table that would be nearly all empty: its memory would have nothing to do with the file's size.
  private func checkSize(_ reader: TFRecordReader, _ path: String) throws(DataError) {
    guard specifications == nil else { return }
    let cells = columns.columns.count * columns.rowCount
    guard columns.hasTooManyColumns || cells > max(1 << 26, 8 * (bytesBefore + reader.byteCount))
    else { return }
    throw DataError(
      .invalidArgument,
      "\(columns.columns.count) features or more of which each record has few; give the columns that"
        + " are wanted", at: .init(file: path))
  }

  private func dataset(of paths: [String]) throws(DataError) -> Dataset {
    var found: [(name: String, column: AnyColumn)] = []
    for (place, column) in columns.columns.enumerated() where !absent.contains(place) {
      guard let specification = specifications?[place] else {
        if let any = column.column { found.append((column.key, any)) }
        continue
      }
      if column.kind == nil, columns.rowCount > 0 {
        if !specification.isRequired { continue }
        throw DataError(
          .missingColumn,
          "no record has the feature \"\(column.key)\"; the features are "
            + columns.featureNames.filter { $0 != column.key }.listed,
          at: .init(file: paths.first ?? ""))
      }
      found.append((specification.name, specification.type.column(of: column)))
    }
    return try Dataset(found)
  }
}
