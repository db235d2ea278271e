internal import CShortlistKernels

/// How bytes stand for characters.
package enum TextEncoding: Sendable, Hashable {
  case utf8
  /// ISO-8859-1: byte b is the character U+00XX where XX is b.
  case latin1

  /// The text of bytes; nil where they are not of the encoding.
  @unsafe
  func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard let start = bytes.baseAddress else { return "" }
    switch self {
    case .latin1:
      var scalars = String.UnicodeScalarView()
      for i in bytes.indices { unsafe scalars.append(Unicode.Scalar(bytes[i])) }
      return String(scalars)
    case .utf8:
      guard unsafe sl_text_is_utf8(start, bytes.count) else { return nil }
      return unsafe String(decoding: bytes, as: UTF8.self)
    }
  }
}
