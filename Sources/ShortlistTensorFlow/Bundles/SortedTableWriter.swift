import ShortlistTensors

/// A table of keys in byte order with their values, as LevelDB and the index of a tensor bundle have it: blocks
/// of entries that share the beginnings of their keys, a block that says where those stand, and a footer.
struct SortedTableWriter {
  static let magic: UInt64 = 0xdb47_7524_8b80_fb57
  static let footerSize = 48
  /// A data block ends when it has reached this many bytes.
  private static let blockSize = 262_144

  private var bytes: [UInt8] = []
  private var index: [(key: [UInt8], value: [UInt8])] = []

  /// The bytes of a table.
  static func table(_ entries: [[UInt8]: [UInt8]]) -> [UInt8] {
    var writer = SortedTableWriter()
    var pending: [(key: [UInt8], value: [UInt8])] = []
    var size = 0
    let sorted = entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    for (position, entry) in sorted.enumerated() {
      pending.append((entry.key, entry.value))
      size += entry.key.count + entry.value.count
      guard size >= blockSize || position == sorted.count - 1 else { continue }
      let isLast = position == sorted.count - 1
      let handle = writer.emit(block(pending, restartInterval: 16))
      writer.index.append((isLast ? successor(of: entry.key) : entry.key, handle))
      (pending, size) = ([], 0)
    }
    return writer.finished()
  }

  private consuming func finished() -> [UInt8] {
    var footer = emit(Self.block([], restartInterval: 16))
    footer += emit(Self.block(index, restartInterval: 1))
    footer += [UInt8](repeating: 0, count: Self.footerSize - 8 - footer.count)
    return bytes + footer + [UInt8](littleEndian: Self.magic)
  }

  /// Appends a block, uncompressed, with its checksum; where it stands.
  private mutating func emit(_ block: [UInt8]) -> [UInt8] {
    var handle: [UInt8] = []
    Varint.append(bytes.count, to: &handle)
    Varint.append(block.count, to: &handle)
    let typed = block + [0]
    bytes += typed
    bytes.append(littleEndian: CRC32C.masked(CRC32C.of(typed.span)))
    return handle
  }

  private static func block(
    _ entries: [(key: [UInt8], value: [UInt8])], restartInterval: Int
  ) -> [UInt8] {
    var block: [UInt8] = []
    var restarts: [UInt32] = [0]
    var last: [UInt8] = []
    for (position, entry) in entries.enumerated() {
      var shared = 0
      if position % restartInterval != 0 {
        shared = zip(last, entry.key).prefix { $0 == $1 }.count
      } else if position > 0 {
        restarts.append(UInt32(block.count))
      }
      Varint.append(shared, to: &block)
      Varint.append(entry.key.count - shared, to: &block)
      Varint.append(entry.value.count, to: &block)
      block += entry.key[shared...]
      block += entry.value
      last = entry.key
    }
    for restart in restarts { block.append(littleEndian: restart) }
    block.append(littleEndian: UInt32(restarts.count))
    return block
  }

  /// A short key after this one.
  private static func successor(of key: [UInt8]) -> [UInt8] {
    guard let place = key.firstIndex(where: { $0 != 0xff }) else { return key }
    return key[..<place] + [key[place] + 1]
  }
}
