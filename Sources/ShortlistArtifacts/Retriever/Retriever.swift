import ShortlistData
public import ShortlistIndex
public import ShortlistModels
import ShortlistTensors

/// All of it in one value: towers, vocabularies, catalogue, index, and what users have seen. It recommends,
/// it saves itself, and it is loaded without the program that made it.
///
/// ```swift
/// let retriever = Retriever(model, index: try ExactIndex(catalogue.embeddings), over: catalogue)
/// for hit in try retriever.recommend(10, for: ["user_id": "42"]) { print(hit.identifier, hit.score) }
/// try retriever.save(to: "artifacts/movies")
/// ```
public struct Retriever: Sendable {
  public let model: TwoTowerModel
  public let catalogue: Catalogue
  public let index: any VectorIndex
  /// What was measured when the index was chosen; empty where it was given.
  public let indexTrials: [IndexChoice.Trial]
  /// What users have seen: left out of their recommendations, and the measure of popularity.
  public let history: InteractionHistory?

  /// Rows of the catalogue by popularity, and each row's share of the interactions.
  package let popularity: (rows: [Int], shares: [Float])?
  let seen: SeenRows?
  let neighbors: ItemNeighbors
  let queryTable: EmbeddingTable?
  /// The feature of the query tower that identifies users, where there is one that does.
  package let userFeature: String?
  let matches = FilterMatches()

  /// - Parameters:
  ///   - index: over the catalogue's embeddings, row by row.
  ///   - history: what users have seen, usually the training data; without it nothing is left out, and
  ///     users the model does not know get the vector of unknown values.
  ///   - indexTrials: what was measured when the index was chosen; kept in the artefact.
  /// - Precondition: index, catalogue and model agree in count and dimensions.
  public init(
    _ model: TwoTowerModel, index: any VectorIndex, over catalogue: Catalogue,
    history: InteractionHistory? = nil, indexTrials: [IndexChoice.Trial] = []
  ) {
    precondition(
      index.count == catalogue.count && index.dimensions == model.dimensions
        && catalogue.embeddings.columns == model.dimensions,
      "an index of \(index.count) x \(index.dimensions) over \(catalogue.count) items of a model with "
        + "\(model.dimensions) dimensions")
    self.model = model
    self.index = index
    self.indexTrials = indexTrials
    self.catalogue = catalogue
    self.history = history
    queryTable = model.queryTable
    let features = Set(model.query.features.map(\.featureName))
    userFeature = history?.user.name ?? (features.count == 1 ? features.first : nil)
    neighbors = ItemNeighbors(catalogue.embeddings)
    let rowsOfHistory = history?.rows(in: catalogue) ?? []
    seen = history.map { SeenRows($0, rowsOfItems: rowsOfHistory) }
    popularity = history.map { history in
      let counts = history.counts(at: rowsOfHistory, count: catalogue.count)
      let total = Float(max(1, counts.reduce(0, +)))
      // Popular first; of equals the smaller row.
      let rows = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
      return (rows, counts.map { Float($0) / total })
    }
  }
}

/// The index of items by cosine, made when the first item asks for its neighbours.
final class ItemNeighbors: Sendable {
  private let embeddings: Matrix
  private let index = Guarded<ExactIndex?>(nil)

  init(_ embeddings: Matrix) { self.embeddings = embeddings }

  func nearest(_ k: Int, to row: Int, where filter: RowFilter) throws -> [Neighbor] {
    let vectors = embeddings
    return try nearest(k, to: vectors[row: row], where: filter.excluding([row] as [Int]))
  }

  func nearest(_ k: Int, to vector: Span<Float>, where filter: RowFilter) throws -> [Neighbor] {
    let index = try index.withLock { made in
      if let made { return made }
      let new = try ExactIndex(embeddings, similarity: .cosine)
      made = new
      return new
    }
    return try index.nearest(k, to: vector, where: filter)
  }
}
