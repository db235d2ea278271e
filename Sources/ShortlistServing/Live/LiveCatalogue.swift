import Foundation
import Shortlist
import ShortlistIndex
import ShortlistTensors
import Synchronization

/// What has changed in the catalogue of a model since its versions were made, and what its users have done.
///
/// The folder is made at the first change. It holds the log `items`, the log `events`, and `lock`, which one process
/// at a time has; another one serves what it finds there and takes no change.
final class LiveCatalogue: Sendable {
  private struct Opened {
    let items: DurableState<ItemTable>
    let events: DurableState<EventTable>
    var lock: FileLock?
    /// Why no change is taken.
    var refusal: ServingError?
  }

  private struct Shown {
    /// Of the items that the versions show.
    var revision = 0
    var versions: [Version] = []

    struct Version { weak var model: ServedModel? }
  }

  let name: String
  let folder: URL
  private let limits: LiveLimits
  private let opened: Guarded<Opened?>
  private let shown = Guarded(Shown())
  /// Whether any event is kept.
  private let hasEvents = Atomic(false)

  /// - Throws: `ServingError.dataLoss` that names the damaged place.
  init(_ name: String, folder: URL, limits: LiveLimits = .init()) throws(ServingError) {
    self.name = name
    self.folder = folder
    self.limits = limits
    opened = Guarded(nil)
    do {
      guard FileManager.default.fileExists(atPath: folder.plainPath) else { return }
      let found = try Self.open(folder, limits)
      hasEvents.store(found.events.read { $0.count > 0 }, ordering: .relaxed)
      opened.withLock { $0 = found }
    } catch {
      throw ServingError(writing: error)
    }
  }

  private static func open(_ folder: URL, _ limits: LiveLimits) throws -> Opened {
    var refusal: ServingError?
    var lock: FileLock?
    do {
      lock = try FileLock(folder.appending(path: "lock"))
      if lock == nil {
        refusal = ServingError(
          .failedPrecondition,
          "\(folder.plainPath): another process has the changes of this catalogue open. Send them there"
        )
      }
    } catch {
      refusal = ServingError(writing: error)
    }
    if lock != nil { removeParts(in: folder) }
    func state<State>(_ name: String, _ initial: State) throws -> DurableState<State> {
      try DurableState(
        folder.appending(path: name), initial, isWritable: lock != nil, leastLimit: limits.log)
    }
    return Opened(
      items: try state("items", ItemTable()), events: try state("events", EventTable(limits)),
      lock: lock, refusal: refusal)
  }

