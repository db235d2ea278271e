#if Server
  import Foundation
  import ShortlistServer
  import ShortlistServing
  import Synchronization

  extension ModelStore {
    /// Loads the models of a folder, each with a version that answers, and tells a log what happens to versions.
    ///
    /// - Throws: `CommandFailure` for a model of which no version can be loaded.
    convenience init(reporting log: EventLog, modelsIn folder: String, state: String?) throws {
      let hasBegun = Begun()
      try self.init(
        ModelConfiguration.models(in: folder), state: state.map { URL(filePath: $0) }
      ) { event in
        if case .failed = event, !hasBegun.isSet { return }
        log.note(event)
      }
      for name in names {
        let isServed = (try? model(.init(name: name))) != nil
        for status in try status(.init(name: name)) {
          guard let error = status.error else { continue }
          let event = Event.failed(model: name, version: status.version, error)
          guard isServed else { throw CommandFailure(event.text) }
          log.note(event)
        }
      }
      hasBegun.set()
    }
  }

  extension EventLog {
    fileprivate func note(_ event: ModelStore.Event) {
      switch event {
      case .loaded(let model, let version, let seconds):
        note(
          .info, event.text,
          ["model": .text(model), "version": .integer(version), "seconds": .number(seconds)])
      case .failed(let model, let version, let error):
        note(
          .error, event.text,
          ["model": .text(model), "version": .integer(version), "code": .text(error.code.name)])
      case .leftOut(let model, let version, let items, let reason):
        note(
          .warning, event.text,
          [
            "model": .text(model), "version": .integer(version), "items": .integer(items),
            "reason": .text(reason),
          ])
      case .unloaded(let model, let version):
        note(.info, event.text, ["model": .text(model), "version": .integer(version)])
      }
    }
  }

  extension ModelStore.Event {
    fileprivate var text: String {
      switch self {
      case .loaded(let model, let version, _): "loaded \(model) version \(version)"
      case .failed(let model, let version, let error):
        "\(model) version \(version) cannot be loaded: \(error.message)"
      case .unloaded(let model, let version): "let go of \(model) version \(version)"
      case .leftOut(let model, let version, let items, let reason):
        "\(model) version \(version) leaves out \(items == 1 ? "an item" : "\(items) items") given before it: \(reason)"
      }
    }
  }

  private final class Begun: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
  }
#endif
