extension String {
  /// The text as a JSON string.
  package var quotedForJSON: String {
    var bytes: [UInt8] = []
    bytes.appendJSON(self)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text as a field of CSV: in quotes where RFC 4180 asks for them.
  package var quotedForCSV: String { quoted(forDelimiter: 0x2C) }

  /// The text as a field between delimiters: in quotes where it holds one, a quote or a line end.
  package func quoted(forDelimiter delimiter: UInt8) -> String {
    // By bytes: a comma with an accent on it is one Character.
    guard utf8.contains(where: { $0 == delimiter || [0x22, 0x0A, 0x0D].contains($0) }) else {
      return self
    }
    let doubled = utf8.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
    return String(decoding: [0x22] + doubled + [0x22], as: UTF8.self)
  }
}
