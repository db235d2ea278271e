import Foundation
import Testing

@testable import ShortlistTensors

private func bytes(_ hex: String) -> [UInt8] {
  let digits = Array(hex.filter { $0 != " " })
  return stride(from: 0, to: digits.count, by: 2).compactMap {
    UInt8(String(digits[$0...$0 + 1]), radix: 16)
  }
}

/// A file with these bytes, while `body` runs.
private func withFile<Result>(_ bytes: [UInt8], _ body: (URL) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appending(
    path: "records-\(UUID().uuidString)")
  try Data(bytes).write(to: url)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url)
}

private func records(in url: URL, chunk: Int = 1 << 18) throws -> [[UInt8]] {
  let reader = try TFRecordReader(path: url.plainPath, chunk: chunk)
  var records: [[UInt8]] = []
  while let record = try reader.next() { records.append(record) }
  return records
}

private func records(of bytes: [UInt8], chunk: Int = 1 << 18) throws -> [[UInt8]] {
  try withFile(bytes) { try records(in: $0, chunk: chunk) }
}

@Suite("Records")
struct RecordTests {
  @Test("A record and an example have TensorFlow's bytes")
  func golden() {
    var file: [UInt8] = []
    TFRecord.append(Array("abc".utf8), to: &file)
    #expect(file == bytes("0300000000000000 b099490e 616263 6e57f121"))

    var encoder = ExampleEncoder()
    encoder.add("movie_genres", .integers([0, 3]), offsets: [0, 2])
    encoder.add("user_id", .strings(distinct: ["42"], codes: [0]))
    encoder.add("user_rating", .floats([4]))
    #expect(
      encoder.encode(row: 0)
        == bytes(
          "0a440a160a0c6d6f7669655f67656e72657312061a040a0200030a110a07757365725f696412060a040a023432"
            + "0a170a0b757365725f726174696e67120812060a0400008040"))
  }

  @Test("Integers have up to ten bytes")
  func integers() {
    var encoder = ExampleEncoder()
    encoder.add("a", .integers([-1, .max, .min, 127, 128, 0]), offsets: [0, 6])
    let example = encoder.encode(row: 0)
    let list = "ffffffffffffffffff01 ffffffffffffffff7f 80808080808080808001 7f 8001 00"
    #expect(Array(example.suffix(35)) == bytes("0a21" + list))
    #expect(example.count == 2 + 2 + 3 + 2 + 2 + 35)
  }

  @Test("Records come out as they went in, whatever the chunk", arguments: [16, 100, 1 << 18])
  func chunks(chunk: Int) throws {
    // A record of 35,615 bytes begins as gzip does, and longer ones grow the buffer.
    let lengths = [35_615, 0, 1, 15, 16, 17, 100, 300_000, 3]
    let payloads = lengths.map { length in (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) } }
    var file: [UInt8] = []
    for payload in payloads { TFRecord.append(payload, to: &file) }
    #expect(Array(file.prefix(2)) == [0x1f, 0x8b])
    #expect(try records(of: file, chunk: chunk) == payloads)
    let deflater = Deflater()
    let packed = deflater.push(file) + deflater.finish()
    #expect(packed.count < file.count / 10)
    #expect(try records(of: packed, chunk: chunk) == payloads)
  }

  @Test("What is written is read, plain and gzip", arguments: [false, true])
  func writing(gzip: Bool) throws {
    try withFile([]) { url in
      let payloads = (0..<3000).map { Array("record \($0)".utf8) }
      try CompressedFile.write(to: url, gzip: gzip) { append in
        for payload in payloads { try append { TFRecord.append(payload, to: &$0) } }
      }
      #expect((try Data(contentsOf: url).prefix(2) == Data([0x1f, 0x8b])) == gzip)
      #expect(try records(in: url) == payloads)
    }
  }

  @Test("An empty file has no records")
  func empty() throws {
    #expect(try records(of: []).isEmpty)
    #expect(try records(of: Deflater().finish()).isEmpty)
  }

  @Test("Damage is told with the number of the record")
  func damage() throws {
    var file: [UInt8] = []
    for text in ["first", "second"] { TFRecord.append(Array(text.utf8), to: &file) }
    func error(_ bytes: [UInt8]) throws -> ByteError? {
      #expect(throws: ByteError.self) { try records(of: bytes) }
    }
    var flipped = file
    flipped[21 + 13] ^= 1
    #expect(try error(flipped) == .damagedRecord(2, .wrongChecksum))
    flipped = file
    flipped[21 + 3] ^= 1
    #expect(try error(flipped) == .damagedRecord(2, .wrongLengthChecksum))
    #expect(try error(Array(file.dropLast())) == .damagedRecord(2, .cutOff))
    #expect(try error(Array(file.prefix(5))) == .damagedRecord(1, .cutOff))

    let five = (0..<5).map { Array("record \($0)".utf8) }
    for record in 0..<5 {
      var many: [UInt8] = []
      for payload in five { TFRecord.append(payload, to: &many) }
      many[record * 24 + 12] ^= 1
      #expect(try error(many) == .damagedRecord(record + 1, .wrongChecksum))
    }

    // A length that the file does not have, with a right checksum.
    let length = [UInt64(1) << 40]
    let checksum = [CRC32C.masked(CRC32C.of(length.span))]
    let head =
      (0..<8).map { UInt8(truncatingIfNeeded: length[0] >> ($0 * 8)) }
      + (0..<4).map { UInt8(truncatingIfNeeded: checksum[0] >> ($0 * 8)) }
    #expect(try error(head + [1, 2, 3]) == .damagedRecord(1, .tooLong(1 << 40)))
  }
}
