internal import CShortlistKernels

/// The memory behind a `StringTable`.
///
/// `@unchecked Sendable`: it is written only through `StringTable`, which first makes sure that it
/// holds the one reference.
@safe
final class StringTableStorage: @unchecked Sendable {
  var table: sl_string_table

  /// An empty table with room for this many strings of this many bytes together.
  init(strings: Int, bytes: Int) {
    // At most half full, so that probes stay short.
    var slotCount = 16
    while slotCount < 2 * strings { slotCount *= 2 }
    let slots = UnsafeMutablePointer<sl_string_slot>.allocate(capacity: slotCount)
    unsafe slots.initialize(repeating: sl_string_slot(), count: slotCount)
    unsafe table = sl_string_table(
      slots: slots, slot_count: slotCount,
      bytes: UnsafeMutablePointer<UInt8>.allocate(capacity: bytes), byte_capacity: bytes,
      ends: UnsafeMutablePointer<UInt64>.allocate(capacity: strings), count: 0,
      maximum_count: strings)
  }

  /// The same strings with other room.
  convenience init(copying other: StringTableStorage, strings: Int, bytes: Int) {
    self.init(strings: strings, bytes: bytes)
    let old = unsafe other.table
    unsafe table.bytes.update(from: old.bytes, count: other.byteCount)
    unsafe table.ends.update(from: old.ends, count: old.count)
    unsafe table.count = unsafe old.count
    unsafe sl_text_rehash(old.slots, old.slot_count, table.slots, table.slot_count)
  }

  deinit {
    unsafe table.slots.deallocate()
    unsafe table.bytes.deallocate()
    unsafe table.ends.deallocate()
  }

  var byteCount: Int {
    unsafe table.count == 0 ? 0 : Int(table.ends[table.count - 1])
  }

  /// A readable address for empty strings, of which nothing is read.
  @unsafe var anywhere: UnsafePointer<UInt8> { unsafe UnsafePointer(table.bytes) }

  @unsafe
  func bytes(of code: Int) -> UnsafeBufferPointer<UInt8> {
    let start = unsafe code == 0 ? 0 : Int(table.ends[code - 1])
    return unsafe UnsafeBufferPointer(
      start: table.bytes + start, count: Int(table.ends[code]) - start)
  }
}
