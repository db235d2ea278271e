import ShortlistServing

/// What is said of the versions of a model while they serve. Every call answers how the model stands then. The routes let
/// no other methods through than those that are named here.
extension HTTPService {
  /// `GET .../life`, `PUT` and `DELETE` of `.../canary` and `.../shadow`.
  func life(_ resource: String, _ request: HTTPRequest, _ selection: ModelSelection) -> Answer {
    let (name, isCanary) = (selection.name, resource == "canary")
    guard resource != "life" else {
      return .ready(Self.answer { () throws(ServingError) in try life(name) })
    }
    @Sendable func set(_ trial: ModelTrial?) throws(ServingError) {
      try isCanary ? store.setCanary(trial, of: name) : store.setShadow(trial, of: name)
    }
    guard request.method == "PUT" else {
      return change(request, selection) { _ throws(ServingError) in try set(nil) }
    }
    return change(request, selection, known: ["version", "share"]) {
      fields throws(ServingError) in
      try set(try fields.trial())
    }
  }

  /// `PUT` and `DELETE` of `.../labels/LABEL`.
  func change(_ label: String, _ request: HTTPRequest, _ selection: ModelSelection) -> Answer {
    let model = ModelSelection(name: selection.name)
    guard request.method == "PUT" else {
      return change(request, model) { _ throws(ServingError) in
        try store.removeLabel(label, of: model.name)
      }
    }
    return change(request, model, known: ["version"]) { fields throws(ServingError) in
      try store.setLabel(label, of: model.name, to: try fields.version())
    }
  }

  /// `POST ...:reload`, `:rollback` and `:release`.
  func change(
    action: String, _ request: HTTPRequest, _ selection: ModelSelection
  ) -> Answer {
    let name = selection.name
    switch action {
    case "reload":
      return change(request, selection) { _ throws(ServingError) in try store.reload(name) }
    case "rollback":
      return change(request, selection, known: ["version"]) { fields throws(ServingError) in
        try store.rollBack(name, to: fields["version"] == nil ? nil : try fields.version())
      }
    default:
      return change(request, selection) { _ throws(ServingError) in try store.release(name) }
    }
  }

  // MARK: Changing

  /// Reads the body, has a change made, and tells how the model stands then.
  private func change(
    _ request: HTTPRequest, _ selection: ModelSelection, known: [String] = [],
    _ body: @escaping @Sendable (Fields) throws(ServingError) -> Void
  ) -> Answer {
    do throws(ServingError) {
      guard selection.version == nil, selection.label == nil else {
        throw ServingError(
          .invalidArgument, "the path names a version or a label; name the model alone")
      }
      let json = request.body.isEmpty ? .object([]) : try Self.json(of: request)
      let fields = try Fields(json, known: known)
      // Versions may be loaded before it answers.
      return .work(cost: .max) {
        Self.answer { () throws(ServingError) in
          try body(fields)
          return try life(selection.name)
        }
      }
    } catch {
      return .ready(.problem(error))
    }
  }

  private static func answer(_ body: () throws(ServingError) -> HTTPResponse) -> HTTPResponse {
    do throws(ServingError) { return try body() } catch { return .problem(error) }
  }

  // MARK: Telling

  private func life(_ name: String) throws(ServingError) -> HTTPResponse {
    let life = try store.life(of: name)
    return HTTPResponse { json in
      json.member("model", life.name)
      json.name("version")
      json.value(life.inForce.map { .integer($0) } ?? .null)
      json.member("pinned", life.isPinned)
      json.array("versions") { json in
        for version in life.versions { json.object { $0.write(version) } }
      }
      json.object("labels") { json in
        for (label, version) in life.labels.sorted(by: { $0.key < $1.key }) {
          json.member(label, version)
        }
      }
      for (kind, trial) in [("canary", life.canary), ("shadow", life.shadow)] {
        guard let trial else { continue }
        json.object(kind) { $0.write(trial) }
      }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: String, _ value: Double?) {
    self.name(name)
    self.value(value.map { .number($0) } ?? .null)
  }

  fileprivate mutating func write(_ version: ModelLife.Version) {
    member("version", version.status.version)
    member("state", version.status.state.name)
    if let error = version.status.error { member("error", error.message) }
    if let seconds = version.seconds { member("load_seconds", Optional(seconds)) }
    guard let answers = version.answers else { return }
    member("answers", answers.answers)
    member("empty", answers.empty)
    member("unknown_user", answers.unknown)
    member("coverage", Optional(answers.coverage))
    if let popular = answers.popular { member("popular", Optional(popular)) }
  }

  fileprivate mutating func write(_ trial: ModelLife.Trial) {
    member("version", trial.trial.version)
    member("share", Optional(trial.trial.share))
    guard let comparison = trial.comparison else { return }
    member("compared", comparison.compared)
    member("failed", comparison.failed)
    member("dropped", comparison.dropped)
    member("overlap", comparison.overlap)
    member("rank_biased_overlap", comparison.rankBiasedOverlap)
    member("latency_ratio", comparison.latencyRatio)
  }
}

extension Fields {
  fileprivate func version() throws(ServingError) -> Int {
    guard let version = try integer("version") else {
      throw ServingError(.invalidArgument, "version is missing: a number from 1 on")
    }
    return version
  }

  fileprivate func trial() throws(ServingError) -> ModelTrial {
    switch self["share"] {
    case .number(let share)?: ModelTrial(version: try version(), share: share)
    case .integer(let share)?: ModelTrial(version: try version(), share: Double(share))
    default:
      throw ServingError(.invalidArgument, "share is missing: a number from 0 to 1")
    }
  }
}
