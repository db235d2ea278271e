import Foundation
import Shortlist

/// What is said of versions by call while they serve. All of it lives as long as the process.
extension ModelStore {
  // MARK: Labels

  /// Lets a label lead to a version, which is loaded if it is not, and kept.
  ///
  /// - Throws: `ServingError`: `invalidArgument` for a label that is none, `failedPrecondition` for a version that
  ///   cannot be loaded, `notFound` for a model that is not there; nothing has changed then.
  public func setLabel(
    _ label: String, of name: String, to version: Int
  ) throws(ServingError) {
    guard !label.isEmpty, label.utf8.count <= 128,
      !label.utf8.contains(where: { $0 == 0x2f || $0 == 0x3a || $0 < 0x20 })
    else {
      throw ServingError(
        .invalidArgument,
        "a label has 1 to 128 bytes, without slash, colon and control characters")
    }
    try change(name) { entry throws(ServingError) in
      try hold(version, in: &entry, for: "the label \"\(label)\"")
      entry.configuration.labels[label] = version
      letGo(of: &entry)
    }
  }

  /// Takes a label away; its version goes with it, if nothing else wants it.
  ///
  /// - Throws: `ServingError.notFound` for a label or a model that is not there.
  public func removeLabel(_ label: String, of name: String) throws(ServingError) {
    try change(name) { entry throws(ServingError) in
      guard entry.configuration.labels.removeValue(forKey: label) != nil else {
        throw ServingError(.notFound, "the model \(name) has no label \"\(label)\"")
      }
      letGo(of: &entry)
    }
  }

  // MARK: Rolling back

  /// Puts an older version in force and keeps it there until it is released, whatever versions come.
  ///
  /// - Parameter version: the one before that in force, of those that can be loaded, if nil.
  /// - Returns: the version that is in force now.
  /// - Throws: `ServingError`: `failedPrecondition` where there is none, `notFound` for a model that is not there; nothing
  ///   has changed then.
  @discardableResult
  public func rollBack(_ name: String, to version: Int? = nil) throws(ServingError) -> Int {
    var chosen = 0
    try change(name) { entry throws(ServingError) in
      if let version {
        try hold(version, in: &entry, for: "the version to roll back to")
        chosen = version
      } else {
        chosen = try previous(to: entry.inForce?.version ?? .max, in: &entry)
      }
      entry.pinned = chosen
      entry.settle()
      letGo(of: &entry)
    }
    return chosen
  }

  /// Lets the latest version take its place again after a roll back, a canary or a shadow, which all keep the version in
  /// force.
  ///
  /// - Throws: `ServingError.notFound` for a model that is not there.
  public func release(_ name: String) throws(ServingError) {
    try change(name) { entry throws(ServingError) in
      entry.pinned = nil
      entry.configuration.canary = nil
      entry.configuration.shadow = nil
      refresh(&entry)
    }
  }

  // MARK: Canary and shadow

  /// Lets a share of the users get another version than that in force, which is kept until it is released; nil ends it.
  ///
  /// - Throws: `ServingError`: `invalidArgument` for a share that is none, `failedPrecondition` for a version that
  ///   cannot be loaded or where there is no other one, `notFound` for a model that is not there; nothing has changed
  ///   then.
  public func setCanary(_ trial: ModelTrial?, of name: String) throws(ServingError) {
    try change(name) { entry throws(ServingError) in
      if let trial { try begin(trial, in: &entry, "canary") }
      entry.configuration.canary = trial
      letGo(of: &entry)
    }
  }

  /// Asks another version than that in force in the background, and compares the answers; nil ends it.
  ///
  /// - Throws: `ServingError`, as `setCanary` does.
  public func setShadow(_ trial: ModelTrial?, of name: String) throws(ServingError) {
    try change(name) { entry throws(ServingError) in
      if let trial { try begin(trial, in: &entry, "shadow") }
      entry.configuration.shadow = trial
      letGo(of: &entry)
    }
  }

  /// Makes both a version and another one in force ready.
  func begin(
    _ trial: ModelTrial, in entry: inout ModelEntry, _ kind: String
  ) throws(ServingError) {
    try trial.check(kind)
    try hold(trial.version, in: &entry, for: "the \(kind)")
    if let inForce = entry.inForce?.version, inForce != trial.version {
      entry.pinned = inForce
    } else {
      entry.pinned = try previous(to: trial.version, in: &entry)
    }
    entry.settle()
  }

  // MARK: Versions

  /// Loads a version that something else than the policy wants.
  ///
  /// - Throws: `ServingError.failedPrecondition`.
  func hold(
    _ version: Int, in entry: inout ModelEntry, for purpose: String
  ) throws(ServingError) {
    let folder = URL(filePath: entry.configuration.folder, directoryHint: .isDirectory)
    let isThere =
      entry.versions[version]?.model != nil
      || ArtifactFolder.versions(in: folder).contains(version)
    guard isThere, load(version, into: &entry, again: true) else {
      let reason =
        isThere ? entry.versions[version]?.status.error?.message : "there is no such version"
      throw ServingError(
        .failedPrecondition,
        "\(purpose) is for version \(version) of \(entry.configuration.name), which is not available: \(reason ?? "it cannot be loaded")"
      )
    }
  }

  /// Loads the version before another one; those that cannot be loaded are passed by.
  private func previous(
    to version: Int, in entry: inout ModelEntry
  ) throws(ServingError) -> Int {
    let folder = URL(filePath: entry.configuration.folder, directoryHint: .isDirectory)
    let loaded = entry.versions.filter { $0.value.model != nil }.keys
    let there = Set(ArtifactFolder.versions(in: folder)).union(loaded)
    for candidate in there.filter({ $0 < version }).sorted(by: >)
    where load(candidate, into: &entry, again: true) {
      return candidate
    }
    throw ServingError(
      .failedPrecondition,
      "\(entry.configuration.name) has no version before \(version) that can be loaded")
  }
}

extension ModelEntry {
  /// Lets the canary and the shadow of an entry begin; those that were running go on where nothing has changed.
  func startTrials() {
    var trials = ModelTraffic.Trials()
    let running = traffic.running
    if let inForce {
      /// Keeps what has been compared of the same two versions.
      func comparison(
        _ first: ServedModel, _ second: ServedModel, _ known: Comparison?
      ) -> Comparison {
        if let known, known.first == first.version, known.second === second { return known }
        return Comparison(first.version, second)
      }
      if let canary = configuration.canary, let model = versions[canary.version]?.model {
        trials.canary = (model, canary.share)
        trials.canaryComparison = comparison(model, inForce, running.canaryComparison)
      }
      if let shadow = configuration.shadow, let model = versions[shadow.version]?.model {
        trials.shadow = (
          shadow.share, comparison(inForce, model, running.shadow?.comparison)
        )
      }
    }
    traffic.set(trials)
  }
}
