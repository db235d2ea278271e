import Shortlist

extension ModelStore {
  /// Replaces the list of models: what is not named is let go, what is new is loaded before this returns. Labels,
  /// canaries, shadows and pins of before are replaced too.
  ///
  /// - Throws: `ServingError`: `invalidArgument` for a list that makes no sense, `failedPrecondition` for a label, canary
  ///   or shadow of a version that cannot be loaded; nothing has changed then.
  public func reload(_ configurations: [ModelConfiguration]) throws(ServingError) {
    var names: Set<String> = []
    for configuration in configurations {
      try configuration.check()
      guard names.insert(configuration.name).inserted else {
        throw ServingError(.invalidArgument, "two models are called \"\(configuration.name)\"")
      }
    }
    try changed { () throws(ServingError) in
      let before = entries.withLock { $0 }
      var after: [String: ModelEntry] = [:]
      do throws(ServingError) {
        for configuration in configurations {
          after[configuration.name] = try entry(configuration, before[configuration.name])
        }
      } catch {
        // What was told of versions that were being loaded is taken back.
        entries.withLock { $0 = before }
        liveCatalogues.restore(before.compactMapValues { $0.inForce?.live })
        throw error
      }
      for (name, entry) in after { put(entry, as: name) }
      liveCatalogues.keep(names)
      for (name, entry) in before where after[name] == nil {
        entries.withLock { $0[name] = nil }
        entry.traffic.set(.init())
        for version in entry.versions.values where version.model != nil {
          report(.unloaded(model: name, version: version.status.version))
        }
      }
    }
  }

  /// Looks at the folder of one model now, and tries again what could not be loaded.
  ///
  /// - Throws: `ServingError.notFound` for a model that is not there.
  public func reload(_ name: String) throws(ServingError) {
    try change(name) { entry throws(ServingError) in refresh(&entry, again: true) }
  }

  private func entry(
    _ configuration: ModelConfiguration, _ known: ModelEntry?
  ) throws(ServingError) -> ModelEntry {
    var entry = known ?? ModelEntry(configuration)
    entry.configuration = configuration
    entry.pinned = nil
    refresh(&entry)
    for (label, version) in configuration.labels.sorted(by: { $0.key < $1.key }) {
      try hold(version, in: &entry, for: "the label \"\(label)\"")
    }
    for (kind, trial) in [("canary", configuration.canary), ("shadow", configuration.shadow)] {
      if let trial { try begin(trial, in: &entry, kind) }
    }
    return entry
  }

  // MARK: Changing

  /// Changes a model; where that fails, nothing has changed.
  func change(
    _ name: String, _ body: (inout ModelEntry) throws(ServingError) -> Void
  ) throws(ServingError) {
    try changed { () throws(ServingError) in
      guard let before = entries.withLock({ $0[name] }) else {
        throw Self.notFound(.init(name: name))
      }
      var entry = before
      do throws(ServingError) { try body(&entry) } catch {
        // Why a version could not be loaded is kept; it was not there before.
        let tried = entry.versions.filter {
          before.versions[$0.key] == nil && $0.value.model == nil
        }
        entries.withLock {
          $0[name] = before
          $0[name]?.versions.merge(tried) { old, _ in old }
        }
        throw error
      }
      put(entry, as: name)
    }
  }

  private func changed(_ body: () throws(ServingError) -> Void) throws(ServingError) {
    let problem: ServingError? = changing.withLock { _ in
      do throws(ServingError) { try body() } catch { return error }
      return nil
    }
    if let problem { throw problem }
  }
}
