import Foundation
import Shortlist
import ShortlistIndex
import ShortlistTensors

/// What a log of changes adds up to.
protocol LoggedState: Sendable {
  associatedtype Change: Sendable

  /// What a record of the log is, for messages.
  static var record: String { get }

  /// The changes in a record; nil where it holds anything else.
  static func changes(in record: RecordCursor) -> [Change]?

  mutating func apply(_ changes: [Change])

  /// Calls `body` with records that make this state.
  func forEachRecord(_ body: ([UInt8]) throws -> Void) throws
}

/// A state that survives the end of the process at any moment: every change is in a log before it counts.
///
/// Several threads may change it at once; they share the flushes of the disk, as those of a `LiveIndex` do. A log
/// that has grown to twice what the state needs is written anew.
final class DurableState<State: LoggedState>: Sendable {
  private struct Writer {
    let log: WriteAheadLog
    var length: Int
    /// The length from which on the log is written anew.
    var limit: Int
    /// Why no change is taken any more.
    var refusal: ServingError?
  }

  let file: URL
  private let state: Guarded<State>
  private let writer: Guarded<Writer?>
  /// The log that takes records now, and how many it has taken; nil where nothing may be written.
  private let appended: Guarded<(log: WriteAheadLog, sequence: Int)?>
  private let flushed = Guarded(Flushes())
  /// The shortest log that is written anew.
  private let leastLimit: Int

  /// Reads what is there.
  ///
  /// - Parameters:
  ///   - isWritable: whether changes will be made; a file is made for them then.
  ///   - leastLimit: the shortest log that is written anew, in bytes.
  /// - Throws: `IndexError` that names the damaged place, `FileError`.
  init(_ file: URL, _ initial: State, isWritable: Bool, leastLimit: Int = 16 << 20) throws {
    self.file = file
    self.leastLimit = leastLimit
    var state = initial
    var length = 0
    let isThere = FileManager.default.fileExists(atPath: file.plainPath)
    if isThere {
      length = try WriteAheadLog.read(file, isLast: true, expecting: State.record) {
        guard let changes = State.changes(in: RecordCursor($0)) else { return false }
        state.apply(changes)
        return true
      }
    }
    self.state = Guarded(state)
    guard isWritable else {
      (writer, appended) = (Guarded(nil), Guarded(nil))
      return
    }
    let log =
      try isThere
      ? WriteAheadLog(opening: file, length: length) : WriteAheadLog(creating: file)
    writer = Guarded(Writer(log: log, length: length, limit: max(leastLimit, 2 * length)))
    appended = Guarded((log, 0))
  }

  /// Looks at the state, which does not change meanwhile.
  func read<Result>(_ body: (State) throws -> Result) rethrows -> Result {
    try state.withLock { try body($0) }
  }

  /// Makes a change; when this returns it is on the disk.
  ///
  /// - Parameter record: the change as a record of the log; nil for none.
  /// - Throws: `ServingError`: what `record` throws; `resourceExhausted` where the disk is full, and nothing has
  ///   changed then; `unavailable` where the disk did not take a flush: nobody can tell what is on it then, and
  ///   no change is taken until the state is opened again.
  func change(_ record: (State) throws(ServingError) -> [UInt8]?) throws(ServingError) {
    do {
      let sequence = try writer.withLock { try append(record, to: &$0) }
      guard let sequence else { return }
      do {
        try flushed.withLock { flushes in
          guard flushes.done < sequence, let (log, last) = appended.withLock({ $0 }) else { return }
          try flushes.flush(log)
          flushes.done = last
        }
      } catch {
        let refusal = ServingError(
          .unavailable,
          "\(file.plainPath): the disk did not take a change (\(error)). Start the server again")
        writer.withLock { writer in
          if writer?.refusal == nil { writer?.refusal = refusal }
        }
        throw refusal
      }
    } catch {
      throw ServingError(writing: error)
    }
  }

  private func append(
    _ record: (State) throws(ServingError) -> [UInt8]?, to writer: inout Writer?
  ) throws -> Int? {
    guard var now = writer else {
      throw ServingError(.failedPrecondition, "\(file.plainPath): is open for reading alone")
    }
    if let refusal = now.refusal { throw refusal }
    guard let bytes = try state.withLock({ try record($0) }) else { return nil }
    // What could not be read again is never written.
    guard let changes = State.changes(in: RecordCursor(bytes.span)) else {
      throw ServingError(.internalError, "\(file.plainPath): no \(State.record) was to be written")
    }
    now.length = try now.log.append(bytes, at: now.length)
    state.withLock { $0.apply(changes) }
    let sequence = appended.withLock { appended -> Int? in
      appended?.sequence += 1
      return appended?.sequence
    }
    writer = now
    if now.length > now.limit { writer = rewritten(now) }
    return sequence
  }

  /// Writes the state as a new log in place of the old one; after an error the old one goes on.
  private func rewritten(_ old: Writer) -> Writer {
    var writer = old
    let before = inode
    do {
      var length = 0
      // A copy, so that readers do not wait for the disk; nobody changes the state meanwhile.
      let state = read { $0 }
      try AtomicFile.write(to: file) { file in
        try state.forEachRecord { record in
          let bytes = try WriteAheadLog.record(record)
          length += bytes.count
          try file.write(bytes.span)
        }
      }
      let log = try WriteAheadLog(opening: file, length: length)
      // Not one lock in the other: who flushes takes them the other way round.
      let sequence = appended.withLock { appended in
        let sequence = appended?.sequence ?? 0
        appended = (log, sequence)
        return sequence
      }
      flushed.withLock { $0.done = max($0.done, sequence) }
      return Writer(log: log, length: length, limit: max(leastLimit, 2 * length))
    } catch {
      // Where the new file stands in place already, nobody can tell which one a crash leaves.
      if inode != before {
        writer.refusal = ServingError(
          .unavailable,
          "\(file.plainPath): could not be written anew (\(error)). Start the server again")
      }
      writer.limit = old.length + max(leastLimit, old.length)
      return writer
    }
  }

  private var inode: Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.plainPath)
    return attributes?[.systemFileNumber] as? Int
  }
}

extension ServingError {
  /// Why something could not be written.
  init(writing error: any Error) {
    switch error {
    case let error as ServingError: self = error
    case let error as FileError where error.code == .noSpace:
      self.init(.resourceExhausted, error.message)
    case let error as FileError: self.init(.failedPrecondition, error.message)
    case let error as IndexError where error.code == .tooLarge:
      self.init(.invalidArgument, error.message)
    case let error as IndexError: self.init(.dataLoss, error.message)
    default: self.init(.internalError, "\(error)")
    }
  }
}
