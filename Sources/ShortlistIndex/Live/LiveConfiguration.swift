extension LiveIndex {
  /// How a live index keeps itself fast. It is given at every opening; nothing of it is stored.
  public struct Configuration: Sendable, Hashable {
    /// Which index stands over the vectors that were there at the last compaction.
    public var kind = IndexChoice.Kind.auto
    /// Of the ScaNN index.
    public var scann = ScaNNIndex.Configuration()
    /// The share of the true neighbours to find; a compaction begins where recent queries find less.
    public var recall = 0.95
    /// Changes that are searched one by one before a compaction begins: this share of the vectors...
    public var compactionShare = 0.1
    /// ...but at least so many.
    public var compactionMinimum = 2_000
    /// The least time between two measurements of the recall of recent queries. One compares a few hundred
    /// queries with every vector, in the background.
    public var recallInterval = Duration.seconds(600)
    /// Whether compactions begin by themselves, in the background.
    public var compactsByItself = true

    public init() {}
  }
}

/// An item that a search of a live index found.
public struct LiveNeighbor: Sendable, Hashable, Codable {
  public var identifier: String
  public var score: Float

  public init(identifier: String, score: Float) {
    self.identifier = identifier
    self.score = score
  }
}

/// A change of a live catalogue.
public enum LiveChange: Sendable, Hashable {
  /// Adds an item, or replaces its vector.
  case upsert(String, [Float])
  case delete(String)

  var identifier: String {
    switch self {
    case .upsert(let identifier, _), .delete(let identifier): identifier
    }
  }
}
