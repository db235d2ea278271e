internal import CShortlistKernels

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// Where a feature's values stand in a record.
struct ExampleCell {
  var begin: UInt32 = 0
  var length: UInt32 = 0
  /// The field of `Feature` that holds the list: 1 bytes, 2 floats, 3 integers; 0 where there is none.
  var kind: UInt32 = 0
}

/// The cells of a run, column by column. Written by the scanner that holds it alone.
@safe
private final class ExampleCells {
  let columns: Int
  let rows: Int
  let start: UnsafeMutablePointer<ExampleCell>

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    unsafe start = .allocate(capacity: columns * rows)
    unsafe start.initialize(repeating: ExampleCell(), count: columns * rows)
  }

  convenience init(copying other: ExampleCells, columns: Int) {
    self.init(columns: columns, rows: other.rows)
    unsafe start.update(from: other.start, count: other.columns * other.rows)
  }

  deinit { unsafe start.deallocate() }
}

/// Finds the features of tf.Examples (tensorflow/core/example/example.proto): for each record and wanted key the
/// place of the list, without looking at the values.
///
/// Most files hold the same features in the same order in every record, so the key at a place is first compared
/// with the one that stood there before.
struct ExampleScanner {
  /// The most records in a run.
  static let runLimit = 512
  /// Keys that nobody wants are remembered up to this many.
  private static let mostUnwanted = 4096

  private struct Key {
    var begin: Int
    var length: Int
    /// -1: not wanted.
    var column: Int
  }

  /// Whether keys that are not known become columns, up to this many; 0: they are passed over.
  private let mostColumns: Int
  private var table = StringTable()
  private var keys: [Key] = []
  private var names: [UInt8] = []
  /// The key that stood last at each place of a record.
  private var expected: [Key] = []
  private(set) var columnNames: [String] = []
  private var cells: ExampleCells
  /// The records of the run that are no tf.Examples.
  private(set) var malformed: [Int] = []
  /// Whether there were more features than become columns.
  private(set) var hasTooManyColumns = false

  init(_ columns: [String], addingUpTo mostColumns: Int) {
    self.mostColumns = mostColumns
    cells = ExampleCells(columns: max(8, columns.count), rows: Self.runLimit)
    for column in columns { add(column, isWanted: true) }
  }

  /// The names of all features that were seen or are wanted.
  var allNames: [String] { table.strings }

  private mutating func add(_ name: String, isWanted: Bool) {
    let bytes = Array(name.utf8)
    // Eight bytes may be read at once from the last one on.
    if names.isEmpty { names = [UInt8](repeating: 0, count: 8) }
    let begin = names.count - 8
    keys.append(Key(begin: begin, length: bytes.count, column: isWanted ? columnNames.count : -1))
    names.insert(contentsOf: [0x0a, UInt8(truncatingIfNeeded: bytes.count)] + bytes, at: begin)
    table.insert(name)
    guard isWanted else { return }
    if columnNames.count == cells.columns {
      cells = ExampleCells(copying: cells, columns: 2 * cells.columns)
    }
    columnNames.append(name)
  }

  /// The cells of a column in the run that was scanned.
  @unsafe
  func cells(of column: Int, _ records: Int) -> UnsafeBufferPointer<ExampleCell> {
    unsafe UnsafeBufferPointer(start: cells.start + column * Self.runLimit, count: records)
  }

  /// Finds the features of a run of records.
  @unsafe
  mutating func scan(
    _ bytes: UnsafeMutablePointer<UInt8>, _ records: UnsafeBufferPointer<sl_text_field>
  ) {
    precondition(records.count <= Self.runLimit, "\(records.count) records in a run")
    malformed.removeAll(keepingCapacity: true)
    for column in columnNames.indices { unsafe clear(column, 0..<records.count) }
    for record in records.indices {
      let payload = unsafe records[record]
      let begin = Int(payload.begin)
      if unsafe !scan(bytes, begin, begin + Int(payload.length), record) {
        malformed.append(record)
        for column in columnNames.indices { unsafe clear(column, record..<record + 1) }
      }
    }
  }

