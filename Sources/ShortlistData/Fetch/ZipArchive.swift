internal import Foundation
internal import ShortlistTensors

/// A ZIP archive, read entry by entry: stored and deflated entries, checked by size and CRC-32.
///
/// Names that would leave the folder, encrypted entries and archives over 4 GiB are refused.
///
/// Source: PKWARE, APPNOTE.TXT 6.3, sections 4.3 and 4.4.
struct ZipArchive {
  struct Entry {
    let name: String
    let size: Int
    let compressedSize: Int
    let crc32: UInt32
    let isDeflated: Bool
    let offset: Int
    var isFolder: Bool { name.hasSuffix("/") }
  }

  let url: URL
  let entries: [Entry]

  init(at url: URL) throws(DataError) {
    self.url = url
    let file = url.path(percentEncoded: false)
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      entries = try Self.directory(in: handle, file: file)
    } catch {
      throw Self.dataError(error, file: file)
    }
  }

  /// The entry with a name, or nil.
  subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// Writes an entry to a file and flushes it.
  func extract(_ entry: Entry, to target: URL) throws(DataError) {
    let file = url.path(percentEncoded: false)
    let output: FileHandle
    do {
      output = try FileHandle(creating: target)
    } catch {
      throw DataError(.unwritableFile, error.localizedDescription, at: .init(file: target.path))
    }
    do {
      defer { try? output.close() }
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      try Self.extract(entry, from: handle, to: output, file: file)
      try output.synchronize()
    } catch {
      throw Self.dataError(error, file: file)
    }
  }

  // MARK: - Directory

  private static func directory(in handle: FileHandle, file: String) throws -> [Entry] {
    let end = Int(try handle.seekToEnd())
    // The end record is 22 bytes and a comment of at most 65,535.
    let tailSize = min(end, 22 + 0xffff)
    let tail = try handle.bytes(at: end - tailSize, count: tailSize)
    let signature: [UInt8] = [0x50, 0x4b, 0x05, 0x06]
    guard tail.count >= 22,
      let place = (0...tail.count - 22).last(where: { Array(tail[$0..<$0 + 4]) == signature })
    else { throw damaged("it has no directory at its end; was the download cut off?", file) }
    let count = tail.number16(at: place + 10)
    let size = tail.number32(at: place + 12)
    let start = tail.number32(at: place + 16)
    guard start + size <= end - tailSize + place else {
      throw damaged("its directory lies outside", file)
    }
    let bytes = try handle.bytes(at: start, count: size)
    var entries: [Entry] = []
    var position = 0
    for _ in 0..<count {
      guard position + 46 <= bytes.count, bytes.number32(at: position) == 0x0201_4b50 else {
        throw damaged("its directory is broken", file)
      }
      let nameLength = bytes.number16(at: position + 28)
      let next =
        position + 46 + nameLength + bytes.number16(at: position + 30)
        + bytes.number16(at: position + 32)
      guard next <= bytes.count else { throw damaged("its directory is broken", file) }
      let name = String(decoding: bytes[position + 46..<position + 46 + nameLength], as: UTF8.self)
      let method = bytes.number16(at: position + 10)
      let isEncrypted = bytes.number16(at: position + 8) & 1 == 1
      guard isSafe(name), !isEncrypted, method == 0 || method == 8 else {
        throw damaged(
          "the entry \"\(name)\" would leave the folder, is encrypted or packed in an unknown way",
          file)
      }
      entries.append(
        Entry(
          name: name, size: bytes.number32(at: position + 24),
          compressedSize: bytes.number32(at: position + 20),
          crc32: UInt32(bytes.number32(at: position + 16)), isDeflated: method == 8,
          offset: bytes.number32(at: position + 42)))
      position = next
    }
    return entries
  }

  private static func isSafe(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("/") && !name.contains("\\") && !name.contains("\0")
      && !name.split(separator: "/").contains("..")
  }

  // MARK: - Entries

  private static func extract(
    _ entry: Entry, from handle: FileHandle, to output: FileHandle, file: String
  ) throws {
    let header = try handle.bytes(at: entry.offset, count: 30)
    guard header.count == 30, header.number32(at: 0) == 0x0403_4b50 else {
      throw damaged("the entry \"\(entry.name)\" is not where the directory says", file)
    }
    try handle.seek(
      toOffset: UInt64(
        entry.offset + 30 + header.number16(at: 26) + header.number16(at: 28)))
    let inflater = entry.isDeflated ? Inflater(.raw) : nil
    var left = entry.compressedSize
    var written = 0
    var crc: UInt32 = 0
    let receive = { (piece: [UInt8]) throws in
      written += piece.count
      guard written <= entry.size else {
        throw damaged("the entry \"\(entry.name)\" is larger than it says", file)
      }
      crc = Inflater.crc32(piece, continuing: crc)
      try output.write(contentsOf: Data(piece))
    }
    while left > 0 {
      let piece = [UInt8](try handle.read(upToCount: min(left, 1 << 18)) ?? Data())
      if piece.isEmpty { throw damaged("the entry \"\(entry.name)\" is cut off", file) }
      left -= piece.count
      if let inflater { try inflater.push(piece, receive) } else { try receive(piece) }
    }
    guard written == entry.size, crc == entry.crc32, inflater?.isFinished ?? true else {
      throw damaged("the entry \"\(entry.name)\" fails its check", file)
    }
  }

  private static func damaged(_ reason: String, _ file: String) -> DataError {
    DataError(
      .damagedArchive, "the ZIP archive is damaged: \(reason)", at: .init(file: file))
  }

  private static func dataError(_ error: any Error, file: String) -> DataError {
    switch error {
    case let error as DataError: error
    case Inflater.Failure.damaged(let reason): damaged(reason, file)
    default: DataError(.unreadableFile, error.localizedDescription, at: .init(file: file))
    }
  }
}

extension FileHandle {
  /// Opens a new file for writing, with its folders.
  convenience init(creating url: URL) throws {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data().write(to: url)
    try self.init(forWritingTo: url)
  }

  fileprivate func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    try seek(toOffset: UInt64(offset))
    return [UInt8](try read(upToCount: count) ?? Data())
  }
}

extension [UInt8] {
  /// Little-endian numbers.
  fileprivate func number16(at place: Int) -> Int { Int(self[place]) | Int(self[place + 1]) << 8 }
  fileprivate func number32(at place: Int) -> Int {
    number16(at: place) | number16(at: place + 2) << 16
  }
}
