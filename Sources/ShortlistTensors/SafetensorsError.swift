public import Foundation

/// A file of tensors is damaged, or is not what the caller expects.
public struct TensorFileError: Error, Sendable, Equatable {
  /// What went wrong, for programs.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String { case truncated, invalidHeader, invalidTensor, missing, wrongType }
    private let value: Value

    /// The file ends too early, or is longer than its header says.
    public static let truncated = Code(value: .truncated)
    /// The header is not the JSON that the format asks for.
    public static let invalidHeader = Code(value: .invalidHeader)
    /// A tensor's type, shape or place contradicts the file.
    public static let invalidTensor = Code(value: .invalidTensor)
    /// There is no tensor of that name.
    public static let missing = Code(value: .missing)
    /// The tensor has another type or number of dimensions.
    public static let wrongType = Code(value: .wrongType)

    public var description: String { value.rawValue }
  }

  public let code: Code
  /// The file, as the caller named it.
  public let path: String
  /// What was found, where, and what was expected.
  public let message: String

  public init(_ code: Code, path: String, message: String) {
    self.code = code
    self.path = path
    self.message = "\(path): \(message)"
  }
}

extension TensorFileError: CustomStringConvertible, LocalizedError {
  public var description: String { message }
  public var errorDescription: String? { message }
}
