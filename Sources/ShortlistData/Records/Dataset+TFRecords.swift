internal import Foundation
internal import ShortlistTensors

extension Dataset {
  /// How record files are compressed.
  public enum RecordCompression: String, Sendable, Hashable, CaseIterable {
    case none
    case gzip
  }

  /// Writes the table as TFRecord files of tf.Examples, one a row.
  ///
  /// ```swift
  /// try ratings.writeTFRecords(to: "ratings.tfrecord")
  /// try ratings.writeTFRecords(to: "ratings.tfrecord.gz", shards: 3)
  /// // ratings.tfrecord-00000-of-00003.gz, ratings.tfrecord-00001-of-00003.gz, ...
  /// ```
  ///
  /// Strings become `bytes_list`, integers `int64_list`, floats `float_list`; a row of a scalar column has one
  /// value, an empty list stands there as a list without values. Shards hold the rows in order, as evenly as they
  /// go. Every file appears whole or not at all, replacing one that stands there; a set of shards that was not
  /// finished lacks some, which readers refuse.
  ///
  /// - Parameters:
  ///   - path: the file, which should end in `.tfrecord`; with several shards what stands before their number.
  ///   - shards: into how many files; 1 writes one file with the name itself.
  ///   - compression: nil compresses where the name ends in `.gz`.
  /// - Returns: the files.
  /// - Throws: `DataError`, `FileError`.
  @discardableResult
  public func writeTFRecords(
    to path: String, shards: Int = 1, compression: RecordCompression? = nil
  ) throws -> [String] {
    guard (1...99_999).contains(shards) else {
      throw DataError(.invalidArgument, "\(shards) shards; expected 1 to 99,999")
    }
    let isGzip = compression.map { $0 == .gzip } ?? (path.withoutGzip != path)
    let ending = path.withoutGzip == path ? "" : String(path.suffix(3))
    let files =
      shards == 1
      ? [path]
      : ShardName(stem: path.withoutGzip, ending: ending, shard: 0, of: shards).all.map(\.name)
    var encoder = exampleEncoder
    for (shard, file) in files.enumerated() {
      let rows = Self.rows(ofShard: shard, of: shards, among: rowCount)
      try CompressedFile.write(to: URL(filePath: file), gzip: isGzip) { append in
        for row in rows {
          let example = encoder.encode(row: row)
          try append { TFRecord.append(example, to: &$0) }
        }
      }
    }
    return files
  }

  /// The rows of a shard: from round(shard * rows / shards) on, halves to even, as TensorFlow Datasets cuts.
  static func rows(ofShard shard: Int, of shards: Int, among rows: Int) -> Range<Int> {
    func cut(_ shard: Int) -> Int {
      Int((Double(rows) * Double(shard) / Double(shards)).rounded(.toNearestOrEven))
    }
    return cut(shard)..<cut(shard + 1)
  }

  var exampleEncoder: ExampleEncoder {
    var encoder = ExampleEncoder()
    for (name, column) in zip(columnNames, columns) {
      switch column {
      case .strings(let column): encoder.add(name, column.exampleValues)
      case .integers(let column): encoder.add(name, .integers(column))
      case .floats(let column): encoder.add(name, .floats(column))
      case .stringLists(let column):
        encoder.add(name, column.values.exampleValues, offsets: column.offsets)
      case .integerLists(let column):
        encoder.add(name, .integers(column.values), offsets: column.offsets)
      case .floatLists(let column):
        encoder.add(name, .floats(column.values), offsets: column.offsets)
      }
    }
    return encoder
  }
}

extension StringColumn {
  fileprivate var exampleValues: ExampleEncoder.Values {
    .strings(distinct: distinct, codes: codes)
  }
}
