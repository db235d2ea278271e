internal import ShortlistTensors

/// How a table stands in a file.
///
/// ```swift
/// TableFormat.csv
/// TableFormat.tsv.withoutHeader(naming: ["user", "item", "rating", "time"])
/// TableFormat(delimiter: "|", isQuoted: false, encoding: .latin1)
/// ```
public struct TableFormat: Sendable, Hashable {
  public enum Encoding: String, Sendable, Hashable, Codable, CaseIterable {
    case utf8
    /// ISO-8859-1.
    case latin1
  }

  enum Kind: Sendable, Hashable {
    case delimited(UInt8, isDoubled: Bool)
    case jsonLines
    case tfRecord
  }
  let kind: Kind
  /// Whether fields may stand in double quotes, as RFC 4180 says.
  public private(set) var isQuoted: Bool
  public private(set) var encoding: Encoding
  /// The names of the columns of a file that does not begin with them.
  public private(set) var names: [String]?

  /// Commas, quotes and a header: RFC 4180, with any line ends.
  public static var csv: TableFormat { TableFormat(delimiter: ",") }
  /// Tabs, quotes and a header.
  public static var tsv: TableFormat { TableFormat(delimiter: "\t") }
  /// One JSON object a line; columns are keys. Other keys may hold anything.
  public static var jsonLines: TableFormat {
    TableFormat(kind: .jsonLines, isQuoted: false, encoding: .utf8)
  }

  /// TensorFlow's records, each a tf.Example; columns are features.
  public static var tfRecord: TableFormat {
    TableFormat(kind: .tfRecord, isQuoted: false, encoding: .utf8)
  }

  /// The formats by the names that recipes and the command line use.
  public static let named: [String: TableFormat] = [
    "csv": .csv, "tsv": .tsv, "jsonl": .jsonLines, "tfrecord": .tfRecord,
  ]

  private init(kind: Kind, isQuoted: Bool, encoding: Encoding) {
    self.kind = kind
    self.isQuoted = isQuoted
    self.encoding = encoding
  }

  /// - Precondition: the delimiter is one ASCII character, or the same one twice ("::") in a format
  ///   without quotes.
  public init(delimiter: String, isQuoted: Bool = true, encoding: Encoding = .utf8) {
    let bytes = Array(delimiter.utf8)
    precondition(
      (1...2).contains(bytes.count) && bytes.allSatisfy { $0 < 0x80 && $0 != 0x0a && $0 != 0x22 }
        && bytes.first == bytes.last && (bytes.count == 1 || !isQuoted),
      "a delimiter of \"\(delimiter)\" (quoted: \(isQuoted))")
    self.init(
      kind: .delimited(bytes[0], isDoubled: bytes.count == 2), isQuoted: isQuoted,
      encoding: encoding)
  }

  /// The format where quotes are characters like others.
  public var unquoted: TableFormat {
    var format = self
    format.isQuoted = false
    return format
  }

  /// The format in another encoding.
  public func encoded(as encoding: Encoding) -> TableFormat {
    var format = self
    format.encoding = encoding
    return format
  }

  /// The format of a file whose first line is a row already.
  public func withoutHeader(naming names: [String]) -> TableFormat {
    var format = self
    format.names = names
    return format
  }

  /// The format that a file name tells: `.csv`, `.tsv`, `.tab`, `.jsonl`, `.ndjson`, `.tfrecord`,
  /// `.tfrecords`, `.tfrec`, each perhaps followed by `.gz` and by the number of a shard
  /// (`.tfrecord-00000-of-00003`).
  ///
  /// - Throws: `DataError` for another name.
  public init(ofFileNamed name: String) throws(DataError) {
    switch (ShardName(name)?.stem ?? name).withoutGzip.pathExtension {
    case "csv": self = .csv
    case "tsv", "tab": self = .tsv
    case "jsonl", "ndjson": self = .jsonLines
    case "tfrecord", "tfrecords", "tfrec": self = .tfRecord
    default:
      throw DataError(
        .invalidArgument,
        "the name does not tell the format; name it .csv, .tsv, .jsonl or .tfrecord, or give the"
          + " format",
        at: .init(file: name))
    }
  }

  /// The format that the name of a file tells, or the names of the files of a pattern.
  ///
  /// - Throws: `DataError` for another name, and for a pattern that no file fits.
  public init(ofFilesNamed pattern: String) throws(DataError) {
    try self.init(ofFileNamed: FilePattern(pattern).files()[0])
  }

  var textEncoding: TextEncoding { encoding == .utf8 ? .utf8 : .latin1 }
}

/// A column to take from a file.
public struct ColumnSpecification: Sendable, Hashable {
  public enum ValueType: Sendable, Hashable {
    /// Numbers in JSON and integers in TFRecord stand for their digits.
    case string
    case integer
    /// A finite number; NaN and infinity are errors.
    case float
    /// Lists: arrays in JSON, features of any number of values in TFRecord, elsewhere values with a separator between them (an empty field is an
    /// empty list).
    case strings(separator: String = "|")
    case integers(separator: String = "|")
    case floats(separator: String = "|")
  }
  /// What the column is called in the dataset.
  public var name: String
  public var type: ValueType
  /// What it is called in the file.
  public var source: String
  /// Whether a file without it is an error; otherwise the dataset lacks it, too. What JSON Lines and TFRecord
  /// files have is told by their first row.
  public var isRequired: Bool

  public init(
    _ name: String, _ type: ValueType, from source: String? = nil, isRequired: Bool = true
  ) {
    self.name = name
    self.type = type
    self.source = source ?? name
    self.isRequired = isRequired
  }

  public init(_ feature: Feature<String>, from source: String? = nil, isRequired: Bool = true) {
    self.init(feature.name, .string, from: source, isRequired: isRequired)
  }

  public init(_ feature: Feature<Int>, from source: String? = nil, isRequired: Bool = true) {
    self.init(feature.name, .integer, from: source, isRequired: isRequired)
  }

  public init(_ feature: Feature<Float>, from source: String? = nil, isRequired: Bool = true) {
    self.init(feature.name, .float, from: source, isRequired: isRequired)
  }

  public init(
    _ feature: Feature<[String]>, separatedBy separator: String = "|", from source: String? = nil,
    isRequired: Bool = true
  ) {
    self.init(
      feature.name, .strings(separator: separator), from: source, isRequired: isRequired)
  }
}

/// What to do with a row that does not fit: too few fields, a rating that is no number.
public enum MalformedRows: String, Sendable, Hashable, Codable {
  /// The first one is an error.
  case fail
  /// They are left out and counted.
  case skip
}

/// The rows that were left out of a dataset.
public struct SkippedRows: Sendable, Hashable {
  public internal(set) var count = 0
  /// What was wrong with the first ten, and where.
  public internal(set) var first: [DataError] = []

  public init() {}

  mutating func add(_ error: DataError) {
    count += 1
    if first.count < 10 { first.append(error) }
  }

  /// Adds those of another file.
  public mutating func add(_ other: SkippedRows) {
    count += other.count
    first = Array((first + other.first).prefix(10))
  }
}
