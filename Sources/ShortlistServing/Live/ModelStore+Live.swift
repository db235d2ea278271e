public import Shortlist

/// Changes of catalogues while they are served. They are on the disk when a call returns, and known to every version of
/// the model.
///
/// ```swift
/// try store.upsert([LiveItem("Dune (2021)", vector: vector)], in: .init(name: "movies"))
/// try store.append([LiveEvent(user: "42", item: "Dune (2021)")], to: .init(name: "movies"))
/// ```
///
/// Several threads may call at once; they share the flushes of the disk.
extension ModelStore {
  /// Adds items to the catalogue of a model, or replaces them; all or none.
  ///
  /// Features are embedded by the candidate tower of each version; a version that cannot leaves the item out and says
  /// why (`ServedModel.refusedChanges`). A vector is for the version that is named, the latest unless said otherwise;
  /// the others leave the item out, or keep their own.
  ///
  /// - Throws: `ServingError`: `notFound` for a model that is not there; `invalidArgument` for an item that does not
  ///   fit the version, with the features that it lacks; `resourceExhausted` where the disk is full or there are more
  ///   than 100,000 changes; `failedPrecondition` where the folder cannot be written, or another process has it;
  ///   `unavailable` after the disk has failed. Nothing has changed then.
  public func upsert(
    _ items: [LiveItem], in selection: ModelSelection, within limits: ServingLimits = .init()
  ) throws(ServingError) {
    try limits.check(identifiers: items.count, of: "items")
    let model = try model(selection)
    try model.live.upsert(items, for: model)
  }

  /// Takes items out of the catalogue of a model: no version recommends them until they are given again, whatever
  /// its artefact holds.
  ///
  /// - Returns: those of the items that were in no version.
  /// - Throws: `ServingError` as `upsert`.
  @discardableResult
  public func delete(
    _ items: [String], in selection: ModelSelection, within limits: ServingLimits = .init()
  ) throws(ServingError) -> [String] {
    try limits.check(identifiers: items.count, of: "ids")
    let model = try model(selection)
    return try model.live.delete(items)
  }

  /// Notes what users have done: it counts as seen from now on, and users that the model does not know get
  /// recommendations from it.
  ///
  /// - Returns: items that are not in the catalogue. Their events are kept as well, for when they are.
  /// - Throws: `ServingError`: `notFound` for a model that is not there, `invalidArgument` for a time that is none;
  ///   otherwise as `upsert`.
  @discardableResult
  public func append(
    _ events: [LiveEvent], to selection: ModelSelection, within limits: ServingLimits = .init()
  ) throws(ServingError) -> [String] {
    try limits.check(identifiers: events.count, of: "events")
    let model = try model(selection)
    try model.live.append(events)
    let retriever = model.liveRetriever
    return Set(events.map(\.item)).filter { !retriever.contains($0) }.sorted()
  }
}
