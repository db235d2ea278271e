import ShortlistTensors

/// Reads the tables that `SortedTableWriter` writes, and TensorFlow.
enum SortedTableReader {
  /// Why bytes are no such table.
  struct Failure: Error { let reason: String }

  /// The entries of a table, in order; every block is checked.
  static func entries(of bytes: [UInt8]) throws -> [(key: [UInt8], value: [UInt8])] {
    do {
      guard bytes.count >= SortedTableWriter.footerSize else {
        throw Failure(reason: "it ends too early")
      }
      var footer = ByteCursor(bytes[(bytes.count - SortedTableWriter.footerSize)...])
      _ = try (footer.varint(), footer.varint())
      let index = try (footer.varint(), footer.varint())
      var tail = ByteCursor(bytes[(bytes.count - 8)...])
      guard try tail.littleEndian(UInt64.self) == SortedTableWriter.magic else {
        throw Failure(reason: "it does not end as such a file does")
      }
      // Keys share beginnings with up to 15 others, so what is honest takes less.
      var room = 64 * bytes.count
      var entries: [(key: [UInt8], value: [UInt8])] = []
      for (_, handle) in try block(bytes, at: index, &room) {
        var cursor = ByteCursor(handle)
        let more = try block(bytes, at: (cursor.varint(), cursor.varint()), &room)
        if let last = entries.last, let first = more.first {
          try check(last.key, isBefore: first.key)
        }
        entries += more
      }
      return entries
    } catch is ByteCursor.Failure {
      throw Failure(reason: "it says that more follows than there is")
    }
  }

  private static func block(
    _ bytes: [UInt8], at place: (offset: Int, size: Int), _ room: inout Int
  ) throws -> [(key: [UInt8], value: [UInt8])] {
    // A type and a checksum follow.
    guard place.size >= 4, place.offset <= bytes.count, place.size <= bytes.count - 5,
      place.offset <= bytes.count - 5 - place.size
    else { throw Failure(reason: "a block lies outside of it") }
    let end = place.offset + place.size
    let typed = Array(bytes[place.offset...end])
    var trailer = ByteCursor(bytes[end..<end + 5])
    guard try trailer.take(1).first == 0 else {
      throw Failure(reason: "a block is compressed, which TensorFlow does not do")
    }
    guard try trailer.littleEndian(UInt32.self) == CRC32C.masked(CRC32C.of(typed.span)) else {
      throw Failure(reason: "a block does not have the checksum that is written beside it")
    }
    return try entries(inBlock: typed.dropLast(), &room)
  }

  private static func entries(
    inBlock block: ArraySlice<UInt8>, _ room: inout Int
  ) throws -> [(key: [UInt8], value: [UInt8])] {
    var count = ByteCursor(block.suffix(4))
    let restarts = Int(try count.littleEndian(UInt32.self))
    guard restarts <= (block.count - 4) / 4 else { throw ByteCursor.Failure() }
    var cursor = ByteCursor(block.dropLast(4 * (restarts + 1)))
    var entries: [(key: [UInt8], value: [UInt8])] = []
    var key: [UInt8] = []
    while !cursor.isAtEnd {
      let (shared, unshared, size) = try (cursor.varint(), cursor.varint(), cursor.varint())
      guard shared <= key.count else { throw ByteCursor.Failure() }
      key = try Array(key[..<shared]) + cursor.take(unshared)
      if let last = entries.last { try check(last.key, isBefore: key) }
      room -= key.count + size
      guard room >= 0 else { throw Failure(reason: "its keys take more than such a file has") }
      entries.append((key, Array(try cursor.take(size))))
    }
    return entries
  }

  private static func check(_ last: [UInt8], isBefore next: [UInt8]) throws {
    guard last.lexicographicallyPrecedes(next) else {
      throw Failure(reason: "its keys are not in order")
    }
  }
}
