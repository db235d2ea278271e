public import Foundation

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// A file or a folder could not be read or written.
public struct FileError: Error, Sendable, Equatable {
  /// What went wrong, for programs.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String { case notFound, notPermitted, exists, noSpace, wrongKind, failed }
    private let value: Value

    /// There is no such file or folder.
    public static let notFound = Code(value: .notFound)
    /// The process may not read or write there.
    public static let notPermitted = Code(value: .notPermitted)
    /// Something stands where a new file or folder was to be made.
    public static let exists = Code(value: .exists)
    /// The disk, the quota or the largest file size is exhausted.
    public static let noSpace = Code(value: .noSpace)
    /// A folder was found where a file was expected, or the other way round.
    public static let wrongKind = Code(value: .wrongKind)
    /// The operating system gave another reason; the message has it.
    public static let failed = Code(value: .failed)

    public var description: String { value.rawValue }
  }

  public let code: Code
  /// The file or the folder, as the caller named it.
  public let path: String
  /// What happened, where, and how to mend it: one sentence or two.
  public let message: String

  public init(_ code: Code, path: String, message: String) {
    self.code = code
    self.path = path
    self.message = message
  }

  /// The error behind `errno` after an attempt to `action` (a verb: "open", "write") at `path`.
  package init(errno number: Int32, whileTryingTo action: String, at path: String) {
    let (code, mend): (Code, String?) =
      switch number {
      case ENOENT: (.notFound, nil)
      case EACCES, EPERM, EROFS: (.notPermitted, "Check the permissions, or name another place")
      case EEXIST, ENOTEMPTY: (.exists, nil)
      case ENOSPC, EDQUOT, EFBIG: (.noSpace, "Free some space, or name another place")
      case EISDIR, ENOTDIR: (.wrongKind, nil)
      default: (.failed, nil)
      }
    let reason = unsafe String(cString: strerror(number))
    let what = "\(path): could not \(action): \(reason.prefix(1).lowercased())\(reason.dropFirst())"
    self.init(code, path: path, message: mend.map { "\(what). \($0)." } ?? what)
  }
}

extension FileError: CustomStringConvertible, LocalizedError {
  public var description: String { message }
  public var errorDescription: String? { message }
}

extension URL {
  /// The path as messages and system calls want it: without a slash at the end.
  package var plainPath: String {
    let path = path(percentEncoded: false)
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}
