public import Foundation
import ShortlistMessages
public import ShortlistTensors
private import Synchronization

/// Writes one run of TensorBoard: a folder with a file of events that grows.
///
/// ```swift
/// let writer = try SummaryWriter(in: URL(filePath: "logs/train"))
/// try writer.scalar("loss", 0.25, step: 1)
/// try writer.histogram("weights", of: weights, step: 1)
/// ```
///
/// Events are gathered for at most `interval` before they are written, so that a scalar for each step of a training
/// costs next to nothing; `flush` writes them at once, and so does the end of the writer. A tag says what it
/// is with its first value, so one tag is for one kind of value.
public final class SummaryWriter: Sendable {
  /// The file of events.
  public let file: URL
  private let log: Guarded<EventLog>

  /// Makes the folder and begins a new file of events in it, named
  /// `events.out.tfevents.SECONDS.HOST.PROCESS.NUMBER.v2`.
  ///
  /// - Parameter interval: how long events may wait for those that follow.
  /// - Throws: `FileError` when the folder may not be written or the disk is full.
  public init(in folder: URL, interval: Duration = .seconds(1)) throws {
    try folder.makeFolders()
    let process = ProcessInfo.processInfo
    let host = process.hostName.replacingOccurrences(of: "/", with: "_")
    let number = Self.count.wrappingAdd(1, ordering: .relaxed).oldValue
    file = folder.appending(
      path: "events.out.tfevents.\(Int(Date().timeIntervalSince1970)).\(host)."
        + "\(process.processIdentifier).\(number).v2")
    log = Guarded(
      EventLog(file: try AppendingFile(file, creating: true), interval: interval))
    try log.withLock { log in
      try log.append(.with { $0.fileVersion = "brain.Event:2" })
      try log.flush()
    }
  }

  /// The files of this process.
  private static let count = Atomic(0)

  deinit { try? flush() }

  /// Adds a point to a curve.
  ///
  /// - Parameters:
  ///   - tag: the curve's name; those of one word before a slash are shown together.
  ///   - description: shown beside the curve; the first one of a tag counts.
  /// - Throws: `FileError`. What could not be written is tried again with the next event.
  public func scalar(
    _ tag: String, _ value: Double, step: Int, description: String = ""
  ) throws {
    let tensor = TFTensorProto.with {
      $0.dtype = .dtFloat
      $0.tensorShape = .init()
      $0.floatVal = [Float(value)]
    }
    try add(tag, tensor, step, plugin: "scalars", .scalar, description)
  }

  /// Adds a histogram of values.
  ///
  /// - Parameter values: counted one by one; see `Histogram`.
  /// - Throws: `FileError`.
  public func histogram(
    _ tag: String, of values: Matrix, step: Int, buckets: Int = 30, description: String = ""
  ) throws {
    let histogram = Histogram(of: values, buckets: buckets)
    var numbers: [Double] = []
    for (bucket, count) in histogram.counts.enumerated() {
      numbers += [histogram.edges[bucket], histogram.edges[bucket + 1], Double(count)]
    }
    let tensor = TFTensorProto.with {
      $0.dtype = .dtDouble
      $0.tensorShape.dim = [buckets, 3].map { size in .with { $0.size = Int64(size) } }
      $0.doubleVal = numbers
    }
    try add(tag, tensor, step, plugin: "histograms", .tensor, description)
  }

  /// Adds a text.
  ///
  /// - Parameter markdown: shown with its headings, lists, tables and code.
  /// - Throws: `FileError`.
  public func text(
    _ tag: String, _ markdown: String, step: Int, description: String = ""
  ) throws {
    let tensor = TFTensorProto.with {
      $0.dtype = .dtString
      $0.tensorShape = .init()
      $0.stringVal = [Data(markdown.utf8)]
    }
    try add(tag, tensor, step, plugin: "text", .tensor, description)
  }

  /// Writes what waits.
  ///
  /// - Throws: `FileError`.
  public func flush() throws { try log.withLock { try $0.flush() } }

  private func add(
    _ tag: String, _ tensor: TFTensorProto, _ step: Int, plugin: String, _ kind: TFDataClass,
    _ description: String
  ) throws {
    try log.withLock { log in
      var value = TFSummary.Value()
      value.tag = tag
      value.tensor = tensor
      if log.known.insert(tag).inserted {
        value.metadata.pluginData.pluginName = plugin
        value.metadata.dataClass = kind
        value.metadata.summaryDescription = description
      }
      try log.append(
        .with {
          $0.step = Int64(step)
          $0.summary.value = [value]
        })
    }
  }
}

/// A file of events and those that wait for it.
private struct EventLog {
  let file: AppendingFile
  let interval: Duration
  /// The tags that have said what they are.
  var known: Set<String> = []
  private var length = 0
  private var waiting: [UInt8] = []
  private var written = ContinuousClock.now

  init(file: AppendingFile, interval: Duration) {
    self.file = file
    self.interval = interval
  }

  mutating func append(_ event: TFEvent) throws {
    var event = event
    event.wallTime = Date().timeIntervalSince1970
    TFRecord.append(try event.encoded(), to: &waiting)
    if .now - written >= interval { try flush() }
  }

  mutating func flush() throws {
    written = .now
    guard !waiting.isEmpty else { return }
    try file.append(waiting, at: length)
    length += waiting.count
    waiting.removeAll(keepingCapacity: true)
  }
}
