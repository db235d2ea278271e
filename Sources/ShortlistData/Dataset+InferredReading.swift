internal import Foundation
internal import ShortlistTensors

extension Dataset {
  /// Reads all columns of a table, with the types that the data have.
  ///
  /// ```swift
  /// let ratings = try Dataset(contentsOf: "ratings-*.tfrecord")
  /// ```
  ///
  /// - TFRecord: `bytes_list` gives strings, which must be UTF-8, `int64_list` integers, `float_list` floats. A
  ///   feature that has exactly one value in every record is a scalar column, others are lists, and a record that
  ///   lacks the feature has an empty one.
  /// - JSON Lines: the keys and kinds of the first object; numbers are integers where all of them are written so.
  /// - CSV and TSV: a column is one of integers or floats where every field is such a number, else of strings; a
  ///   number with a zero before it ("007") is none, nor is an integer that 64 bits do not hold.
  ///
  /// - Parameters:
  ///   - path: a file or a pattern, as in `init(contentsOf:format:columns:)`.
  ///   - format: nil takes the one that the name tells.
  /// - Throws: `DataError` for the first thing that does not fit, with its line or record, and its field.
  public init(contentsOf path: String, format: TableFormat? = nil) throws(DataError) {
    let files = try FilePattern(path).files()
    let format = if let format { format } else { try TableFormat(ofFileNamed: files[0]) }
    switch format.kind {
    case .tfRecord:
      var reading = TFRecordReading(columns: nil)
      self = try reading.run(files).dataset
    case .jsonLines:
      let columns = try JSONLinesReading.columns(ofFirstObjectIn: files[0])
      self = try Dataset(contentsOf: path, format: format, columns: columns.specifications)
        .inferringNumbers(in: columns.numbers)
    case .delimited(let delimiter, let isDoubled):
      let names = try DelimitedReading.names(
        in: files[0], delimiter: delimiter, isDoubled: isDoubled, format)
      self = try Dataset(
        contentsOf: path, format: format, columns: names.map { .init($0, .string) }
      ).inferringNumbers(in: Set(names))
    }
  }

  /// The table with these columns of strings as numbers, where every string is one.
  private func inferringNumbers(in names: Set<String>) -> Dataset {
    Dataset(
      rowCount: rowCount, names: columnNames,
      columns: zip(columnNames, columns).map { name, column in
        guard names.contains(name) else { return column }
        switch column {
        case .strings(let strings):
          if let values = strings.parsed(Self.integer) { return .integers(values) }
          return strings.parsed(Self.float).map { .floats($0) } ?? column
        case .stringLists(let lists):
          if let values = lists.values.parsed(Self.integer) {
            return .integerLists(ListColumn(offsets: lists.offsets, values: values))
          }
          return lists.values.parsed(Self.float).map {
            .floatLists(ListColumn(offsets: lists.offsets, values: $0))
          } ?? column
        default: return column
        }
      })
  }

  private static func integer(_ text: String) -> Int? {
    Int(text).flatMap { String($0) == text ? $0 : nil }
  }

  private static func float(_ text: String) -> Float? {
    let digits = text.drop { $0 == "-" }
    guard let first = digits.first, first.isASCII, first.isNumber,
      first != "0" || digits.count == 1 || !(digits.dropFirst().first?.isNumber ?? false),
      text.utf8.allSatisfy({ $0 < 0x3a || $0 | 0x20 == UInt8(ascii: "e") }),
      // Identifiers that 64 bits do not hold would become equal.
      !digits.allSatisfy(\.isNumber) || Int(text) != nil
    else { return nil }
    return Float(text).flatMap { $0.isFinite ? $0 : nil }
  }
}

extension StringColumn {
  /// The values of strings that all can be read; nil where one cannot, or there are none.
  fileprivate func parsed<Value>(_ parse: (String) -> Value?) -> [Value]? {
    var values: [Value] = []
    for string in distinct {
      guard let value = parse(string) else { return nil }
      values.append(value)
    }
    return values.isEmpty ? nil : codes.map { values[Int($0)] }
  }
}
