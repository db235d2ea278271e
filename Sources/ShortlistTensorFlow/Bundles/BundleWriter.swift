import Foundation
import ShortlistMessages
import ShortlistTensors

/// Writes a tensor bundle, TensorFlow's form of a checkpoint: `variables.data-00000-of-00001` with the elements of
/// the tensors one after the other, and `variables.index` that says where each stands.
///
/// Elements go to the file as they come, so a bundle may be larger than memory.
struct BundleWriter: ~Copyable {
  private let prefix: URL
  private var data: FileWriter
  private var entries: [[UInt8]: [UInt8]]

  /// - Parameter prefix: the path of both files without their endings; its folder exists.
  /// - Throws: `FileError`.
  init(_ prefix: URL) throws {
    let header = TFBundleHeaderProto.with {
      $0.numShards = 1
      $0.version = .with { $0.producer = 1 }
    }
    let entry = try header.encoded()
    let data = try FileWriter(creating: URL(filePath: prefix.plainPath + ".data-00000-of-00001"))
    self.data = data
    self.prefix = prefix
    entries = [[]: entry]
  }

  /// Writes a matrix, as a tensor of another shape if one is given.
  ///
  /// - Throws: `FileError`.
  mutating func write(_ key: String, _ matrix: Matrix, shape: [Int]) throws {
    try write(key, .dtFloat, shape: shape) { try matrix.forEachBlock($0) }
  }

  /// Writes numbers as they stand in memory.
  mutating func write<Number: BitwiseCopyable>(
    _ key: String, _ type: TFDataType, shape: [Int], elements: [Number]
  ) throws {
    try write(key, type, shape: shape) { try $0(elements.span) }
  }

  /// Writes numbers that come block by block.
  mutating func write<Number: BitwiseCopyable>(
    _ key: String, _ type: TFDataType, shape: [Int],
    blocks: ((Span<Number>) throws -> Void) throws -> Void
  ) throws {
    let offset = data.count
    var checksum: UInt32 = 0
    // The closure may not hold on to `self`, which cannot be copied.
    try withData { data in
      try blocks { block in
        checksum = CRC32C.of(block, continuing: checksum)
        try data.write(block)
      }
    }
    try note(key, type, shape, from: offset, checksum)
  }

  /// Writes strings: their lengths, a checksum of those, and then their bytes.
  ///
  /// - Throws: `FileError`, and `TensorFlowError` where there are more or fewer than the shape says.
  mutating func write(_ key: String, shape: [Int], strings: StringStream) throws {
    let offset = data.count
    var checksum: UInt32 = 0
    var count = 0
    try withData { data in
      try strings.forEachBlock { block in
        var lengths: [UInt8] = []
        var fixed: [UInt8] = []
        count += block.lengths.count
        for length in block.lengths {
          Varint.append(length, to: &lengths)
          fixed.append(littleEndian: UInt32(length))
        }
        // The checksum is of the lengths as four bytes each, whatever the file holds.
        checksum = CRC32C.of(fixed.span, continuing: checksum)
        try data.write(lengths.span)
      }
      let stored = [UInt8](littleEndian: CRC32C.masked(checksum))
      try data.write(stored.span)
      checksum = CRC32C.of(stored.span, continuing: checksum)
      try strings.forEachBlock { block in
        checksum = CRC32C.of(block.bytes.span, continuing: checksum)
        try data.write(block.bytes.span)
      }
    }
    guard count == shape.reduce(1, *) else {
      throw TensorFlowError(
        .damagedFile, path: prefix.plainPath,
        message:
          "\(key) has \(count) strings for the sizes \(shape). Make the artefact again")
    }
    try note(key, .dtString, shape, from: offset, checksum)
  }

  /// Writes the index and waits until both files are on the disk.
  consuming func finish() throws {
    let table = SortedTableWriter.table(entries)
    var index = try FileWriter(creating: URL(filePath: prefix.plainPath + ".index"))
    try index.write(table.span)
    try index.finish()
    try data.finish()
  }

  private mutating func withData(_ body: (inout FileWriter) throws -> Void) throws {
    try body(&data)
  }

  private mutating func note(
    _ key: String, _ type: TFDataType, _ shape: [Int], from offset: Int, _ checksum: UInt32
  ) throws {
    let size = data.count - offset
    let entry = TFBundleEntryProto.with {
      $0.dtype = type
      $0.shape = TFTensorShapeProto(shape)
      $0.offset = Int64(offset)
      $0.size = Int64(size)
      $0.crc32C = CRC32C.masked(checksum)
    }
    entries[Array(key.utf8)] = try entry.encoded()
  }
}
