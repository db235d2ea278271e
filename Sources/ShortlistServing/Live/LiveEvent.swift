import Foundation
import ShortlistIndex
import ShortlistTensors

/// That a user has interacted with an item.
public struct LiveEvent: Sendable, Hashable {
  public var user: String
  public var item: String
  /// Seconds since 1970; nil for now.
  public var time: Double?

  public init(user: String, item: String, time: Double? = nil) {
    self.user = user
    self.item = item
    self.time = time
  }
}

/// What users have done since the model was made: for each the items, each once, the latest last.
struct EventTable: LoggedState {
  static let record = "list of events"

  private struct Entry {
    var item: Int32
    var time: Double
    /// How many events came before it.
    var number: Int
  }

  private var users = StringTable()
  private var items = StringTable()
  private var entries: [[Entry]] = []
  /// Events that are kept: pairs of a user and an item.
  private(set) var count = 0
  /// Events that ever came.
  private var total = 0
  private let limits: LiveLimits

  init(_ limits: LiveLimits = .init()) { self.limits = limits }

  /// Users with events.
  var userCount: Int { users.count }

  /// The items of a user, the latest last.
  func items(of user: String) -> [String] {
    guard let number = users.code(of: user) else { return [] }
    return entries[number].map { items[Int($0.item)] }
  }

  func knows(_ user: String) -> Bool { users.code(of: user) != nil }

  private mutating func append(_ user: String, _ item: String, _ time: Double) {
    let userNumber = users.insert(user)
    if userNumber == entries.count { entries.append([]) }
    let itemNumber = Int32(items.insert(item))
    if let place = entries[userNumber].firstIndex(where: { $0.item == itemNumber }) {
      entries[userNumber].remove(at: place)
      count -= 1
    } else if entries[userNumber].count >= limits.eventsOfUser {
      entries[userNumber].removeFirst()
      count -= 1
    }
    entries[userNumber].append(Entry(item: itemNumber, time: time, number: total))
    count += 1
    total += 1
    if count > limits.events { forgetOldest() }
  }

  /// Keeps the latest three quarters of what is kept at most.
  private mutating func forgetOldest() {
    var kept = EventTable(limits)
    let first = total - limits.events * 3 / 4
    for (userNumber, list) in entries.enumerated() {
      for entry in list where entry.number >= first {
        let user = kept.users.insert(users[userNumber])
        if user == kept.entries.count { kept.entries.append([]) }
        var moved = entry
        moved.item = Int32(kept.items.insert(items[Int(entry.item)]))
        kept.entries[user].append(moved)
        kept.count += 1
      }
    }
    kept.total = total
    self = kept
  }

  // MARK: Records

  /// The record of some events.
  static func record(of events: [LiveEvent], at now: Double) -> [UInt8] {
    var writer = RecordWriter(
      reserving: events.reduce(0) { $0 + 16 + $1.user.utf8.count + $1.item.utf8.count })
    for event in events { write(event.user, event.item, event.time ?? now, to: &writer) }
    return writer.bytes
  }

  private static func write(
    _ user: String, _ item: String, _ time: Double, to writer: inout RecordWriter
  ) {
    writer.string(user)
    writer.string(item)
    writer.long(time.bitPattern)
  }

  static func changes(in record: RecordCursor) -> [LiveEvent]? {
    var cursor = record
    let lengths = 1...WriteAheadLog.longestIdentifier
    var events: [LiveEvent] = []
    while !cursor.isAtEnd {
      guard let user = cursor.string(lengths: lengths), let item = cursor.string(lengths: lengths),
        let time = cursor.long()
      else { return nil }
      events.append(LiveEvent(user: user, item: item, time: Double(bitPattern: time)))
    }
    return events
  }

  mutating func apply(_ changes: [LiveEvent]) {
    for event in changes { append(event.user, event.item, event.time ?? 0) }
  }

  func forEachRecord(_ body: ([UInt8]) throws -> Void) throws {
    // In the order in which they came, since which are forgotten first depends on it.
    var order: [(user: Int, place: Int)] = []
    order.reserveCapacity(count)
    for user in entries.indices {
      for place in entries[user].indices { order.append((user, place)) }
    }
    order.sort { entries[$0.user][$0.place].number < entries[$1.user][$1.place].number }
    var writer = RecordWriter()
    for (user, place) in order {
      let entry = entries[user][place]
      Self.write(users[user], items[Int(entry.item)], entry.time, to: &writer)
      if writer.bytes.count >= 1 << 20 {
        try body(writer.bytes)
        writer = RecordWriter()
      }
    }
    if !writer.bytes.isEmpty { try body(writer.bytes) }
  }
}
