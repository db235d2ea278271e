import Foundation
import ShortlistData
import ShortlistTensors
import Testing

/// Files that were cut off, changed or made up. Nothing may end the process; what is not told as an error must be
/// what was there.
@Suite("Damaged TFRecord files")
struct RecordFuzzTests {
  private static let columns: [ColumnSpecification] = [
    .init("text", .string), .init("number", .integer), .init("share", .float),
    .init("texts", .strings()), .init("numbers", .integers()), .init("shares", .floats()),
  ]

  private static func payloads() throws -> [[UInt8]] {
    try withTemporaryFolder { folder in
      let path = folder.path + "/a.tfrecord"
      try Dataset(everyKind).writeTFRecords(to: path)
      let reader = try TFRecordReader(path: path)
      var payloads: [[UInt8]] = []
      while let payload = try reader.next() { payloads.append(payload) }
      return payloads
    }
  }

  /// The table of these bytes, or nil where they are refused.
  private static func read(_ bytes: Data, _ folder: URL, skip: Bool = false) throws -> Dataset? {
    let path = try folder.file("fuzz.tfrecord", bytes).path
    let inferred = try? Dataset(contentsOf: path)
    let asked = try? Dataset.read(
      path, columns: columns, malformedRows: skip ? .skip : .fail
    ).dataset
    return asked == nil ? nil : inferred ?? asked
  }

  @Test(
    "A file that ends too early is refused, or ends between two records", arguments: [false, true])
  func truncation(gzip: Bool) throws {
    try withTemporaryFolder { folder in
      let payloads = try Self.payloads()
      let plain = Wire.file(payloads)
      let file = gzip ? Wire.gzip(plain) : plain
      let ends = (0...payloads.count).map { Wire.file(Array(payloads.prefix($0))).count }
      for length in 0..<file.count {
        let dataset = try Self.read(file.prefix(length), folder)
        // Nothing at all is an empty file, and two bytes tell gzip.
        let isWhole = gzip ? length == 0 : ends.contains(length)
        #expect((dataset != nil) == isWhole, "\(length) of \(file.count) bytes")
      }
    }
  }

  @Test("Every flipped bit of a plain file is found")
  func flips() throws {
    try withTemporaryFolder { folder in
      let file = Wire.file(try Self.payloads())
      for bit in 0..<8 * file.count {
        var flipped = file
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(try Self.read(flipped, folder) == nil, "bit \(bit)")
      }
    }
  }

  @Test("A flipped bit of a gzip file is found, or changes nothing")
  func gzipFlips() throws {
    try withTemporaryFolder { folder in
      let file = Wire.gzip(Wire.file(try Self.payloads()))
      let expected = try Dataset(everyKind)
      var equal = 0
      for bit in 0..<8 * file.count {
        var flipped = file
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        guard let dataset = try Self.read(flipped, folder) else { continue }
        #expect(dataset == expected, "bit \(bit)")
        equal += 1
      }
      // The header has a time and a system, which nobody asks for.
      #expect(equal < 100)
    }
  }

  @Test("Examples that were changed under a right checksum are read or refused", arguments: 0..<4)
  func examples(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      let payloads = try Self.payloads()
      var random = RandomStream(seed: seed)
      var refused = 0
      for round in 0..<500 {
        var changed = payloads
        let record = random.below(changed.count)
        for _ in 0...random.below(3) {
          guard !changed[record].isEmpty else { continue }
          let place = random.below(changed[record].count)
          switch random.below(4) {
          case 0: changed[record][place] ^= 1 << UInt8(random.below(8))
          case 1: changed[record][place] = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12][random.below(7)]
          case 2: changed[record].removeSubrange(place...)
          default: changed[record].insert(UInt8(random.below(256)), at: place)
          }
        }
        if try Self.read(Wire.file(changed), folder, skip: round % 2 == 0) == nil { refused += 1 }
      }
      #expect(refused > 50)
    }
  }

  @Test("Bytes of chance under a right checksum are read or refused")
  func noise() throws {
    try withTemporaryFolder { folder in
      var random = RandomStream(seed: 5)
      for _ in 0..<1000 {
        let payload = (0..<random.below(60)).map { _ in
          [0x0a, 0x12, 0x1a, 0x0b, 0x0c, 0x0d, 0x08, 0xff, 0x80, UInt8(random.below(256))][
            random.below(10)]
        }
        _ = try Self.read(Wire.file([payload, payload]), folder, skip: true)
      }
    }
  }
}
