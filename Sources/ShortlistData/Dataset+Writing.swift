internal import Foundation
internal import ShortlistTensors

extension Dataset {
  /// Writes the table as a file of text or records, in the format that its name tells: `.csv`, `.tsv`, `.jsonl` or
  /// `.tfrecord`, each perhaps followed by `.gz`. The file appears whole or not at all.
  ///
  /// What is written is read equal. In CSV and TSV the values of a list have "|" between them.
  ///
  /// - Throws: `DataError` for another name, and for a value that the format cannot hold (a "|" in a list of strings,
  ///   a number that is not finite); `FileError`.
  public func write(to path: String) throws {
    let format = try TableFormat(ofFileNamed: path)
    let text: TableText
    switch format.kind {
    case .tfRecord:
      try writeTFRecords(to: path)
      return
    case .jsonLines: text = try TableText(jsonLinesOf: self)
    case .delimited(let delimiter, _):
      text = try TableText(self, delimiter: delimiter)
    }
    try CompressedFile.write(to: URL(filePath: path), gzip: path.withoutGzip != path) { append in
      try append { $0 += text.header.utf8 }
      for row in 0..<rowCount { try append { $0 += text.line(row).utf8 } }
    }
  }
}

/// A table as lines of text.
private struct TableText {
  private(set) var header = ""
  /// What stands before, between and after the values of a line, and the text of each value.
  private let (first, between, last): (String, String, String)
  private var values: [(Int) -> String] = []

  init(jsonLinesOf dataset: Dataset) throws(DataError) {
    (first, between, last) = ("{", ", ", "}\n")
    for (name, column) in zip(dataset.columnNames, dataset.columns) {
      let key = name.quotedForJSON + ": "
      let (value, offsets) = try Self.values(of: column, named: name) { $0.quotedForJSON }
      values.append { row in
        guard let offsets else { return key + value(row) }
        let list = (offsets[row]..<offsets[row + 1]).map(value)
        return key + "[" + list.joined(separator: ", ") + "]"
      }
    }
  }

  init(_ dataset: Dataset, delimiter: UInt8) throws(DataError) {
    func field(_ text: String) -> String { text.quoted(forDelimiter: delimiter) }
    (first, between, last) = ("", String(Unicode.Scalar(delimiter)), "\n")
    header = dataset.columnNames.map(field).joined(separator: between) + "\n"
    for (name, column) in zip(dataset.columnNames, dataset.columns) {
      if case .stringLists(let lists) = column,
        let wrong = lists.values.distinct.first(where: {
          $0.isEmpty || $0.utf8.contains(UInt8(ascii: "|"))
        })
      {
        throw DataError(
          .invalidArgument,
          "column \"\(name)\": \"\(wrong)\" cannot stand in a list here; write .jsonl or .tfrecord")
      }
      let (value, offsets) = try Self.values(of: column, named: name) { $0 }
      values.append { row in
        guard let offsets else { return field(value(row)) }
        return field((offsets[row]..<offsets[row + 1]).map(value).joined(separator: "|"))
      }
    }
  }

  func line(_ row: Int) -> String {
    first + values.map { $0(row) }.joined(separator: between) + last
  }

  /// The text of each value of a column, and where the lists of rows begin and end.
  private static func values(
    of column: AnyColumn, named name: String, _ text: (String) -> String
  ) throws(DataError) -> (value: (Int) -> String, offsets: [Int]?) {
    func strings(_ column: StringColumn) -> (Int) -> String {
      let distinct = column.distinct.map(text)
      return { distinct[Int(column.codes[$0])] }
    }
    func floats(_ values: [Float]) throws(DataError) -> (Int) -> String {
      if let row = values.firstIndex(where: { !$0.isFinite }) {
        throw DataError(
          .notANumber, "column \"\(name)\": \(values[row]) cannot be written as a number")
      }
      return { "\(values[$0])" }
    }
    switch column {
    case .strings(let column): return (strings(column), nil)
    case .integers(let values): return ({ "\(values[$0])" }, nil)
    case .floats(let values): return (try floats(values), nil)
    case .stringLists(let lists): return (strings(lists.values), lists.offsets)
    case .integerLists(let lists): return ({ "\(lists.values[$0])" }, lists.offsets)
    case .floatLists(let lists): return (try floats(lists.values), lists.offsets)
    }
  }
}
