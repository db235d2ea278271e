public import Foundation

/// How a file holds vectors with their identifiers.
///
/// Where a format has no place for identifiers, they stand beside it in `NAME.ids.txt`: one a line, in the order of
/// the rows, with a backslash written `\\`, a line feed `\n` and a carriage return `\r`.
public enum EmbeddingFormat: String, Sendable, CaseIterable {
  /// A tensor `embeddings` of 32-bit floats, and `NAME.ids.txt`.
  case safetensors
  /// An array that `numpy.load` reads or maps, and `NAME.ids.txt`.
  case numpy = "npy"
  /// A header, then a line for each vector: the identifier and its numbers.
  case csv
  /// An object on each line: `{"identifier": "...", "embedding": [...]}`.
  case jsonLines = "jsonl"
  /// Little-endian 32-bit floats, row by row and nothing else, as faiss and hnswlib take them; `NAME.ids.txt`, and
  /// `NAME.shape.json` with the rows and columns.
  case raw = "f32"

  /// The format that a file's name ends with; nil for other endings.
  public init?(nameOf file: URL) { self.init(rawValue: file.pathExtension.lowercased()) }
}
