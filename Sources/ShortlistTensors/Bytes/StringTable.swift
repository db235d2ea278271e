internal import CShortlistKernels

/// Distinct strings, numbered from 0 in order of first appearance.
///
/// Strings are told apart by their bytes, so two spellings of "é" are two strings, unlike Swift's
/// `==`. All bytes stand in one block of memory.
package struct StringTable: Sendable {
  private var storage = StringTableStorage(strings: 8, bytes: 64)

  package init() {}

  /// The number of distinct strings.
  package var count: Int { unsafe storage.table.count }

  /// The number of bytes in all strings together.
  package var byteCount: Int { storage.byteCount }

  /// The code of a string, which is added if it is new.
  @discardableResult
  package mutating func insert(_ string: String) -> Int {
    var string = string
    let code = string.withUTF8 { utf8 in
      makeRoom(strings: 1, bytes: utf8.count)
      return unsafe sl_text_insert(
        &storage.table, utf8.baseAddress ?? storage.anywhere, utf8.count)
    }
    return Int(code)
  }

  /// The code of a string, or nil.
  package func code(of string: String) -> Int? {
    var string = string
    let code = string.withUTF8 { utf8 in
      unsafe sl_text_find(&storage.table, utf8.baseAddress ?? storage.anywhere, utf8.count)
    }
    return code == UInt32.max ? nil : Int(code)
  }

  /// The string with a code, its bytes read as UTF-8.
  package subscript(code: Int) -> String {
    precondition(code >= 0 && code < count, "string \(code) of \(count)")
    return unsafe String(decoding: storage.bytes(of: code), as: UTF8.self)
  }

  /// All strings in order of their codes.
  package var strings: [String] { (0..<count).map { self[$0] } }

  /// The codes in the order of the strings' bytes.
  package var codesInByteOrder: [Int] {
    (0..<count).sorted { a, b in
      unsafe storage.bytes(of: a).lexicographicallyPrecedes(storage.bytes(of: b))
    }
  }

  /// Calls `body` with the table as the kernels see it, with room for that many more strings and
  /// bytes.
  package mutating func makeRoom(strings: Int, bytes: Int) {
    let table = unsafe storage.table
    let strings = unsafe table.count + strings
    let bytes = byteCount + bytes
    precondition(strings < Int(Int32.max), "\(strings) distinct strings")
    let fits = unsafe strings <= table.maximum_count && bytes <= table.byte_capacity
    if fits && isKnownUniquelyReferenced(&storage) { return }
    storage = unsafe StringTableStorage(
      copying: storage,
      strings: strings <= table.maximum_count
        ? table.maximum_count : max(strings, 2 * table.maximum_count),
      bytes: bytes <= table.byte_capacity
        ? table.byte_capacity : max(bytes, table.byte_capacity + table.byte_capacity / 2))
  }
}

extension StringTable {
  /// Adds the strings of fields and appends their codes. The bytes are padded.
  @unsafe
  mutating func append(
    _ bytes: UnsafePointer<UInt8>, _ fields: UnsafeBufferPointer<sl_text_field>,
    to codes: inout [Int32]
  ) {
    let rows = codes.count
    codes.append(contentsOf: repeatElement(0, count: fields.count))
    var done = 0
    while done < fields.count {
      makeRoom(strings: 1, bytes: unsafe Int(fields[done].length))
      unsafe codes.withUnsafeMutableBufferPointer { codes in
        guard let to = codes.baseAddress, let from = fields.baseAddress else { return }
        done += unsafe sl_text_codes(
          &storage.table, bytes, from + done, fields.count - done, to + rows + done)
      }
    }
  }

  /// The code of a string, or nil.
  @unsafe
  func code(of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let code = unsafe sl_text_find(
      &storage.table, bytes.baseAddress ?? storage.anywhere, bytes.count)
    return code == UInt32.max ? nil : Int(code)
  }

  /// All strings in order of their codes; bytes that are not of the encoding are replaced.
  package func strings(_ encoding: TextEncoding) -> [String] {
    guard encoding == .latin1 else { return strings }
    return (0..<count).map { unsafe encoding.string(storage.bytes(of: $0)) ?? self[$0] }
  }

  func isUTF8(_ code: Int) -> Bool {
    let bytes = unsafe storage.bytes(of: code)
    guard let start = bytes.baseAddress else { return true }
    return unsafe sl_text_is_utf8(start, bytes.count)
  }
}

extension StringTable: Hashable {
  package static func == (a: StringTable, b: StringTable) -> Bool {
    guard a.count == b.count, a.byteCount == b.byteCount else { return false }
    return a.storage === b.storage
      || (0..<a.count).allSatisfy { code in
        unsafe a.storage.bytes(of: code).elementsEqual(b.storage.bytes(of: code))
      }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    hasher.combine(
      unsafe sl_text_xxh64(storage.table.bytes, byteCount, 0))
  }
}