  @unsafe
  private func clear(_ column: Int, _ records: Range<Int>) {
    let cells = unsafe cells.start + column * Self.runLimit
    for record in records { unsafe cells[record].kind = 0 }
  }

  /// Whether the record is well formed.
  @unsafe
  private mutating func scan(
    _ bytes: UnsafeMutablePointer<UInt8>, _ begin: Int, _ end: Int, _ record: Int
  ) -> Bool {
    var place = 0
    var example = unsafe WireCursor(bytes, begin, end)
    while true {
      let tag = unsafe example.tag()
      if tag == 0 { break }
      guard tag == 0x0a else {
        unsafe example.skip(tag)
        continue
      }
      var features = unsafe example.message()
      while true {
        let tag = unsafe features.tag()
        if tag == 0 { break }
        guard tag == 0x0a else {
          unsafe features.skip(tag)
          continue
        }
        let entry = unsafe features.message()
        if unsafe scanShortEntry(bytes, entry, record, place) {
          place += 1
          continue
        }
        guard unsafe !features.isMalformed && scanEntry(bytes, entry, record, place) else {
          return false
        }
        place += 1
      }
      if unsafe features.isMalformed { return false }
    }
    return unsafe !example.isMalformed
  }

  /// One entry in the form that is usual, with lengths below 128 and the key that is expected at the place; false
  /// leaves it to others.
  @unsafe @inline(__always)
  private func scanShortEntry(
    _ bytes: UnsafeMutablePointer<UInt8>, _ entry: WireCursor, _ record: Int, _ place: Int
  ) -> Bool {
    let (begin, end) = unsafe (entry.place, entry.end)
    guard place < expected.count else { return false }
    let key = expected[place]
    let value = begin &+ 2 &+ key.length
    guard unsafe key.length < 0x80 && value &+ 4 <= end && isSame(key, bytes + begin) else {
      return false
    }
    let (feature, list) = unsafe (Int(bytes[value &+ 1]), Int(bytes[value &+ 3]))
    guard
      unsafe bytes[value] == 0x12 && value &+ 2 &+ feature == end && feature < 0x80
        && value &+ 4 &+ list == end && list < 0x80
    else { return false }
    let tag = unsafe bytes[value &+ 2]
    guard tag == 0x0a || tag == 0x12 || tag == 0x1a else { return false }
    if key.column >= 0 {
      unsafe cells.start[key.column &* Self.runLimit &+ record] = ExampleCell(
        begin: UInt32(truncatingIfNeeded: value &+ 4), length: UInt32(truncatingIfNeeded: list),
        kind: UInt32(tag >> 3))
    }
    return true
  }

