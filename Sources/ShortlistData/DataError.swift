public import Foundation

/// What went wrong with data from outside, where, and how to mend it.
public struct DataError: Error, Sendable, Hashable {
  /// The kind of an error, for programs; new kinds may be added.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String {
      case unreadableFile, unwritableFile, missingFile, emptyFile, missingColumn, duplicateColumn
      case wrongNumberOfFields, wrongType, notANumber, wrongEncoding, malformedText
      case damagedArchive, wrongChecksum, unreachable, unequalLengths, invalidArgument
      case invalidFilter
    }
    private let kind: Kind
    public var description: String { kind.rawValue }

    /// The file exists but cannot be read.
    public static var unreadableFile: Code { Code(kind: .unreadableFile) }
    /// No permission, or no room.
    public static var unwritableFile: Code { Code(kind: .unwritableFile) }
    public static var missingFile: Code { Code(kind: .missingFile) }
    public static var emptyFile: Code { Code(kind: .emptyFile) }
    public static var missingColumn: Code { Code(kind: .missingColumn) }
    public static var duplicateColumn: Code { Code(kind: .duplicateColumn) }
    public static var wrongNumberOfFields: Code { Code(kind: .wrongNumberOfFields) }
    /// A column has another type than the one asked for.
    public static var wrongType: Code { Code(kind: .wrongType) }
    public static var notANumber: Code { Code(kind: .notANumber) }
    /// Bytes that are not of the declared encoding.
    public static var wrongEncoding: Code { Code(kind: .wrongEncoding) }
    /// Text that breaks the rules of its format: a quote without its end, broken JSON.
    public static var malformedText: Code { Code(kind: .malformedText) }
    /// A gzip, ZIP or TFRecord file that is cut off or altered.
    public static var damagedArchive: Code { Code(kind: .damagedArchive) }
    /// A download whose size or checksum is not the published one.
    public static var wrongChecksum: Code { Code(kind: .wrongChecksum) }
    /// A site that does not answer, or not with the file.
    public static var unreachable: Code { Code(kind: .unreachable) }
    public static var unequalLengths: Code { Code(kind: .unequalLengths) }
    /// A fraction, count or name that makes no sense.
    public static var invalidArgument: Code { Code(kind: .invalidArgument) }
    /// A filter whose text is not understood, or that is too large.
    public static var invalidFilter: Code { Code(kind: .invalidFilter) }
  }

  /// A place in a file.
  public struct Location: Sendable, Hashable {
    public var file: String
    /// Counted from 1; a quoted field may span lines, its record begins at this one.
    public var line: Int?
    /// The number of a TFRecord in its file, counted from 1.
    public var record: Int?
    /// The name of the column.
    public var field: String?

    public init(file: String, line: Int? = nil, record: Int? = nil, field: String? = nil) {
      self.file = file
      self.line = line
      self.record = record
      self.field = field
    }
  }

  public var code: Code
  /// What happened, what was expected, and how to mend it.
  public var message: String
  public var location: Location?

  public init(_ code: Code, _ message: String, at location: Location? = nil) {
    self.code = code
    self.message = message
    self.location = location
  }
}

extension DataError.Location: CustomStringConvertible {
  /// `FILE, line 3, field "rating"`.
  public var description: String {
    file + (line.map { ", line \($0)" } ?? "") + (record.map { ", record \($0)" } ?? "")
      + (field.map { ", field \"\($0)\"" } ?? "")
  }
}

extension DataError: CustomStringConvertible, LocalizedError {
  public var description: String { (location.map { "\($0): " } ?? "") + message }
  public var errorDescription: String? { description }
}
