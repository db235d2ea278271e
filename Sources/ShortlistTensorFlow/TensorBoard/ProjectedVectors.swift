import Foundation
import ShortlistData
import ShortlistTensors

/// Vectors for TensorBoard's Embedding Projector, with what is known of each.
struct ProjectedVectors {
  /// What the projector calls them, and how their files are named.
  let name: String
  let vectors: Matrix
  /// A row for each vector; the first column names the points.
  let labels: Dataset

  /// Writes the projector's configuration, with vectors and labels beside it.
  ///
  /// Vectors are tab-separated numbers, labels a table with a header; in it tabs and line ends become spaces.
  ///
  /// - Throws: `FileError`.
  static func write(_ all: [ProjectedVectors], to folder: URL) throws {
    try folder.makeFolders()
    // The projector cannot open a table without rows.
    let shown = all.filter { $0.vectors.rows > 0 }
    for vectors in shown { try vectors.write(to: folder) }
    // Last: what it names is there.
    try AtomicFile.write(to: folder.appending(path: "projector_config.pbtxt")) { file in
      for vectors in shown {
        try file.write(
          """
          embeddings {
            tensor_name: "\(vectors.name)"
            tensor_shape: \(vectors.vectors.rows)
            tensor_shape: \(vectors.vectors.columns)
            tensor_path: "\(vectors.tensorFile)"
            metadata_path: "\(vectors.labelFile)"
          }

          """)
      }
    }
  }

  private var tensorFile: String { "\(name).tensor.tsv" }
  private var labelFile: String { "\(name).metadata.tsv" }

  private func write(to folder: URL) throws {
    try AtomicFile.write(to: folder.appending(path: tensorFile)) { file in
      for row in 0..<vectors.rows {
        try file.write(
          (0..<vectors.columns).map { "\(vectors[row, $0])" }.joined(separator: "\t") + "\n")
      }
    }
    let columns = labels.columnNames.compactMap { labels[name: $0] }
    try AtomicFile.write(to: folder.appending(path: labelFile)) { file in
      // A file of one column has no header.
      if columns.count > 1 { try file.write(Self.line(labels.columnNames)) }
      for row in 0..<labels.rowCount { try file.write(Self.line(columns.map { $0.label(row) })) }
    }
  }

  private static func line(_ fields: [String]) -> String {
    let line = fields.map(\.onOneLine).joined(separator: "\t")
    // An empty line would be no row.
    return (line.isEmpty ? " " : line) + "\n"
  }
}

extension String {
  fileprivate var onOneLine: String {
    String(map { $0.isNewline || $0 == "\t" ? " " : $0 })
  }
}

extension AnyColumn {
  /// The value of a row as people read it.
  fileprivate func label(_ row: Int) -> String {
    switch self {
    case .strings(let column): column[row]
    case .integers(let column): "\(column[row])"
    case .floats(let column): "\(column[row])"
    case .stringLists(let column): column[row].joined(separator: ", ")
    case .integerLists(let column): column[row].map { "\($0)" }.joined(separator: ", ")
    case .floatLists(let column): column[row].map { "\($0)" }.joined(separator: ", ")
    }
  }
}
