public import Foundation
import ShortlistTensors

/// What happens in a server, as lines of JSON.
///
/// Whoever notes something waits for nobody: lines are written in the background, and where they are taken too slowly
/// the next ones are left out and counted.
///
/// ```swift
/// let log = EventLog(from: .warning)
/// log.note(.warning, "the disk is full", ["path": .text("/var/lib")])
/// ```
public final class EventLog: Sendable {
  public enum Level: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    public static func < (one: Level, other: Level) -> Bool { one.place < other.place }
    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  public enum Value: Sendable {
    case text(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
    case group([(name: String, value: Value)])
  }

  private struct Waiting {
    var bytes: [UInt8] = []
    var left = 0
    var isScheduled = false
    var second = 0
    var secondText = ""
  }

  /// Lines that wait to be written take so much memory at most, in bytes.
  private static let room = 1 << 20

  private let level: Level
  private let write: @Sendable (Data) -> Void
  private let waiting = Guarded(Waiting())
  private let queue = DispatchQueue(label: "shortlist.log", qos: .utility)

  /// - Parameters:
  ///   - level: what is below it is left out.
  ///   - write: takes whole lines; standard error unless said otherwise.
  public init(
    from level: Level = .info, write: (@Sendable (Data) -> Void)? = nil
  ) {
    self.level = level
    // A log that cannot be written stops no server.
    self.write = write ?? { try? FileHandle.standardError.write(contentsOf: $0) }
  }

  /// Whether something of this level is written.
  public func takes(_ level: Level) -> Bool { level >= self.level }

  public func note(
    _ level: Level, _ message: String, _ fields: KeyValuePairs<String, Value> = [:]
  ) {
    guard takes(level) else { return }
    let now = Date().timeIntervalSince1970
    let isFirst = waiting.withLock { waiting in
      guard waiting.bytes.count < Self.room else {
        waiting.left += 1
        return false
      }
      var json = JSONWriter()
      json.object { json in
        json.member("time", Self.text(of: now, &waiting))
        json.member("level", level.rawValue)
        json.member("message", message)
        for (name, value) in fields { json.member(name, value) }
      }
      waiting.bytes += json.bytes
      waiting.bytes.append(0x0a)
      defer { waiting.isScheduled = true }
      return !waiting.isScheduled
    }
    if isFirst { queue.async { self.writeWaiting() } }
  }

  /// Returns when all that was noted has been written.
  public func flush() { queue.sync { writeWaiting() } }

  private func writeWaiting() {
    let (bytes, left) = waiting.withLock { waiting in
      defer { (waiting.bytes, waiting.left, waiting.isScheduled) = ([], 0, false) }
      return (waiting.bytes, waiting.left)
    }
    if !bytes.isEmpty { write(Data(bytes)) }
    if left > 0 { note(.warning, "lines were left out", ["lines": .integer(left)]) }
  }

  /// A time as RFC 3339 has it, to the millisecond. Days are looked up in the calendar once a second.
  private static func text(of time: TimeInterval, _ waiting: inout Waiting) -> String {
    let second = Int(time.rounded(.down))
    if second != waiting.second {
      waiting.second = second
      waiting.secondText = String(
        Date(timeIntervalSince1970: Double(second)).ISO8601Format().dropLast())
    }
    let thousandths = String(1_000 + Int((time - Double(second)) * 1_000))
    return "\(waiting.secondText).\(thousandths.dropFirst())Z"
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: String, _ value: EventLog.Value) {
    switch value {
    case .text(let text): member(name, text)
    case .integer(let integer): member(name, integer)
    case .flag(let flag): member(name, flag)
    case .number(let number):
      self.name(name)
      self.value(.number(number))
    case .group(let members):
      object(name) { json in for member in members { json.member(member.name, member.value) } }
    }
  }
}
