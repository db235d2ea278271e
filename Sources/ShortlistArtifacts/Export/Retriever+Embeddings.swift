public import Foundation
import ShortlistData
import ShortlistModels
import ShortlistTensors

extension Retriever {
  /// Whose vectors are exported.
  public enum Embedded: String, Sendable, CaseIterable {
    /// The catalogue: one vector for each item.
    case items
    /// The users of the history by the query tower; of a model with several vectors a query, these stand in one
    /// row side by side.
    case users
  }

  /// What an export wrote.
  public struct ExportedEmbeddings: Sendable, Codable {
    /// The file with the vectors first.
    public var files: [String]
    public var rows: Int
    public var columns: Int
  }

  /// Writes the vectors with their identifiers for other programs, each file whole or not at all. The vectors are
  /// written block by block: those of users are made on the way, and never stand in memory together.
  ///
  /// ```swift
  /// try retriever.exportEmbeddings(to: URL(filePath: "movies.npy"), as: .numpy)
  /// ```
  ///
  /// Numbers in text are the shortest that are read back as the same 32-bit float. Files of these names are
  /// replaced.
  ///
  /// - Throws: `RetrieverError.noUsers` for users without a history, or where the query tower reads more than the
  ///   user; `FileError` when the disk is full or may not be written.
  @discardableResult
  public func exportEmbeddings(
    of subject: Embedded = .items, to file: URL, as format: EmbeddingFormat
  ) throws -> ExportedEmbeddings {
    let rows = try rows(of: subject)
    let files = try rows.write(to: file, as: format)
    return ExportedEmbeddings(
      files: files.map(\.plainPath), rows: rows.count, columns: rows.columns)
  }

  private func rows(of subject: Embedded) throws -> EmbeddingRows {
    switch subject {
    case .items:
      let (identifiers, vectors) = (catalogue.identifiers, catalogue.embeddings)
      return EmbeddingRows(identifiers: identifiers, columns: vectors.columns) { vectors.rows($0) }
    case .users:
      let users = try allUsers()
      return EmbeddingRows(
        identifiers: history?.users ?? [], columns: model.query.dimensions
      ) { try model.embedQueries(users.rows(at: Array($0))) }
    }
  }
}
