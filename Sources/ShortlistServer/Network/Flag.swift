#if Server
  import Synchronization

  /// Something that has happened, once and for all; set and asked from any thread.
  final class Flag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
  }
#endif
