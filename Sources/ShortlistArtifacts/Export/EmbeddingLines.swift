import ShortlistTensors

/// Vectors as text, one a line.
protocol EmbeddingLines: Sendable {
  func header(_ columns: Int) -> String
  func line(_ identifier: String, _ vector: [Float]) -> String
}

/// `identifier,0,1,2`: quoted where RFC 4180 asks for it.
struct CSVLines: EmbeddingLines {
  func header(_ columns: Int) -> String {
    (["identifier"] + (0..<columns).map { "\($0)" }).joined(separator: ",") + "\n"
  }

  func line(_ identifier: String, _ vector: [Float]) -> String {
    ([identifier.quotedForCSV] + vector.map { "\($0)" }).joined(separator: ",") + "\n"
  }
}

/// `{"identifier": "a", "embedding": [0.5, -1.0]}`; what is no finite number is null.
struct JSONLines: EmbeddingLines {
  func header(_ columns: Int) -> String { "" }

  func line(_ identifier: String, _ vector: [Float]) -> String {
    let numbers = vector.map { $0.isFinite ? "\($0)" : "null" }.joined(separator: ", ")
    return "{\"identifier\": \(identifier.quotedForJSON), \"embedding\": [\(numbers)]}\n"
  }
}

/// What stands before the numbers in a file of numpy, version 1.0.
struct NumpyHeader {
  let rows: Int
  let columns: Int

  var bytes: [UInt8] {
    let mark: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    // The numbers begin at a multiple of 64.
    let length = (mark.count + 2 + text.utf8.count + 1 + 63) / 64 * 64 - mark.count - 2
    text += String(repeating: " ", count: length - text.utf8.count - 1) + "\n"
    return mark + [UInt8(length & 0xff), UInt8(length >> 8)] + Array(text.utf8)
  }
}
