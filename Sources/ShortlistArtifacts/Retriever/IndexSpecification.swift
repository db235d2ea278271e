package import ShortlistIndex
import ShortlistTensors

/// What the manifest says of the index.
struct IndexSpecification: Codable {
  enum Kind: String, Codable { case exact, scann }

  var kind: Kind
  var similarity: Similarity
  /// What was measured when it was chosen.
  var trials: [IndexChoice.Trial]

  /// - Throws: `ArtifactError` for an index that artefacts do not hold.
  init(_ index: any VectorIndex, trials: [IndexChoice.Trial]) throws {
    switch index {
    case let index as ExactIndex: (kind, similarity) = (.exact, index.similarity)
    case let index as ScaNNIndex: (kind, similarity) = (.scann, index.similarity)
    default:
      throw ArtifactError(
        .unsupportedIndex, path: "index",
        message: "an artefact holds an ExactIndex or a ScaNNIndex; this is a \(type(of: index))")
    }
    self.trials = trials
  }

  private enum CodingKeys: CodingKey { case kind, similarity, trials }

  init(from decoder: any Decoder) throws {
    // Format 1 has the kind alone.
    if let container = try? decoder.singleValueContainer(),
      let kind = try? container.decode(Kind.self)
    {
      (self.kind, similarity, trials) = (kind, .innerProduct, [])
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    kind = try container.decode(Kind.self, forKey: .kind)
    similarity = try container.decode(Similarity.self, forKey: .similarity)
    trials = try container.decodeIfPresent([IndexChoice.Trial].self, forKey: .trials) ?? []
  }

  /// The index over the embeddings of an artefact, whose files have been checked.
  func index(over embeddings: Matrix, _ reader: ArtifactReader) throws -> any VectorIndex {
    switch kind {
    case .exact: try ExactIndex(embeddings, similarity: similarity)
    case .scann:
      try ScaNNIndex(
        contentsOf: reader.file(ArtifactLayout.index), vectors: embeddings, verification: .structure
      )
    }
  }
}

extension Retriever {
  /// What the scores of the index are.
  ///
  /// - Throws: `ArtifactError` for an index of a type that artefacts do not hold.
  package func similarity() throws -> Similarity {
    try IndexSpecification(index, trials: []).similarity
  }
}
