public import Foundation
internal import ShortlistTensors
internal import Synchronization

/// A catalogue of vectors that takes changes while it is searched, and loses none of them.
///
/// ```swift
/// let live = try LiveIndex(at: folder, dimensions: 64)
/// try live.apply([.upsert("song 1", vector), .delete("song 2")])
/// let ten = try live.nearest(10, to: query, excluding: ["song 1"])
/// ```
///
/// Searches work on snapshots: they never wait for a change, and see each change whole or not at all. When
/// `apply` returns, the change is on the disk and survives the end of the process at any moment. Changes are
/// searched one by one until a compaction builds the index anew, in the background, over what is there; it
/// also begins where recent queries find less than the wanted recall. One process at a time has a folder open.
public final class LiveIndex: Sendable {
  /// The length of each vector.
  public var dimensions: Int { door.dimensions }
  /// What scores measure.
  public var similarity: Similarity { door.similarity }
  public let configuration: Configuration
  /// Where the files stand.
  public var folder: URL { files.folder }

  let door: VectorDoor
  let files: LiveFiles
  let snapshot: Guarded<LiveSnapshot>
  let writer: Guarded<Writer>
  /// The log that takes records now, and how many changes have been appended.
  let appended: Guarded<(log: WriteAheadLog, sequence: Int)>
  /// How many changes are on the disk; held while the log is flushed, so that writers who wait share a flush.
  let flushed = Guarded(Flushes())
  /// Held while a compaction runs.
  let compaction = Guarded<(any Error)?>(nil)
  let isCompactionDue = Atomic(false)
  /// Who waits for a compaction to end.
  let compactionWaiters = Atomic(0)
  let queries: QuerySample
  let recallWatch = Guarded(RecallWatch())
  private let lock: Guarded<FileLock?>

  /// Opens a live index, or begins one where the folder has none.
  ///
  /// - Parameters:
  ///   - folder: a folder of its own; it is made if it is not there.
  ///   - dimensions: the length of the vectors.
  ///   - similarity: what scores measure; with `.cosine`, vectors are normalised when they come.
  ///   - configuration: how the index keeps itself fast.
  /// - Throws: `IndexError` if another process has the folder open, if its vectors are others, or that names
  ///   the file which is damaged; `FileError` if the folder cannot be read or written.
  public init(
    at folder: URL, dimensions: Int, similarity: Similarity = .innerProduct,
    configuration: Configuration = Configuration()
  ) throws {
    guard (1...1 << 16).contains(dimensions) else {
      throw IndexError(
        .wrongDimensions, "vectors of \(dimensions) dimensions; expected 1 to \(1 << 16)")
    }
    let files = LiveFiles(folder: folder)
    try folder.makeFolders()
    guard let lock = try FileLock(files.lock) else {
      throw IndexError(
        .inUse,
        "\(folder.plainPath): another process has this live index open. Close it there first, or ask "
          + "that process")
    }
    self.lock = Guarded(lock)
    self.files = files
    door = VectorDoor(similarity: similarity, dimensions: dimensions)
    self.configuration = configuration
    queries = QuerySample(dimensions: dimensions)

    let found = try files.readCurrent()
    if let found, (found.dimensions, found.similarity) != (dimensions, similarity) {
      throw IndexError(
        .wrongDimensions,
        "\(folder.plainPath): holds vectors of \(found.dimensions) dimensions for "
          + "\(found.similarity.rawValue); opened with \(dimensions) for \(similarity.rawValue)")
    }
    let generation = found?.generation ?? 1
    if found == nil {
      try files.checkEmpty()
      files.removeOthers(than: 0, logs: [])
      let empty = Matrix(rows: 0, columns: dimensions)
      try files.writeBase(
        LiveBase([], empty, door: door, index: try ExactIndex(empty)), generation)
      _ = try WriteAheadLog(creating: files.log(generation))
      try files.writeCurrent(generation, dimensions: dimensions, similarity: similarity)
    }
    let base = try files.readBase(generation, door)
    var state = LiveState(LiveSnapshot(base))
    let logs = files.logs(from: generation)
    guard let last = logs.last else {
      throw IndexError(
        .damagedFile, "\(files.log(generation).plainPath): the log is missing. Restore it")
    }
    let highest = try files.highestLog()
    guard highest <= last else {
      throw IndexError(
        .damagedFile,
        "\(files.log(last + 1).plainPath): the log is missing, and one after it is there. Restore it"
      )
    }
    var length = 0
    for log in logs {
      length = try WriteAheadLog.read(
        files.log(log), dimensions: dimensions, isLast: log == last
      ) { state.apply($0) }
    }
    files.removeOthers(than: generation, logs: logs)
    let log = try WriteAheadLog(opening: files.log(last), length: length)
    snapshot = Guarded(state.snapshot)
    appended = Guarded((log, 0))
    writer = Guarded(
      Writer(log: log, generation: last, base: generation, length: length, state: state))
  }