  /// Removes what stands there of a log that was being written anew when the process ended.
  private static func removeParts(in folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.plainPath)) ?? []
    for name in names where name.hasPrefix(".") && name.hasSuffix(".part") {
      try? FileManager.default.removeItem(at: folder.appending(path: name))
    }
  }

  /// What changes are made on; the folder is made now if there is none, and opened again where that failed before.
  private func writable() throws(ServingError) -> Opened {
    // Not one lock in the other: `attach` takes them the other way round.
    var isNew = false
    defer { if isNew { shown.withLock { $0.revision = -1 } } }
    do {
      return try opened.withLock { opened in
        if opened == nil || opened?.refusal != nil {
          guard !name.hasPrefix(".") else {
            throw ServingError(
              .failedPrecondition, "changes of a model called \"\(name)\" have no place on the disk"
            )
          }
          try folder.makeFolders()
          let found = try Self.open(folder, limits)
          opened = found
          hasEvents.store(found.events.read { $0.count > 0 }, ordering: .relaxed)
          // What another process has changed is shown with the next change.
          isNew = true
        }
        guard let found = opened, found.refusal == nil else {
          throw opened?.refusal ?? ServingError(.internalError, folder.plainPath)
        }
        return found
      }
    } catch {
      throw ServingError(writing: error)
    }
  }

  private var current: Opened? { opened.withLock { $0 } }

  // MARK: Items

  /// Adds items or replaces them, all or none.
  ///
  /// - Parameter model: the version that vectors are for.
  func upsert(_ items: [LiveItem], for model: ServedModel) throws(ServingError) {
    guard !items.isEmpty else { return }
    for item in items {
      try Self.check(item.identifier, "the identifier of an item")
      if let problem = model.retriever.problem(of: item) {
        throw ServingError(
          .invalidArgument, "the item \"\(item.identifier.prefix(80))\" \(problem)")
      }
    }
    let record = ItemTable.record(of: items, for: model.version)
    try model.check(record)
    let opened = try writable()
    if opened.items.read({ Self.fits(items, in: $0, limits) }) == false { try forget(in: opened) }
    try opened.items.change { [limits] table throws(ServingError) in
      guard Self.fits(items, in: table, limits) else {
        throw ServingError(
          .resourceExhausted,
          "the catalogue holds \(table.count) changes; \(limits.items) are the limit. Train a version that "
            + "knows these items")
      }
      return record
    }
    try show(opened)
  }

  private static func fits(_ items: [LiveItem], in table: ItemTable, _ limits: LiveLimits) -> Bool {
    table.count + items.count <= limits.items
      || table.count + Set(items.map(\.identifier)).count { table[$0] == nil } <= limits.items
  }

  /// Forgets the items that every version has itself just as they were given.
  private func forget(in opened: Opened) throws(ServingError) {
    try show(opened)
    let overlays = shown.withLock { $0.versions.compactMap { $0.model?.overlay } }
    guard var known = overlays.first.map({ Set($0.redundant) }) else { return }
    for overlay in overlays.dropFirst() { known.formIntersection(overlay.redundant) }
    guard !known.isEmpty else { return }
    let record = ItemTable.record(ofForgetting: known.sorted())
    try opened.items.change { _ in record }
  }

  /// Takes items away; returns those that were not there.
  func delete(_ identifiers: [String]) throws(ServingError) -> [String] {
    for identifier in identifiers { try Self.check(identifier, "the identifier of an item") }
    guard !identifiers.isEmpty else { return [] }
    let opened = try writable()
    let models = shown.withLock { $0.versions.compactMap(\.model) }
    var missing: [String] = []
    try opened.items.change { table in
      var found: [String] = []
      for identifier in identifiers {
        let isThere =
          table[identifier].map { !$0.isDeleted }
          ?? models.contains { $0.retriever.catalogue.row(of: identifier) != nil }
        if isThere { found.append(identifier) } else { missing.append(identifier) }
      }
      return found.isEmpty ? nil : ItemTable.record(ofDeleting: found)
    }
    try show(opened)
    return missing
  }

  /// Lets a version show the changes from now on.
  func attach(_ model: ServedModel) throws(ServingError) {
    try shown.withLock { shown throws(ServingError) in
      shown.versions.removeAll { $0.model == nil || $0.model === model }
      if let items = current?.items.read({ $0 }) {
        try model.show(items)
      }
      shown.versions.append(.init(model: model))
    }
  }

  /// Shows what is on the disk in every version.
  private func show(_ opened: Opened) throws(ServingError) {
    try shown.withLock { shown throws(ServingError) in
      let items = opened.items.read { $0 }
      guard items.revision > shown.revision else { return }
      shown.versions.removeAll { $0.model == nil }
      for version in shown.versions { try version.model?.show(items) }
      shown.revision = items.revision
    }
  }

  // MARK: Events

  /// Notes what users have done.
  func append(_ events: [LiveEvent]) throws(ServingError) {
    for event in events {
      try Self.check(event.user, "user_id")
      try Self.check(event.item, "item")
      guard event.time.map({ $0 >= 0 && $0 <= Self.latestTime }) ?? true else {
        throw ServingError(
          .invalidArgument,
          "time is \(event.time ?? 0); expected seconds since 1970, 0 to \(Int(Self.latestTime))")
      }
    }
    guard !events.isEmpty else { return }
    let record = EventTable.record(of: events, at: Date().timeIntervalSince1970)
    try writable().events.change { _ in record }
    hasEvents.store(true, ordering: .relaxed)
  }

  /// The end of the year 9999.
  private static let latestTime = 253_402_300_799.0

  /// What a user has done, the latest last.
  func items(of user: String) -> [String] {
    guard hasEvents.load(ordering: .relaxed) else { return [] }
    return current?.events.read { $0.items(of: user) } ?? []
  }

  /// Whether something is known that a user has done.
  func knows(_ user: String) -> Bool {
    guard hasEvents.load(ordering: .relaxed) else { return false }
    return current?.events.read { $0.knows(user) } ?? false
  }

  private static func check(_ identifier: String, _ name: String) throws(ServingError) {
    let length = identifier.utf8.count
    guard (1...WriteAheadLog.longestIdentifier).contains(length) else {
      throw ServingError(
        .invalidArgument,
        "\(name) has \(length) bytes; expected 1 to \(WriteAheadLog.longestIdentifier)")
    }
  }
}
