package import Foundation
internal import ShortlistTensors

/// Records in the order in which they were made, each with checksums.
///
/// A record is its length, the checksum of its body, the checksum of these eight bytes, and the body. Numbers are
/// little-endian, of 32 bits. A record that the end of the file cuts off was never acknowledged and is taken away
/// whole; any other fault is damage.
package final class WriteAheadLog: Sendable {
  package let file: URL
  private let appending: AppendingFile

  /// The longest identifier that a record of a change may hold, in bytes.
  package static let longestIdentifier = 1 << 16
  private static let head = 12

  /// Creates an empty log.
  package init(creating file: URL) throws {
    self.file = file
    appending = try AppendingFile(file, creating: true)
    try appending.synchronize()
    try synchronizeFolder(file.deletingLastPathComponent())
  }

  /// Opens a log to go on with; what stands beyond `length` is taken away.
  package init(opening file: URL, length: Int) throws {
    self.file = file
    appending = try AppendingFile(file, creating: false)
    try appending.cut(to: length)
    try appending.synchronize()
  }

  /// Appends a record, whose parts come back together or not at all; after an error the log is as before.
  ///
  /// - Returns: the length of the log with it.
  package func append(_ body: [UInt8], at length: Int) throws -> Int {
    let bytes = try Self.record(body)
    try appending.append(bytes, at: length)
    return length + bytes.count
  }

  package func synchronize() throws { try appending.synchronize() }

  /// Takes away what a failed append may have left.
  package func trim(to length: Int) throws { try appending.trim(to: length) }

  /// A record as it stands in a log.
  package static func record(_ body: [UInt8]) throws -> [UInt8] {
    guard let length = UInt32(exactly: body.count) else {
      throw IndexError(
        .tooLarge,
        "changes of \(body.count) bytes at once; expected at most \(UInt32.max). Make them in "
          + "several parts")
    }
    var writer = RecordWriter(reserving: head + body.count)
    writer.number(length)
    writer.number(CRC32C.of(body.span))
    writer.number(CRC32C.of(writer.bytes.span))
    return writer.bytes + body
  }
}

extension WriteAheadLog {
  /// Reads a log and calls `body` with that of every record.
  ///
  /// - Parameters:
  ///   - isLast: whether the log was being written when the process ended, so that its end may be cut off.
  ///   - what: what a record is, for messages: "a change of vectors of 3 dimensions".
  ///   - body: takes a record; false where it holds anything else.
  /// - Returns: the length up to the last whole record.
  /// - Throws: `IndexError` that names the file and the place of the damage.
  package static func read(
    _ file: URL, isLast: Bool, expecting what: String, _ body: (Span<UInt8>) throws -> Bool
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
      guard try body(content) else { throw damage(place, "a record is no \(what)") }
      place += head + length
    }
    return place
  }
}
