package import ShortlistData
import ShortlistIndex
import ShortlistModels
import ShortlistTensors

extension LiveRetriever {
  /// Who asks: features, a history, or both.
  package struct Asker: Sendable {
    /// The features that the query tower reads; nil where the history alone counts.
    package var query: Query?
    /// Items to recommend from, whatever is known of the features.
    package var history: [String] = []
    /// Items to recommend from where the model knows nothing of the features; they count as seen.
    package var recent: [String] = []
    /// The user, where that is known.
    package var user: String?

    package init(
      _ query: Query?, user: String? = nil, history: [String] = [], recent: [String] = []
    ) {
      self.query = query
      self.user = user
      self.history = history
      self.recent = recent
    }
  }

  /// What the items of an asker are compared with.
  enum Taste {
    /// Vectors side by side, of a query tower that gives several.
    case query(Matrix)
    /// The mean of the vectors of a history.
    case history(Matrix)
    case popularity
  }

  /// The best items for an asker, best first. Always k of them where k remain, else all that remain.
  ///
  /// - Throws: `RetrieverError` and `DataError` as `Retriever.recommend`; `RetrieverError.unknownItem` where there is
  ///   nothing to go by but a history of items that are not in the catalogue.
  package func recommend(
    _ k: Int, for asker: Asker, excluding: [String] = [], among: [String]? = nil,
    matching filter: ItemFilter? = nil, excludingSeen: Bool = true
  ) throws -> Recommendations {
    try RetrieverError.check(count: k)
    let choice = try choice(
      excluding: excludingSeen ? excluding + asker.history + asker.recent : excluding,
      among: among, matching: filter, unseenBy: excludingSeen ? asker.user : nil)
    switch try taste(of: asker) {
    case .query(let vectors):
      return Recommendations(
        try nearest(k, to: vectors, vectors: retriever.model.task.queryVectors, among: [choice])[0])
    case .history(let vector):
      return Recommendations(
        try nearest(k, to: vector, vectors: 1, among: [choice])[0], basis: .history)
    case .popularity: return mostPopular(k, among: choice)
    }
  }

  /// What to go by: a given history, else what the model knows, else what the user has done lately, else popularity.
  func taste(of asker: Asker) throws -> Taste {
    if let mean = mean(of: asker.history) { return .history(mean) }
    guard let query = asker.query else {
      guard retriever.popularity != nil else {
        throw RetrieverError(
          .unknownItem, "none of the items of the history is in the catalogue")
      }
      return .popularity
    }
    let bound = try retriever.model.query.bind(
      query.dataset(of: retriever.model.query.features.map(\.featureName)))
    if !retriever.knows(bound)[0] {
      if let mean = mean(of: asker.recent) { return .history(mean) }
      if retriever.popularity != nil { return .popularity }
    }
    return .query(retriever.model.embedQueries(bound))
  }

  /// The mean of the vectors of those items that are in the catalogue; nil if none is.
  private func mean(of items: [String]) -> Matrix? {
    let places = items.compactMap(place)
    guard !places.isEmpty else { return nil }
    var mean = Matrix(rows: 1, columns: retriever.model.dimensions)
    for place in places {
      withVector(at: place) { vector in
        var target = mean[mutableRow: 0]
        target.add(1 / Float(places.count), times: vector)
      }
    }
    return mean
  }

  /// The most popular items; those that joined have the popularity of the item whose place they take, or none.
  private func mostPopular(_ k: Int, among choice: Choice) -> Recommendations {
    var found: [Recommendation] = []
    func add(_ identifier: String, _ share: Float) {
      found.append(Recommendation(identifier: identifier, score: share))
    }
    if let popularity = retriever.popularity {
      for row in popularity.rows {
        if found.count == k { break }
        if choice.rows.contains(row) {
          add(retriever.catalogue.identifiers[row], popularity.shares[row])
        } else if let place = overlay.place(ofRow: row), choice.joined.contains(place) {
          add(overlay.identifier(at: place), popularity.shares[row])
        }
      }
    }
    for place in 0..<overlay.count where found.count < k {
      if overlay.row(at: place) == nil, choice.joined.contains(place) {
        add(overlay.identifier(at: place), 0)
      }
    }
    return Recommendations(found, basis: .popularity)
  }
}
