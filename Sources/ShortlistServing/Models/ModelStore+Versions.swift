import Foundation
import Shortlist

/// Which versions there are, and how they come and go. Whoever calls this holds `changing`.
extension ModelStore {
  /// Loads what the policy of an entry wants and what is held, and lets the rest go.
  ///
  /// - Parameter again: whether versions that could not be loaded are tried again.
  func refresh(_ entry: inout ModelEntry, again: Bool = false) {
    let folder = URL(filePath: entry.configuration.folder, directoryHint: .isDirectory)
    let there = ArtifactFolder.versions(in: folder)
    let wanted = Self.wanted(entry.configuration.policy, of: there)
    var kept: Set<Int> = []
    for version in wanted.candidates where kept.count < wanted.count {
      if load(version, into: &entry, again: again) { kept.insert(version) }
    }
    for version in entry.held.subtracting(kept).intersection(there).sorted() {
      load(version, into: &entry, again: again)
    }
    // The last one that answers stays, even when its folder is gone.
    if !kept.isEmpty {
      entry.wanted = kept
      letGo(of: &entry)
    }
    entry.settle()
  }

  /// The versions that a policy wants of those that are there, in the order in which they are tried; and how many
  /// of them.
  private static func wanted(
    _ policy: ModelConfiguration.Policy, of versions: [Int]
  ) -> (candidates: [Int], count: Int) {
    let latestFirst = Array(versions.reversed())
    switch policy {
    case .latest(let count): return (latestFirst, count)
    case .all: return (latestFirst, latestFirst.count)
    case .specific(let numbers):
      let chosen = latestFirst.filter { numbers.contains($0) }
      return (chosen, chosen.count)
    }
  }

  /// Loads a version, unless it is there; whether it answers.
  @discardableResult
  func load(_ version: Int, into entry: inout ModelEntry, again: Bool = false) -> Bool {
    let name = entry.configuration.name
    let place = URL(filePath: entry.configuration.folder, directoryHint: .isDirectory)
      .appending(path: String(version))
    let known = entry.versions[version]
    if known?.model?.folder == place { return true }
    let stamp = FolderStamp(place)
    if !again, known?.failedOn == stamp { return false }
    // Whoever asks meanwhile is told.
    entries.withLock {
      $0[name]?.versions[version] = .init(
        status: .init(version: version, state: .loading), model: known?.model)
    }
    let start = ContinuousClock.now
    do {
      let live = try liveCatalogues.catalogue(of: entry.configuration)
      let model = try ServedModel(
        name: name, version: version, folder: place, traffic: entry.traffic, live: live)
      try model.warmUp()
      try live.attach(model)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      entry.versions[version] = .init(
        status: .init(version: version, state: .available), model: model, seconds: seconds)
      report(.loaded(model: name, version: version, seconds: seconds))
      if let first = model.refusedChanges.first {
        report(
          .leftOut(
            model: name, version: version, items: model.refusedChanges.count,
            reason: "\"\(first.item.prefix(80))\" \(first.reason)"))
      }
      return true
    } catch {
      let error = error as? ServingError ?? ServingError(.dataLoss, "\(error)")
      // The same number from another folder may answer still.
      entry.versions[version] = .init(
        status: .init(
          version: version, state: known?.model == nil ? .end : .available, error: error),
        model: known?.model, seconds: known?.seconds, failedOn: stamp)
      report(.failed(model: name, version: version, error))
      return false
    }
  }

  /// Lets versions go that nobody wants.
  func letGo(of entry: inout ModelEntry) {
    let kept = entry.wanted.union(entry.held)
    for (version, state) in entry.versions where state.model != nil && !kept.contains(version) {
      entry.versions[version] = .init(status: .init(version: version, state: .end))
      report(.unloaded(model: entry.configuration.name, version: version))
    }
  }

  /// Puts an entry in force, whole.
  func put(_ entry: ModelEntry, as name: String) {
    entry.startTrials()
    entries.withLock { $0[name] = entry }
  }
}
