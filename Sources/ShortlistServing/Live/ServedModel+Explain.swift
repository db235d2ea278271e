public import Shortlist

/// Which items of a history pulled an item up.
public struct ExplanationRequest: Sendable, Hashable {
  /// The item to be explained.
  public var item: String
  /// Who asks, by features.
  public var query: Query
  public var user: String?
  /// Items to explain from, in place of what is known of the user.
  public var history: [String]?
  /// The most reasons to name.
  public var k: Int

  public init(
    item: String, query: Query = [:], user: String? = nil, history: [String]? = nil, k: Int = 5
  ) {
    self.item = item
    self.query = query
    self.user = user
    self.history = history
    self.k = k
  }
}

/// How an item stands for somebody, and why.
public struct Explanation: Sendable, Hashable {
  public struct Reason: Sendable, Hashable {
    /// An item of the history.
    public var item: String
    /// Its part of all that speaks for the explained item; those of a whole history add up to 1.
    public var share: Float
    /// The cosine of the two items' vectors.
    public var similarity: Float
  }

  /// How reasons were found.
  public enum Method: String, Sendable, Hashable {
    /// By the vectors of the items: what points the same way as the explained item pulled it up.
    case itemSimilarity = "item_similarity"
  }

  public var item: String
  public var score: Float
  /// 1 for the best of the whole catalogue; nothing seen is left out.
  public var rank: Int
  public var basis: Recommendations.Basis
  public var method = Method.itemSimilarity
  /// The strongest first.
  public var reasons: [Reason]
  /// Why there are no reasons, where there are none.
  public var note: String?
}

extension ServedModel {
  /// How an item stands for somebody, and which items of the history pulled it up.
  ///
  /// - Throws: `ServingError`: `notFound` for an item that is not in the catalogue, otherwise as `recommend`.
  /// - Complexity: O(items * dimensions), for the rank.
  public func explain(
    _ request: ExplanationRequest, within limits: ServingLimits = .init()
  ) throws(ServingError) -> Explanation {
    try limits.check(k: request.k)
    let asker = try asker(
      of: RecommendationRequest(
        query: request.query, user: request.user, history: request.history), within: limits)
    return try answering { () throws -> Explanation in
      let retriever = liveRetriever
      let standing = try retriever.standing(of: request.item, for: asker)
      let history =
        request.history
        ?? (asker.user.map { retriever.history(of: $0) } ?? []) + asker.recent
      let reasons = try retriever.reasons(for: request.item, in: history)
      var note: String?
      if history.isEmpty {
        note = "nothing is known that the user has interacted with"
      } else if reasons.isEmpty {
        note = "no item of the history points the same way as this one"
      }
      return Explanation(
        item: request.item, score: standing.score, rank: standing.rank, basis: standing.basis,
        reasons: reasons.prefix(request.k).map {
          .init(item: $0.item, share: $0.share, similarity: $0.similarity)
        }, note: note)
    }
  }
}
