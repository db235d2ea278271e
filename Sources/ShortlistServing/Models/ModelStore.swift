public import Foundation
import Shortlist
import ShortlistTensors

/// The models that are served, and their versions, which come and go while requests run.
///
/// A request takes the version it gets and keeps it to its end; a version that is no longer wanted is let go when the
/// last one has. A version is loaded, checked and warmed before it is in force, and one that cannot be loaded never
/// takes the place of one that could.
///
/// ```swift
/// let store = try ModelStore(ModelConfiguration.models(in: "artifacts"))
/// store.watch(every: .seconds(1))
/// let model = try store.model(.init(name: "movies"))
/// ```
public final class ModelStore: Sendable {
  private struct Version {
    var status: VersionStatus
    var model: ServedModel?
    /// What stood in the folder when it could not be loaded, so that the same is not tried for ever.
    var failedOn: Date?
  }

  private struct Entry {
    var configuration: ModelConfiguration
    var versions: [Int: Version] = [:]
  }

  private let entries = Guarded<[String: Entry]>([:])
  /// Held by whoever changes which versions there are.
  private let changing = Guarded<Void>(())
  private let timer = Guarded<(any DispatchSourceTimer)?>(nil)
  private let report: @Sendable (Event) -> Void
  let liveCatalogues: LiveCatalogues

  /// What happens to versions, for logs.
  public enum Event: Sendable {
    case loaded(model: String, version: Int, seconds: Double)
    case failed(model: String, version: Int, ServingError)
    case unloaded(model: String, version: Int)
    /// A version leaves out items that were given while others were served; the reason is that of the first.
    case leftOut(model: String, version: Int, items: Int, reason: String)
  }

  /// Loads the models; a model of which no version can be loaded is kept, with what went wrong.
  ///
  /// - Parameter state: the folder in which changes of the catalogues and events are kept, by model; nil for
  ///   `.live` beside the folder of each.
  /// - Throws: `ServingError.invalidArgument` for a name or policy that makes no sense, or a name that stands twice.
  public convenience init(
    _ configurations: [ModelConfiguration], state: URL? = nil,
    report: @escaping @Sendable (Event) -> Void = { _ in }
  ) throws(ServingError) {
    try self.init(configurations, state: state, limits: .init(), report: report)
  }

  init(
    _ configurations: [ModelConfiguration], state: URL? = nil, limits: LiveLimits,
    report: @escaping @Sendable (Event) -> Void = { _ in }
  ) throws(ServingError) {
    self.report = report
    liveCatalogues = LiveCatalogues(state, limits: limits)
    try reload(configurations)
  }

  // MARK: Asking

  /// The names of all models, in order.
  public var names: [String] { entries.withLock { $0.keys.sorted() } }

  /// The version that a request gets.
  ///
  /// - Throws: `ServingError`: `notFound` for a model or version that is not loaded, `invalidArgument` for a label
  ///   that is not there.
  public func model(_ selection: ModelSelection) throws(ServingError) -> ServedModel {
    let found: Result<ServedModel, ServingError> = entries.withLock { entries in
      guard let entry = entries[selection.name] else {
        return .failure(Self.notFound(selection))
      }
      var version = selection.version
      if let label = selection.label {
        guard let labelled = entry.configuration.labels[label] else {
          return .failure(
            ServingError(
              .invalidArgument,
              "the model \(selection.name) has no label \"\(label)\"; it has "
                + (entry.configuration.labels.isEmpty
                  ? "none" : entry.configuration.labels.keys.sorted().joined(separator: ", "))))
        }
        version = labelled
      }
      if let version {
        guard let model = entry.versions[version]?.model else {
          return .failure(Self.notFound(selection))
        }
        return .success(model)
      }
      guard
        let model = entry.versions.values.compactMap(\.model).max(by: { $0.version < $1.version })
      else { return .failure(Self.notFound(selection)) }
      return .success(model)
    }
    return try found.get()
  }

  /// How the versions of a model are, the latest first.
  ///
  /// - Throws: `ServingError.notFound` for a model or version of which nothing is known.
  public func status(_ selection: ModelSelection) throws(ServingError) -> [VersionStatus] {
    var version = selection.version
    if selection.label != nil { version = try model(selection).version }
    let found = entries.withLock { entries in
      entries[selection.name]?.versions.values.map(\.status).sorted { $0.version > $1.version }
    }
    guard let found else { throw Self.notFound(selection) }
    guard let version else { return found }
    let only = found.filter { $0.version == version }
    guard !only.isEmpty else { throw Self.notFound(selection) }
    return only
  }

  /// Whether every model has a version that answers.
  public var isReady: Bool {
    entries.withLock { entries in
      !entries.isEmpty
        && entries.values.allSatisfy { $0.versions.values.contains { $0.model != nil } }
    }
  }

  private static func notFound(_ selection: ModelSelection) -> ServingError {
    let wanted =
      selection.version.map { "Specific(\(selection.name), \($0))" } ?? "Latest(\(selection.name))"
    return ServingError(.notFound, "Servable not found for request: \(wanted)")
  }

  // MARK: Changing

