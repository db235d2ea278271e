/// An item with its score; larger is better.
public struct Recommendation: Sendable, Hashable, Codable {
  public var identifier: String
  public var score: Float

  public init(identifier: String, score: Float) {
    self.identifier = identifier
    self.score = score
  }
}

/// Items, best first, and where they come from.
public struct Recommendations: Sendable, Hashable, RandomAccessCollection {
  public enum Basis: String, Sendable, Codable {
    /// Scores are inner products of the model's vectors.
    case model
    /// The model knows nothing of who asks, so the most popular items are given; scores are their shares
    /// of the training interactions.
    case popularity
    /// The items are those nearest to a history: scores are of the mean of its items' vectors.
    case history
  }

  public var items: [Recommendation]
  public var basis: Basis

  public init(_ items: [Recommendation], basis: Basis = .model) {
    self.items = items
    self.basis = basis
  }

  public var startIndex: Int { items.startIndex }
  public var endIndex: Int { items.endIndex }
  public subscript(position: Int) -> Recommendation { items[position] }
}
