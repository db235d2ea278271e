public import Foundation

/// What went wrong between Shortlist and the formats of TensorFlow, where, and how to mend it.
public struct TensorFlowError: Error, Sendable, Hashable {
  /// The kind of an error, for programs; new kinds may be added.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String { case damagedFile, missingFile, unsupportedModel, invalidArgument }
    private let kind: Kind
    public var description: String { kind.rawValue }

    /// A file that is cut off, altered, or not of the format.
    public static var damagedFile: Code { Code(kind: .damagedFile) }
    public static var missingFile: Code { Code(kind: .missingFile) }
    /// A model that the other format, or this library, has no way to say.
    public static var unsupportedModel: Code { Code(kind: .unsupportedModel) }
    /// A count or a name that makes no sense.
    public static var invalidArgument: Code { Code(kind: .invalidArgument) }
  }

  public var code: Code
  /// The file or folder; empty where none is concerned.
  public var path: String
  /// What happened, what was expected, and how to mend it.
  public var message: String

  public init(_ code: Code, path: String = "", message: String) {
    self.code = code
    self.path = path
    self.message = message
  }
}

extension TensorFlowError: CustomStringConvertible, LocalizedError {
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
  public var errorDescription: String? { description }
}
