public import Shortlist

/// Who asks for recommendations, and for which.
public struct RecommendationRequest: Sendable, Hashable {
  /// The features that the query tower reads.
  public var query: Query
  /// The user, where the caller does not want to know what the feature is called.
  public var user: String?
  /// Items to recommend from, in place of what the model knows of the user; they count as seen.
  public var history: [String]?
  public var k: Int
  /// Items to leave out.
  public var exclude: [String]
  /// The only items to choose from; nil for all.
  public var include: [String]?
  public var filter: ItemFilter?
  /// Whether what the user has interacted with is left out.
  public var excludesSeen: Bool

  public init(
    query: Query = [:], user: String? = nil, history: [String]? = nil, k: Int = 10,
    exclude: [String] = [], include: [String]? = nil, filter: ItemFilter? = nil,
    excludesSeen: Bool = true
  ) {
    self.query = query
    self.user = user
    self.history = history
    self.k = k
    self.exclude = exclude
    self.include = include
    self.filter = filter
    self.excludesSeen = excludesSeen
  }
}

/// An item whose neighbours are asked for.
public struct SimilarityRequest: Sendable, Hashable {
  public var item: String
  public var k: Int
  /// Items to leave out.
  public var exclude: [String]
  /// The only items to choose from; nil for all.
  public var include: [String]?
  public var filter: ItemFilter?

  public init(
    item: String, k: Int = 10, exclude: [String] = [], include: [String]? = nil,
    filter: ItemFilter? = nil
  ) {
    self.item = item
    self.k = k
    self.exclude = exclude
    self.include = include
    self.filter = filter
  }
}