  /// Replaces the list of models: what is not named is let go, what is new is loaded before this returns.
  ///
  /// - Throws: `ServingError`: `invalidArgument` for a list that makes no sense, `failedPrecondition` for a label of a
  ///   version that is not available; models of before stay as they were.
  public func reload(_ configurations: [ModelConfiguration]) throws(ServingError) {
    var names: Set<String> = []
    for configuration in configurations {
      try configuration.check()
      guard names.insert(configuration.name).inserted else {
        throw ServingError(.invalidArgument, "two models are called \"\(configuration.name)\"")
      }
    }
    let problem: ServingError? = changing.withLock { _ in
      // Nothing that answers is taken away before the whole list is known to be good.
      for configuration in configurations { load(configuration) }
      for configuration in configurations {
        for (label, version) in configuration.labels.sorted(by: { $0.key < $1.key }) {
          let isThere = entries.withLock { $0[configuration.name]?.versions[version]?.model != nil }
          guard isThere else {
            return ServingError(
              .failedPrecondition,
              "the label \"\(label)\" is for version \(version) of \(configuration.name), which is not available"
            )
          }
        }
      }
      for configuration in configurations {
        entries.withLock { $0[configuration.name]?.configuration = configuration }
        letGo(configuration)
      }
      let gone = entries.withLock { entries in
        let gone = entries.filter { !names.contains($0.key) }
        for name in gone.keys { entries[name] = nil }
        return gone
      }
      liveCatalogues.keep(names)
      for (name, entry) in gone {
        for version in entry.versions.values where version.model != nil {
          report(.unloaded(model: name, version: version.status.version))
        }
      }
      return nil
    }
    if let problem { throw problem }
  }

  /// Looks at the folders once: new versions are loaded, and old ones let go.
  public func poll() {
    changing.withLock { _ in
      for configuration in entries.withLock({ $0.values.map(\.configuration) }) {
        load(configuration)
        letGo(configuration)
      }
    }
  }

  /// Looks at the folders again and again, in the background.
  public func watch(every interval: Duration) {
    let source = DispatchSource.makeTimerSource(
      queue: DispatchQueue(label: "shortlist.models", qos: .utility))
    let seconds = interval / .seconds(1)
    source.schedule(deadline: .now() + seconds, repeating: seconds)
    source.setEventHandler { [weak self] in self?.poll() }
    timer.withLock {
      $0?.cancel()
      $0 = source
    }
    source.resume()
  }

  /// Looks no more.
  public func stopWatching() {
    timer.withLock {
      $0?.cancel()
      $0 = nil
    }
  }

  // MARK: Versions

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

  private func load(_ configuration: ModelConfiguration) {
    let name = configuration.name
    entries.withLock { entries in
      if entries[name] == nil { entries[name] = Entry(configuration: configuration) }
    }
    let folder = URL(filePath: configuration.folder, directoryHint: .isDirectory)
    let wanted = Self.wanted(configuration.policy, of: ArtifactFolder.versions(in: folder))
    var loaded = 0
    for version in wanted.candidates where loaded < wanted.count {
      let place = folder.appending(path: String(version))
      if isLoaded(name, version, from: place) || load(configuration, version, from: place) {
        loaded += 1
      }
    }
  }

  private func isLoaded(_ name: String, _ version: Int, from place: URL) -> Bool {
    entries.withLock { $0[name]?.versions[version]?.model?.folder == place }
  }

  /// Loads a version and puts it in force; whether that succeeded.
  private func load(
    _ configuration: ModelConfiguration, _ version: Int, from place: URL
  ) -> Bool {
    let name = configuration.name
    let written = Self.date(of: place)
    let known = entries.withLock { $0[name]?.versions[version] }
    if let failedOn = known?.failedOn, failedOn == written { return false }
    set(name, VersionStatus(version: version, state: .loading), keeping: known?.model)
    let start = ContinuousClock.now
    do {
      let live = try liveCatalogues.catalogue(of: configuration)
      let model = try ServedModel(name: name, version: version, folder: place, live: live)
      try model.warmUp()
      try live.attach(model)
      set(name, VersionStatus(version: version, state: .available), keeping: model)
      report(
        .loaded(model: name, version: version, seconds: (ContinuousClock.now - start) / .seconds(1))
      )
      if let first = model.refusedChanges.first {
        report(
          .leftOut(
            model: name, version: version, items: model.refusedChanges.count,
            reason: "\"\(first.item.prefix(80))\" \(first.reason)"))
      }
      return true
    } catch {
      let error = error as? ServingError ?? ServingError(.dataLoss, "\(error)")
      entries.withLock {
        $0[name]?.versions[version] = Version(
          status: VersionStatus(version: version, state: .end, error: error), model: nil,
          failedOn: written)
      }
      report(.failed(model: name, version: version, error))
      return false
    }
  }

  private func set(_ name: String, _ status: VersionStatus, keeping model: ServedModel?) {
    entries.withLock { $0[name]?.versions[status.version] = Version(status: status, model: model) }
  }

  /// Lets versions go that the policy does not want, if there are others that answer.
  private func letGo(_ configuration: ModelConfiguration) {
    let folder = URL(filePath: configuration.folder, directoryHint: .isDirectory)
    let there = ArtifactFolder.versions(in: folder)
    let wanted = Self.wanted(configuration.policy, of: there)
    let gone: [Int] = entries.withLock { entries in
      guard var entry = entries[configuration.name] else { return [] }
      let good = wanted.candidates.filter {
        entry.versions[$0]?.model?.folder.deletingLastPathComponent().path == folder.path
      }
      let kept = Set(good.prefix(wanted.count))
      // The last one that answers stays, even when its folder is gone.
      guard !kept.isEmpty else { return [] }
      var gone: [Int] = []
      for (version, state) in entry.versions where state.model != nil && !kept.contains(version) {
        entry.versions[version] = Version(status: VersionStatus(version: version, state: .end))
        gone.append(version)
      }
      entries[configuration.name] = entry
      return gone
    }
    for version in gone { report(.unloaded(model: configuration.name, version: version)) }
  }

  private static func date(of folder: URL) -> Date? {
    let manifest = folder.appending(path: "manifest.json").path(percentEncoded: false)
    return try? FileManager.default.attributesOfItem(atPath: manifest)[.modificationDate] as? Date
  }
}
