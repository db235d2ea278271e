extension String {
  /// Whether JSON writes the string as it is: no quotation mark, backslash or control character is in it.
  package var needsNoEscapes: Bool {
    var text = self
    return text.withUTF8 { utf8 in
      unsafe utf8.allSatisfy {
        $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
    }
  }
}
