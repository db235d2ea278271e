import Shortlist
import ShortlistTensors
import Synchronization

/// What the versions of a model share: what is counted, the last requests, and what runs beside the version in force.
final class ModelTraffic: Sendable {
  /// A share of the users gets the canary; a share of the requests is answered by the shadow too, which nobody sees.
  struct Trials: Sendable {
    var canary: (model: ServedModel, share: Double)?
    /// Of the canary with the version in force.
    var canaryComparison: Comparison?
    var shadow: (share: Double, comparison: Comparison)?
  }

  let counters = ModelCounters()
  private let trials = Guarded<Trials>(.init())
  private let hasTrials = Atomic<Bool>(false)
  private let recent = Guarded<RecentRequests>(.init())
  private let remembering = Gate(every: 10_000_000)
  private let looking = Gate(every: 100_000)
  private let dice = Atomic<UInt64>(0)

  func set(_ new: Trials) {
    trials.withLock { $0 = new }
    hasTrials.store(new.canary != nil || new.shadow != nil, ordering: .releasing)
  }

  var running: Trials {
    hasTrials.load(ordering: .acquiring) ? trials.withLock { $0 } : Trials()
  }

  /// The version that a user gets in place of the one in force; always the same one, where the user is known.
  func canary(for user: String?) -> ServedModel? {
    guard let canary = running.canary else { return nil }
    let draw = user.map { Share.place(of: $0, in: canary.model.name) } ?? rolled()
    return draw < canary.share ? canary.model : nil
  }

  /// Takes note of an answer.
  ///
  /// - Parameter start: when its making began.
  func note(
    _ answers: [Recommendations], by model: ServedModel, since start: Int,
    to request: @autoclosure () -> KeptRequest
  ) {
    for answer in answers { model.answers.count(answer) }
    let now = Timing.now
    if looking.opens(at: now) {
      for answer in answers.prefix(8) {
        model.answers.look(at: answer, of: model.retriever, now: now)
      }
      if remembering.opens(at: now) {
        let request = request()
        if request.isSmall { recent.withLock { $0.keep(request) } }
      }
    }
    let trials = running
    if let canary = trials.canary, canary.model === model {
      trials.canaryComparison?.offer(request(), answers, in: now - start)
    }
    if let shadow = trials.shadow, shadow.comparison.first == model.version,
      rolled() < shadow.share
    {
      shadow.comparison.offer(request(), answers, in: now - start)
    }
  }

  /// The last requests, the oldest first.
  var recentRequests: [KeptRequest] { recent.withLock { $0.inOrder } }

  /// A number in 0..<1.
  private func rolled() -> Double {
    Share.number(of: dice.wrappingAdd(1, ordering: .relaxed).newValue)
  }
}

/// The last few requests.
private struct RecentRequests {
  private static let limit = 64
  private var requests: [KeptRequest] = []
  private var next = 0

  mutating func keep(_ request: KeptRequest) {
    if requests.count < Self.limit {
      requests.append(request)
    } else {
      requests[next] = request
    }
    next = (next + 1) % Self.limit
  }

  var inOrder: [KeptRequest] {
    requests.count < Self.limit ? requests : Array(requests[next...] + requests[..<next])
  }
}

/// Places in 0..<1 for shares: a user is in a share if the place is less, so that a share that grows keeps its users.
enum Share {
  static func place(of user: String, in model: String) -> Double {
    // FNV-1a
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in model.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ 0xff) &* 0x100_0000_01b3
    for byte in user.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return number(of: hash)
  }

  /// The finaliser of SplitMix64, as a number in 0..<1.
  static func number(of bits: UInt64) -> Double {
    var bits = bits &+ 0x9e37_79b9_7f4a_7c15
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    bits ^= bits >> 31
    return Double(bits >> 11) * 0x1p-53
  }
}
