package import Foundation
import ShortlistData
package import ShortlistIndex
package import ShortlistModels
package import ShortlistTensors

/// What a retriever needs to answer queries, read from an artefact without the catalogue's identifiers and the
/// candidate tower: for going through catalogues larger than memory.
package struct StreamedRetriever {
  package let query: Tower
  package let task: Retrieval
  /// What the query tower has learnt; names begin with `query/`.
  package let parameters: Parameters
  /// The feature that identifies items.
  package let item: String
  package let similarity: Similarity
  /// The candidates' vectors, in a mapped file.
  package let candidates: Matrix
  /// The file of the candidates' identifiers, as vocabularies are written.
  package let identifiers: URL
  private let reader: ArtifactReader
  private let specification: IndexSpecification

  private struct Specification: Decodable {
    var query: Tower
    var task: Retrieval
    var item: String
    var index: IndexSpecification
  }

  /// - Throws: as `Retriever.init(_:layers:encoders:)` does.
  package init(_ reader: ArtifactReader) throws {
    let specification = try reader.specification(
      as: Specification.self, context: .init(vocabularies: reader.vocabularies(of: "query")))
    query = specification.query
    task = specification.task
    item = specification.item
    similarity = specification.index.similarity
    self.specification = specification.index
    self.reader = reader
    parameters = try Retriever.parameters(reader, of: ["query": query])
    candidates = try Safetensors(contentsOf: reader.file(ArtifactLayout.candidates))
      .matrix(ArtifactLayout.embeddings)
    identifiers = try reader.file(ArtifactLayout.identifiers)
    guard query.dimensions == candidates.columns * task.queryVectors else {
      throw Retriever.inconsistent(
        reader, ArtifactLayout.candidates,
        "the embeddings have \(candidates.columns) dimensions; the query tower gives "
          + "\(query.dimensions)")
    }
  }

  /// The ScaNN index row by row, if the artefact has one.
  ///
  /// - Throws: `ArtifactError` that names the file if it does not fit the others.
  package func scannIndex() throws -> ScaNNIndex.ByRow? {
    guard specification.kind == .scann else { return nil }
    do {
      guard let index = try specification.index(over: candidates, reader) as? ScaNNIndex else {
        return nil
      }
      return try ScaNNIndex.ByRow(index, over: candidates)
    } catch let error as IndexError {
      throw Retriever.inconsistent(reader, ArtifactLayout.index, error.message)
    }
  }
}
