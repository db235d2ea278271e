import Foundation
import ShortlistServing
import ShortlistTensors

/// A value that is made of files, and made again once they have changed.
///
/// The files are looked at when the value is asked for, at most once a second. Where they cannot be read, or make no
/// sense, the value of before stays.
final class FileBacked<Value: Sendable>: Sendable {
  private struct Stamp: Equatable {
    var written: Date?
    var size: Int?
    var number: Int?
  }

  private struct State {
    var value: Value
    var stamps: [Stamp]
    var looked: ContinuousClock.Instant
  }

  private let files: [String]
  private let interval: Duration
  private let make: @Sendable () throws(ServingError) -> Value
  private let report: @Sendable (ServingError?) -> Void
  private let state: Guarded<State>

  /// - Parameters:
  ///   - interval: how long the files are not looked at again.
  ///   - report: told of every change, with what was wrong with the new files.
  /// - Throws: what making the first value throws.
  init(
    _ files: [String], every interval: Duration = .seconds(1),
    report: @escaping @Sendable (ServingError?) -> Void = { _ in },
    _ make: @escaping @Sendable () throws(ServingError) -> Value
  ) throws(ServingError) {
    (self.files, self.interval, self.make, self.report) = (files, interval, make, report)
    // Before they are read: what is written meanwhile is seen at the next look.
    let stamps = files.map(Self.stamp)
    state = Guarded(State(value: try make(), stamps: stamps, looked: .now))
  }

  var value: Value {
    state.withLock { state in
      let now = ContinuousClock.now
      guard now - state.looked >= interval else { return state.value }
      state.looked = now
      let stamps = files.map(Self.stamp)
      guard stamps != state.stamps else { return state.value }
      state.stamps = stamps
      do throws(ServingError) {
        state.value = try make()
        report(nil)
      } catch {
        report(error)
      }
      return state.value
    }
  }

  private static func stamp(of file: String) -> Stamp {
    // A link is followed: Kubernetes replaces secrets by changing one.
    let path = URL(filePath: file).resolvingSymlinksInPath().path(percentEncoded: false)
    let attributes = (try? FileManager.default.attributesOfItem(atPath: path)) ?? [:]
    return Stamp(
      written: attributes[.modificationDate] as? Date, size: attributes[.size] as? Int,
      number: attributes[.systemFileNumber] as? Int)
  }
}

extension EventLog {
  /// Tells that a file has changed and was read again.
  func noteRereading(_ file: String, _ problem: ServingError?) {
    if let problem {
      note(
        .error, "\(problem.message); what was read before stays in force", ["file": .text(file)])
    } else {
      note(.info, "\(file) has changed and was read again", ["file": .text(file)])
    }
  }
}
