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
  let entries = Guarded<[String: ModelEntry]>([:])
  /// Held by whoever changes entries: such a one takes a copy, and puts it back when all is well.
  let changing = Guarded<Void>(())
  private let timer = Guarded<(any DispatchSourceTimer)?>(nil)
  let report: @Sendable (Event) -> Void
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
  /// - Throws: `ServingError.invalidArgument` for a name or policy that makes no sense, or a name that stands twice;
  ///   `failedPrecondition` for a label, canary or shadow whose version cannot be loaded.
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

  deinit {
    // Canaries and shadows hold models, which hold what holds them.
    for entry in entries.withLock({ $0.values }) { entry.traffic.set(.init()) }
  }

  // MARK: Asking

  /// The names of all models, in order.
  public var names: [String] { entries.withLock { $0.keys.sorted() } }

  /// The version that a request gets: the one that it names, or the one in force.
  ///
  /// - Throws: `ServingError`: `notFound` for a model or version that is not loaded, `invalidArgument` for a label
  ///   that is not there.
  public func model(_ selection: ModelSelection) throws(ServingError) -> ServedModel {
    let found: Result<ServedModel, ServingError> = entries.withLock { entries in
      guard let entry = entries[selection.name] else {
        return .failure(Self.notFound(selection))
      }
      if selection.isOpen {
        return entry.inForce.map { .success($0) } ?? .failure(Self.notFound(selection))
      }
      var version = selection.version
      if let label = selection.label {
        guard let labelled = entry.configuration.labels[label] else {
          let labels = entry.configuration.labels.keys.sorted().joined(separator: ", ")
          return .failure(
            ServingError(
              .invalidArgument,
              "the model \(selection.name) has no label \"\(label)\"; it has "
                + (labels.isEmpty ? "none" : labels)))
        }
        version = labelled
      }
      guard let model = version.flatMap({ entry.versions[$0]?.model }) else {
        return .failure(Self.notFound(selection))
      }
      return .success(model)
    }
    return try found.get()
  }

  /// The version that a user's request gets: as without the user, but a canary's share of the users gets the canary
  /// in place of the version in force.
  ///
  /// - Parameter user: who always gets the same version; any share of the requests gets the canary if nil.
  /// - Throws: `ServingError`, as without the user.
  public func model(
    _ selection: ModelSelection, for user: String?
  ) throws(ServingError) -> ServedModel {
    let model = try model(selection)
    return selection.isOpen ? model.traffic.canary(for: user) ?? model : model
  }

  /// What is counted of a model; nil for one that is not there.
  package func counters(of name: String) -> ModelCounters? {
    entries.withLock { $0[name]?.traffic.counters }
  }

  /// How many searches wait to be done together.
  package var waitingSearches: Int {
    let models = entries.withLock { $0.values.flatMap { $0.versions.values.compactMap(\.model) } }
    return models.reduce(0) { $0 + $1.batcher.depth }
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
      !entries.isEmpty && entries.values.allSatisfy { $0.inForce != nil }
    }
  }

  static func notFound(_ selection: ModelSelection) -> ServingError {
    let wanted =
      selection.version.map { "Specific(\(selection.name), \($0))" } ?? "Latest(\(selection.name))"
    return ServingError(.notFound, "Servable not found for request: \(wanted)")
  }

  // MARK: Watching

  /// Looks at the folders once: new versions are loaded, and old ones let go.
  public func poll() {
    changing.withLock { _ in
      for (name, var entry) in entries.withLock({ $0 }) {
        refresh(&entry)
        put(entry, as: name)
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
}
