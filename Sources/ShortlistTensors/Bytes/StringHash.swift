internal import CShortlistKernels

/// Hashes of strings that are the same on every machine and in every version.
package enum StringHash {
  /// XXH64 (Yann Collet) of the string's UTF-8.
  package static func xxh64(_ string: String, seed: UInt64 = 0) -> UInt64 {
    var string = string
    return string.withUTF8 { utf8 in
      var nothing: UInt8 = 0
      guard let start = utf8.baseAddress else { return unsafe sl_text_xxh64(&nothing, 0, seed) }
      return unsafe sl_text_xxh64(start, utf8.count, seed)
    }
  }
}
