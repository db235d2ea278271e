/// A text to look for, without regard to case.
public struct TextSearch: Sendable, Hashable {
  public enum Place: Sendable, Hashable { case start, anywhere }

  /// The longest text that is looked for, in bytes.
  public static let limit = 256

  private let wanted: [UInt8]
  private let place: Place

  /// - Throws: `ServingError.invalidArgument` for a text beyond the limit.
  public init(_ text: String, at place: Place) throws(ServingError) {
    guard text.utf8.count <= Self.limit else {
      throw ServingError(
        .invalidArgument,
        "the text to look for has \(text.utf8.count) bytes; \(Self.limit) are the limit")
    }
    wanted = Self.folded(text)
    self.place = place
  }

  func matches(_ text: String) -> Bool {
    guard !wanted.isEmpty else { return true }
    let bytes = Self.folded(text)
    guard bytes.count >= wanted.count else { return false }
    let last = place == .start ? 0 : bytes.count - wanted.count
    for start in 0...last where bytes[start] == wanted[0] {
      var length = 1
      while length < wanted.count, bytes[start + length] == wanted[length] { length += 1 }
      if length == wanted.count { return true }
    }
    return false
  }

  private static func folded(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    for place in bytes.indices {
      switch bytes[place] {
      case 0x41...0x5a: bytes[place] += 0x20
      case 0x80...: return Array(text.lowercased().utf8)
      default: break
      }
    }
    return bytes
  }
}
