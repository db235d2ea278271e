public import Shortlist
import ShortlistTensors
import Synchronization

/// Answers that know what has changed since the artefact was made. A model without changes does not come here.
extension ServedModel {
  var overlay: CatalogueOverlay { changes.withLock { $0 } }
  var liveRetriever: LiveRetriever { LiveRetriever(retriever, overlay) }

  /// Changes of the catalogue that this version cannot take, each with the reason.
  public var refusedChanges: [(item: String, reason: String)] {
    overlay.refused.map { ($0.identifier, $0.reason) }
  }

  /// An item of the catalogue as it is now, with its columns and its vector; nil for one that is not there.
  public func liveItem(_ identifier: String) -> LiveItem? { liveRetriever.item(identifier) }

  /// Shows the changes of a table from now on.
  func show(_ items: ItemTable) throws(ServingError) {
    try answering { () throws in
      let new = try CatalogueOverlay(items.changes(for: version), of: retriever, after: overlay)
      changes.withLock { $0 = new }
      isChanged.store(!new.isEmpty, ordering: .releasing)
    }
  }

  /// Checks that this version can take items.
  ///
  /// - Throws: `ServingError.invalidArgument` that names the first that it cannot.
  func check(_ record: [UInt8]) throws(ServingError) {
    guard let changes = ItemTable.changes(in: .init(record.span)) else {
      throw ServingError(.invalidArgument, "an item has what no column can hold")
    }
    var table = ItemTable()
    table.apply(changes)
    let problem = try answering { () throws in
      try CatalogueOverlay(table.changes(for: version), of: retriever).refused.first
    }
    guard let problem else { return }
    throw ServingError(
      .invalidArgument, "the item \"\(problem.identifier.prefix(80))\" \(problem.reason)")
  }

  /// The answer where anything has changed that concerns the request; nil otherwise.
  func recommendLive(
    _ request: RecommendationRequest, within limits: ServingLimits
  ) throws(ServingError) -> Recommendations? {
    guard
      request.history != nil || isChanged.load(ordering: .acquiring)
        || user(of: request).map({ live.knows($0) }) ?? false
    else { return nil }
    let asker = try asker(of: request, within: limits)
    return try answering { () throws -> Recommendations in
      try liveRetriever.recommend(
        request.k, for: asker, excluding: request.exclude, among: request.include,
        matching: request.filter, excludingSeen: request.excludesSeen)
    }
  }

  /// The answer where anything has changed in the catalogue, or the request asks for what an artefact alone does not
  /// answer; nil otherwise.
  func similarLive(_ request: SimilarityRequest) throws(ServingError) -> Recommendations? {
    guard
      isChanged.load(ordering: .acquiring) || !request.exclude.isEmpty || request.include != nil
    else { return nil }
    return try answering { () throws -> Recommendations in
      try liveRetriever.similar(
        request.k, to: request.item, excluding: request.exclude, among: request.include,
        matching: request.filter)
    }
  }

  func asker(
    of request: RecommendationRequest, within limits: ServingLimits
  ) throws(ServingError) -> LiveRetriever.Asker {
    try limits.check(identifiers: request.history?.count ?? 0, of: "history")
    let user = user(of: request)
    // A history alone needs no features.
    let isAnonymous =
      request.history != nil && request.user == nil && request.query.features.isEmpty
    var query = request.query
    if let user = request.user, let feature = retriever.userFeature {
      query.features[feature] = .string(user)
    }
    if !isAnonymous { _ = try self.query(of: request) }
    return LiveRetriever.Asker(
      isAnonymous ? nil : query, user: user, history: request.history ?? [],
      recent: user.map { live.items(of: $0) } ?? [])
  }
}
