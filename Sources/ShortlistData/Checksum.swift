internal import Crypto
package import Foundation
internal import ShortlistTensors

/// Checksums of bytes, as lower-case hexadecimal digits.
package enum Checksum {
  /// SHA-256 (FIPS 180-4).
  package static func sha256(of bytes: some DataProtocol) -> String {
    hexadecimal(SHA256.hash(data: bytes))
  }

  /// MD5, for comparing with published sums only.
  package static func md5(of bytes: some DataProtocol) -> String {
    hexadecimal(Insecure.MD5.hash(data: bytes))
  }

  /// SHA-256 of a file, read in pieces.
  package static func sha256(ofFileAt url: URL) throws(DataError) -> String {
    try digest(SHA256(), ofFileAt: url)
  }

  /// MD5 of a file, read in pieces.
  package static func md5(ofFileAt url: URL) throws(DataError) -> String {
    try digest(Insecure.MD5(), ofFileAt: url)
  }

  private static func digest<Function: HashFunction>(
    _ function: Function, ofFileAt url: URL
  ) throws(DataError) -> String {
    var function = function
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
        function.update(data: piece)
      }
    } catch {
      throw DataError(
        .unreadableFile, "the file cannot be read: \(error.localizedDescription)",
        at: .init(file: url.path(percentEncoded: false)))
    }
    return hexadecimal(function.finalize())
  }

  private static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    for byte in digest {
      for half in [byte >> 4, byte & 15] { text.append(half + (half < 10 ? 0x30 : 0x57)) }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