  /// The number of items.
  public var count: Int { current.count }

  /// Whether an item is there.
  public func contains(_ identifier: String) -> Bool {
    writer.withLock { $0.state.place(of: identifier) != nil }
  }

  /// The catalogue at this moment.
  var current: LiveSnapshot { snapshot.withLock { $0 } }

  /// Waits for a compaction that runs, and lets go of the folder; changes are refused from now on.
  public func close() {
    withCompaction { _ in
      writer.withLock { writer in
        writer.refusal = IndexError(.inUse, "\(folder.plainPath): the live index was closed")
      }
      lock.withLock { $0 = nil }
    }
  }
}

/// Where each item stands now, and the snapshot that shows it.
struct LiveState: Sendable {
  private(set) var snapshot: LiveSnapshot
  /// Items that changed since the base was made, and where they stand: a place among the recent, or -1.
  private var changed = StringTable()
  private var places: [Int] = []

  init(_ snapshot: LiveSnapshot) { self.snapshot = snapshot }

  enum Place {
    case base(Int)
    case recent(Int)
  }

  /// Where an item stands; nil if it is not there.
  func place(of identifier: String) -> Place? {
    if let code = changed.code(of: identifier) {
      return places[code] < 0 ? nil : .recent(places[code])
    }
    return snapshot.base.row(of: identifier).map { .base($0) }
  }

  /// Applies a change; deleting what is not there does nothing.
  mutating func apply(_ change: LiveChange) {
    switch place(of: change.identifier) {
    case .base(let row): snapshot.hidden.insert(row)
    case .recent(let place): snapshot.recent.hide(place)
    case nil: break
    }
    var place = -1
    if case .upsert(let identifier, let vector) = change {
      place = snapshot.recent.append(identifier, vector)
    }
    let code = changed.insert(change.identifier)
    if code == places.count { places.append(place) } else { places[code] = place }
  }
}

/// How far changes are on the disk.
package struct Flushes: Sendable {
  package var done = 0
  private var failure: (any Error)?

  package init() {}

  /// Flushes a log, unless a flush failed before: the next one may succeed although bytes of the first are lost.
  package mutating func flush(_ log: WriteAheadLog) throws {
    if let failure { throw failure }
    do {
      try log.synchronize()
    } catch {
      failure = error
      throw error
    }
  }
}

/// What the one writer at a time works on.
struct Writer: Sendable {
  var log: WriteAheadLog
  /// Of the log.
  var generation: Int
  /// Of the base.
  var base: Int
  /// Bytes of the log.
  var length: Int
  var state: LiveState
  /// Changes since a compaction began, while it runs.
  var journal: [LiveChange]?
  /// Why no change is taken any more.
  var refusal: IndexError?
  /// Recent vectors from which the next compaction begins, where the last has failed.
  var nextAttempt = 0

  mutating func postponeCompaction(by changes: Int) {
    let now = state.snapshot.recent.total + state.snapshot.hidden.count
    nextAttempt = now + min(max(0, changes), Int.max - now)
  }

  /// Takes no more changes: after a flush that failed nobody can tell what is on the disk, and the next one may
  /// succeed although bytes of the first are lost.
  mutating func refuseChanges(after error: any Error) {
    refusal =
      refusal
      ?? IndexError(
        .damagedFile,
        "\(log.file.plainPath): the disk did not take a change (\(error)). Open the index again")
  }
}
