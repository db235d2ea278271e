internal import CShortlistKernels

/// The columns that the tf.Examples of record files fill.
package final class ExampleColumns {
  /// The features that become columns where none were asked for.
  package static let mostColumns = 4096

  package private(set) var columns: [ExampleColumn]
  package private(set) var rowCount = 0
  private var scanner: ExampleScanner

  /// Columns that were asked for; nil makes a column of every feature.
  package init(_ columns: [ExampleColumn]?) {
    self.columns = columns ?? []
    scanner = ExampleScanner(
      self.columns.map(\.key), addingUpTo: columns == nil ? Self.mostColumns : 0)
  }

  /// The names of the features that were seen, or are wanted.
  package var featureNames: [String] { scanner.allNames }

  /// Whether there were more features than become columns.
  package var hasTooManyColumns: Bool { scanner.hasTooManyColumns }

  /// Adds the next records of a file, at most a few hundred; nil at its end. Problems are those of columns, those
  /// of whole records stand under the column -1.
  package func append(
    _ reader: TFRecordReader
  ) throws(ByteError) -> [(column: Int, problem: FieldProblem)]? {
    guard try reader.nextRun(atMost: ExampleScanner.runLimit) > 0 else { return nil }
    let problems = unsafe reader.withPayloads { bytes, records in unsafe append(bytes, records) }
    if reader.recordsBefore == 0 { reserve(for: reader) }
    return problems
  }

  /// Makes room for the rest of a file, as much as its first records tell.
  private func reserve(for reader: TFRecordReader) {
    guard let size = reader.plainSize, reader.byteCount > 0, rowCount > 0 else { return }
    let more = Double(max(0, size - reader.byteCount)) / Double(reader.byteCount)
    for column in columns {
      guard let builder = column.builder else { continue }
      let perRun = Double(builder.count) / Double(rowCount) * Double(reader.runCount)
      builder.reserve(builder.count + Int(perRun * more * 1.01))
    }
  }

  @unsafe
  private func append(
    _ bytes: UnsafeMutablePointer<UInt8>, _ records: UnsafeBufferPointer<sl_text_field>
  ) -> [(column: Int, problem: FieldProblem)] {
    unsafe scanner.scan(bytes, records)
    for name in scanner.columnNames[columns.count...] {
      columns.append(ExampleColumn(name, after: rowCount))
    }
    var problems: [(column: Int, problem: FieldProblem)] = scanner.malformed.map {
      (-1, FieldProblem(record: $0, reason: .malformedExample, text: ""))
    }
    for k in columns.indices {
      let cells = unsafe scanner.cells(of: k, records.count)
      for problem in unsafe columns[k].append(bytes, cells) { problems.append((k, problem)) }
    }
    rowCount += records.count
    return problems
  }

  /// Removes rows, given in rising order.
  package func remove(rows: [Int]) {
    guard !rows.isEmpty else { return }
    rowCount -= rows.count
    for k in columns.indices { columns[k].remove(rows: rows) }
  }
}
