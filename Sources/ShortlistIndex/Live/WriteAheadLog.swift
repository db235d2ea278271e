internal import Foundation
internal import ShortlistTensors

/// Changes in the order in which they were made, each in a record with checksums.
///
/// A record is its length, the checksum of its body, the checksum of these eight bytes, and the body: one
/// byte for the kind of change, the length of the identifier, the identifier, and the vector. Numbers are
/// little-endian, of 32 bits. A record that the end of the file cuts off was never acknowledged and is taken
/// away; any other fault is damage.
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

  /// Appends records; after an error the log is as before.
  func append(_ changes: [LiveChange], at length: Int) throws -> Int {
    var bytes: [UInt8] = []
    for change in changes { Self.encode(change, into: &bytes) }
    try appending.append(bytes, at: length)
    return length + bytes.count
  }

  func synchronize() throws { try appending.synchronize() }

  private static func encode(_ change: LiveChange, into bytes: inout [UInt8]) {
    var body: [UInt8] = []
    func append(_ number: UInt32, to bytes: inout [UInt8]) {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: number >> shift))
      }
    }
    let identifier = Array(change.identifier.utf8)
    switch change {
    case .upsert(_, let vector):
      body.reserveCapacity(5 + identifier.count + 4 * vector.count)
      body.append(1)
      append(UInt32(identifier.count), to: &body)
      body += identifier
      for element in vector { append(element.bitPattern, to: &body) }
    case .delete:
      body.append(2)
      append(UInt32(identifier.count), to: &body)
      body += identifier
    }
    var head: [UInt8] = []
    append(UInt32(body.count), to: &head)
    append(CRC32C.of(body.span), to: &head)
    append(CRC32C.of(head.span), to: &head)
    bytes += head
    bytes += body
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
      guard let change = change(content, dimensions: dimensions) else {
        throw damage(place, "a record is no change of vectors of \(dimensions) dimensions")
      }
      try body(change)
      place += head + length
    }
    return place
  }

  private static func change(_ bytes: Span<UInt8>, dimensions: Int) -> LiveChange? {
    guard bytes.count >= 5 else { return nil }
    func number(at place: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
    }
    let length = Int(number(at: 1))
    guard length >= 1, length <= min(longestIdentifier, bytes.count - 5) else { return nil }
    let utf8 = (5..<5 + length).map { bytes[$0] }
    guard let identifier = String(validating: utf8, as: UTF8.self) else { return nil }
    switch bytes[0] {
    case 1:
      guard bytes.count == 5 + length + 4 * dimensions else { return nil }
      let vector = (0..<dimensions).map { Float(bitPattern: number(at: 5 + length + 4 * $0)) }
      return vector.allSatisfy(\.isFinite) ? .upsert(identifier, vector) : nil
    case 2: return bytes.count == 5 + length ? .delete(identifier) : nil
    default: return nil
    }
  }
}
