import Foundation
import ShortlistData
import ShortlistTensors

/// Vectors that are made block by block, with their identifiers.
struct EmbeddingRows: Sendable {
  let identifiers: [String]
  let columns: Int
  /// Some rows that follow each other.
  let vectors: @Sendable (Range<Int>) throws -> Matrix

  var count: Int { identifiers.count }

  /// Writes the vectors, and what the format needs beside them.
  ///
  /// - Returns: the files, that of the vectors first.
  func write(to file: URL, as format: EmbeddingFormat) throws -> [URL] {
    let name = file.deletingPathExtension().lastPathComponent
    func sibling(_ ending: String) -> URL {
      file.deletingLastPathComponent().appending(path: name + ending)
    }
    switch format {
    case .csv:
      try AtomicFile.write(to: file) { try writeLines(CSVLines(), with: &$0) }
      return [file]
    case .jsonLines:
      try AtomicFile.write(to: file) { try writeLines(JSONLines(), with: &$0) }
      return [file]
    case .safetensors:
      let tensor = Safetensors.Tensor(
        ArtifactLayout.embeddings, type: .float32, shape: [count, columns],
        write: writeNumbers)
      let ids = sibling(".ids.txt")
      try writeIdentifiers(to: ids) { try Safetensors.write([tensor], to: file) }
      return [file, ids]
    case .numpy:
      let ids = sibling(".ids.txt")
      try writeIdentifiers(to: ids) {
        try AtomicFile.write(to: file) { writer in
          try writer.write(NumpyHeader(rows: count, columns: columns).bytes.span)
          try writeNumbers(with: &writer)
        }
      }
      return [file, ids]
    case .raw:
      let (ids, shape) = (sibling(".ids.txt"), sibling(".shape.json"))
      try writeIdentifiers(to: ids) {
        try AtomicFile.write(to: shape) { writer in
          try writer.write("{\"columns\":\(columns),\"rows\":\(count),\"type\":\"<f4\"}\n")
          try AtomicFile.write(to: file, writeNumbers)
        }
      }
      return [file, ids, shape]
    }
  }

  /// Calls `body` when the identifiers are written but not yet there: nothing is replaced before the vectors are.
  private func writeIdentifiers(to file: URL, then body: () throws -> Void) throws {
    try AtomicFile.write(to: file) { writer in
      for identifier in identifiers { try writer.write(Vocabulary.escaped(identifier) + "\n") }
      try body()
    }
  }

  private func writeNumbers(with writer: inout FileWriter) throws {
    try forEachBlock { try writer.write($1) }
  }

  private func writeLines(_ lines: some EmbeddingLines, with writer: inout FileWriter) throws {
    try writer.write(lines.header(columns))
    try forEachBlock { start, block in
      let chunk = 256
      let texts = Parallel.map((block.rows + chunk - 1) / chunk) { index in
        (index * chunk..<min(block.rows, (index + 1) * chunk)).map { row in
          lines.line(identifiers[start + row], (0..<columns).map { block[row, $0] })
        }
        .joined()
      }
      for text in texts { try writer.write(text) }
    }
  }

  private func forEachBlock(_ body: (_ start: Int, Matrix) throws -> Void) throws {
    let block = 16384
    for start in stride(from: 0, to: count, by: block) {
      try body(start, vectors(start..<min(count, start + block)))
    }
  }
}