  /// Whether the key, with its tag and its length of one byte before it, stands at `text`, which is padded.
  @unsafe @inline(__always)
  private func isSame(_ key: Key, _ text: UnsafePointer<UInt8>) -> Bool {
    unsafe names.withUnsafeBytes { names in
      let (name, text) = unsafe (
        names.baseAddress.unsafelyUnwrapped + key.begin, UnsafeRawPointer(text)
      )
      var left = key.length &+ 2
      var place = 0
      while true {
        let a = unsafe name.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        let b = unsafe text.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        // The first bytes of a word are its lowest, on every machine we run on.
        if left <= 8 { return (a ^ b) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* left) == 0 }
        if a != b { return false }
        place &+= 8
        left &-= 8
      }
    }
  }

  /// One entry of the map: key, then value, the value with one list.
  @unsafe @inline(never)
  private mutating func scanEntry(
    _ bytes: UnsafeMutablePointer<UInt8>, _ entry: WireCursor, _ record: Int, _ place: Int
  ) -> Bool {
    var fields = unsafe entry
    if unsafe fields.tag() == 0x0a {
      let key = unsafe fields.message()
      if unsafe fields.tag() == 0x12 {
        var value = unsafe fields.message()
        let tag = unsafe value.tag()
        if tag == 0x0a || tag == 0x12 || tag == 0x1a {
          let list = unsafe value.message()
          if unsafe value.isAtEnd && fields.isAtEnd && !value.isMalformed && !fields.isMalformed {
            guard let column = unsafe column(bytes, key.place, key.end, place) else { return false }
            if column >= 0 {
              unsafe cells.start[column * Self.runLimit + record] = ExampleCell(
                begin: UInt32(list.place), length: UInt32(list.end - list.place),
                kind: UInt32(tag >> 3))
            }
            return true
          }
        }
      }
    }
    return unsafe mergeEntry(bytes, entry, record, place)
  }

  /// An entry in another form that the wire format allows: fields in another order or several times, unknown
  /// ones, no list at all. The last key counts, the lists of the last kind are one list: their bytes are moved
  /// together at the entry's begin.
  @unsafe @inline(never)
  private mutating func mergeEntry(
    _ bytes: UnsafeMutablePointer<UInt8>, _ entry: WireCursor, _ record: Int, _ place: Int
  ) -> Bool {
    var key = 0..<0
    var lists: [(range: Range<Int>, kind: UInt64)] = []
    var fields = unsafe entry
    while true {
      let tag = unsafe fields.tag()
      if tag == 0 { break }
      switch tag {
      case 0x0a:
        let found = unsafe fields.message()
        key = unsafe found.place..<found.end
      case 0x12:
        var value = unsafe fields.message()
        while true {
          let tag = unsafe value.tag()
          if tag == 0 { break }
          if tag == 0x0a || tag == 0x12 || tag == 0x1a {
            let list = unsafe value.message()
            unsafe lists.append((list.place..<list.end, tag >> 3))
          } else {
            unsafe value.skip(tag)
          }
        }
        if unsafe value.isMalformed { return false }
      default: unsafe fields.skip(tag)
      }
    }
    guard unsafe !fields.isMalformed,
      let column = unsafe column(bytes, key.lowerBound, key.upperBound, place)
    else { return false }
    guard column >= 0 else { return true }
    guard let kind = lists.last?.kind else {
      unsafe clear(column, record..<record + 1)
      return true
    }
    if let other = lists.lastIndex(where: { $0.kind != kind }) { lists.removeSubrange(...other) }
    let begin = unsafe entry.place
    var to = begin
    for (range, _) in lists {
      unsafe memmove(bytes + to, bytes + range.lowerBound, range.count)
      to += range.count
    }
    unsafe cells.start[column * Self.runLimit + record] = ExampleCell(
      begin: UInt32(begin), length: UInt32(to - begin), kind: UInt32(kind))
    return true
  }

  /// The column of the key in `bytes[begin..<end]`, which is then expected at this place; -1 where it is not
  /// wanted, nil where it is no text.
  @unsafe @inline(never)
  private mutating func column(
    _ bytes: UnsafePointer<UInt8>, _ begin: Int, _ end: Int, _ place: Int
  ) -> Int? {
    let text = unsafe UnsafeBufferPointer(start: bytes + begin, count: end - begin)
    var code = unsafe table.code(of: text)
    if code == nil {
      guard let name = unsafe TextEncoding.utf8.string(text) else { return nil }
      let isWanted = columnNames.count < mostColumns
      if !isWanted {
        if mostColumns > 0 { hasTooManyColumns = true }
        if keys.count - columnNames.count >= Self.mostUnwanted { return -1 }
      }
      add(name, isWanted: isWanted)
      code = keys.count - 1
    }
    guard let code else { return -1 }
    if place < expected.count {
      expected[place] = keys[code]
    } else if place == expected.count {
      expected.append(keys[code])
    }
    return keys[code].column
  }
}
