internal import Foundation
internal import ShortlistTensors

/// Changes in the order in which they were made, each in a record with checksums.
///
/// A record is its length, the checksum of its body, the checksum of these eight bytes, and the body: the
/// changes that were made at once. A change is one byte for its kind, the length of the identifier, the
/// identifier, and the vector. Numbers are little-endian, of 32 bits. A record that the end of the file cuts
/// off was never acknowledged and is taken away whole; any other fault is damage.
final class WriteAheadLog: Sendable {
  let file: URL
  private let appending: AppendingFile

  static let longestIdentifier = 1 << 16
  private static let head = 12

  /// Creates an empty log.
  init(creating file: URL) throws {
    self.file = file
    appending = try AppendingFile(file, creating: true)
    try appending.synchronize()
    try synchronizeFolder(file.deletingLastPathComponent())
  }

  /// Opens a log to go on with; what stands beyond `length` is taken away.
  init(opening file: URL, length: Int) throws {
    self.file = file
    appending = try AppendingFile(file, creating: false)
    try appending.cut(to: length)
    try appending.synchronize()
  }

  /// Appends changes as one record, so that they come back together or not at all; after an error the log is
  /// as before.
  func append(_ changes: [LiveChange], at length: Int) throws -> Int {
    let bytes = try Self.record(changes)
    try appending.append(bytes, at: length)
    return length + bytes.count
  }

  func synchronize() throws { try appending.synchronize() }

  /// Takes away what a failed append may have left.
  func trim(to length: Int) throws { try appending.trim(to: length) }

  private static func record(_ changes: [LiveChange]) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: head)
    bytes.reserveCapacity(changes.reduce(head) { $0 + size(of: $1) })
    for change in changes { encode(change, into: &bytes) }
    guard let length = UInt32(exactly: bytes.count - head) else {
      throw IndexError(
        .tooLarge,
        "\(changes.count) changes of \(bytes.count - head) bytes at once; expected at most "
          + "\(UInt32.max). Make them in several parts")
    }
    let body = CRC32C.of(bytes.span.extracting(head..<bytes.count))
    store(length, at: 0, in: &bytes)
    store(body, at: 4, in: &bytes)
    store(CRC32C.of(bytes.span.extracting(0..<8)), at: 8, in: &bytes)
    return bytes
  }

  private static func store(_ number: UInt32, at place: Int, in bytes: inout [UInt8]) {
    for i in 0..<4 { bytes[place + i] = UInt8(truncatingIfNeeded: number >> UInt32(8 * i)) }
  }

  private static func size(of change: LiveChange) -> Int {
    let vector = if case .upsert(_, let vector) = change { vector.count } else { 0 }
    return 5 + change.identifier.utf8.count + 4 * vector
  }

  private static func encode(_ change: LiveChange, into bytes: inout [UInt8]) {
    func append(_ number: UInt32) {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: number >> shift))
      }
    }
    if case .upsert = change { bytes.append(1) } else { bytes.append(2) }
    append(UInt32(change.identifier.utf8.count))
    bytes += change.identifier.utf8
    if case .upsert(_, let vector) = change {
      for element in vector { append(element.bitPattern) }
    }
  }
}

extension WriteAheadLog {
  /// Reads a log and calls `body` with every change.
  ///
  /// - Parameters:
  ///   - dimensions: of the vectors.
  ///   - isLast: whether the log was being written when the process ended, so that its end may be cut off.
  /// - Returns: the length up to the last whole record.
  /// - Throws: `IndexError` that names the file and the place of the damage.
  static func read(
    _ file: URL, dimensions: Int, isLast: Bool, _ body: (LiveChange) throws -> Void
  ) throws -> Int {
    let mapped = try MappedFile(file)
    let bytes = mapped.bytes
    func number(at place: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
    }
    func damage(_ place: Int, _ what: String) -> IndexError {
      IndexError(
        .damagedFile,
        "\(mapped.path): \(what) at byte \(place) of \(bytes.count). The log is damaged: restore it, "
          + "or shorten it to \(place) bytes to go on without what follows")
    }
    var place = 0
    while place < bytes.count {
      let left = bytes.count - place
      guard left >= head else {
        if isLast { break }
        throw damage(place, "a record is cut off")
      }
      let length = Int(number(at: place))
      guard CRC32C.of(bytes.extracting(place..<place + 8)) == number(at: place + 8) else {
        // Where the power fails, the file system can have made room and not filled it.
        if isLast, (place..<bytes.count).allSatisfy({ bytes[$0] == 0 }) { break }
        throw damage(place, "the head of a record does not fit its checksum")
      }
      guard length <= left - head else {
        if isLast { break }
        throw damage(place, "a record is cut off")
      }
      let content = bytes.extracting(place + head..<place + head + length)
      guard CRC32C.of(content) == number(at: place + 4) else {
        throw damage(place, "a record does not fit its checksum")
      }
      guard let changes = changes(content, dimensions: dimensions) else {
        throw damage(place, "a record is no change of vectors of \(dimensions) dimensions")
      }
      for change in changes { try body(change) }
      place += head + length
    }
    return place
  }

  /// The changes in the body of a record; nil if it holds anything else.
  private static func changes(_ bytes: Span<UInt8>, dimensions: Int) -> [LiveChange]? {
    func number(at place: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
    }
    var changes: [LiveChange] = []
    var place = 0
    while place < bytes.count {
      guard bytes.count - place >= 5 else { return nil }
      let (kind, length) = (bytes[place], Int(number(at: place + 1)))
      place += 5
      guard length >= 1, length <= min(longestIdentifier, bytes.count - place) else { return nil }
      let utf8 = (place..<place + length).map { bytes[$0] }
      guard let identifier = String(validating: utf8, as: UTF8.self) else { return nil }
      place += length
      switch kind {
      case 1:
        guard bytes.count - place >= 4 * dimensions else { return nil }
        let vector = (0..<dimensions).map { Float(bitPattern: number(at: place + 4 * $0)) }
        guard vector.allSatisfy(\.isFinite) else { return nil }
        changes.append(.upsert(identifier, vector))
        place += 4 * dimensions
      case 2: changes.append(.delete(identifier))
      default: return nil
      }
    }
    return changes.isEmpty ? nil : changes
  }
}
