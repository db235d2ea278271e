public import Foundation

/// An artefact cannot be read or written.
public struct ArtifactError: Error, Sendable, Equatable {
  /// What went wrong, for programs.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String {
      case notFound, newerFormat, invalidManifest, missingFile, damagedFile, exists, invalidName
      case unsupportedIndex
    }
    private let value: Value

    /// There is no artefact at that place.
    public static let notFound = Code(value: .notFound)
    /// A newer version of Shortlist wrote the artefact.
    public static let newerFormat = Code(value: .newerFormat)
    /// The manifest is not what a manifest is.
    public static let invalidManifest = Code(value: .invalidManifest)
    /// A file that the manifest lists is not there.
    public static let missingFile = Code(value: .missingFile)
    /// A file has other bytes than when it was written.
    public static let damagedFile = Code(value: .damagedFile)
    /// The version to be written is there already.
    public static let exists = Code(value: .exists)
    /// A file's name leads out of the artefact.
    public static let invalidName = Code(value: .invalidName)
    /// The index is of a type that artefacts do not hold.
    public static let unsupportedIndex = Code(value: .unsupportedIndex)

    public var description: String { value.rawValue }
  }

  public let code: Code
  /// The folder or the file in question.
  public let path: String
  /// What was found, where, what was expected, and how to mend it.
  public let message: String

  public init(_ code: Code, path: String, message: String) {
    self.code = code
    self.path = path
    self.message = "\(path): \(message)"
  }
}

extension ArtifactError: CustomStringConvertible, LocalizedError {
  public var description: String { message }
  public var errorDescription: String? { message }
}
