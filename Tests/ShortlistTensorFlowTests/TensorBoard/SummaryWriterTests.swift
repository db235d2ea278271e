import Foundation
import ShortlistMessages
import ShortlistPython
import ShortlistTensorFlow
import ShortlistTensors
import Testing

@Suite("SummaryWriter")
struct SummaryWriterTests {
  /// The payloads of a file of records, whose checksums must fit.
  private func records(_ file: URL) throws -> [[UInt8]] {
    let bytes = [UInt8](try Data(contentsOf: file))
    var found: [[UInt8]] = []
    var place = 0
    while place < bytes.count {
      let length = (0..<8).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
      let payload = Array(bytes[place + 12..<place + 12 + length])
      var record: [UInt8] = []
      TFRecord.append(payload, to: &record)
      #expect(Array(bytes[place..<place + record.count]) == record)
      found.append(payload)
      place += record.count
    }
    return found
  }

  /// The events without the first field, the time.
  private func hex(_ payload: [UInt8]) -> String {
    #expect(payload[0] == 0x09)
    return payload.dropFirst(9).map { String(Int($0) + 256, radix: 16).suffix(2) }.joined()
  }

  @Test("The bytes are TensorFlow's")
  func goldenBytes() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(in: folder.appending(path: "deep/run"))
      try writer.scalar("loss", 0.25, step: 7)
      try writer.scalar("loss", 0.5, step: 8)
      try writer.flush()
      let found = try records(writer.file)
      #expect(found.count == 3)
      #expect(hex(found[0]) == "1a0d627261696e2e4576656e743a32")
      let point = "420a080112002a040000803e"
      #expect(
        hex(found[1])
          == "10072a230a210a046c6f7373\(point)4a0d0a090a077363616c6172732001")
      // A tag that has said what it is says it no more.
      #expect(hex(found[2]) == "10082a140a120a046c6f7373420a080112002a040000003f")
      let now = Date().timeIntervalSince1970
      let event = try TFEvent(decoding: found[1])
      #expect(event.wallTime <= now && event.wallTime > now - 60)
    }
  }

  @Test("Files are named so that TensorBoard takes them for events, and no two are the same")
  func names() throws {
    try withTemporaryFolder { folder in
      let files = try (0..<3).map { _ in try SummaryWriter(in: folder).file }
      #expect(Set(files).count == 3)
      for file in files {
        let pattern = /events\.out\.tfevents\.\d{10,}\..+\.\d+\.\d+\.v2/
        #expect(file.lastPathComponent.wholeMatch(of: pattern) != nil, "\(file)")
      }
    }
  }

  @Test("What waits is written when its time has come, when it is flushed, and at the end")
  func waiting() throws {
    try withTemporaryFolder { folder in
      var writer: SummaryWriter? = try SummaryWriter(in: folder, interval: .seconds(1000))
      let file = try #require(writer?.file)
      try writer?.scalar("a", 1, step: 1)
      #expect(try records(file).count == 1)
      try writer?.flush()
      #expect(try records(file).count == 2)
      try writer?.text("b", "*text*", step: 1)
      writer = nil
      #expect(try records(file).count == 3)

      let eager = try SummaryWriter(in: folder, interval: .zero)
      try eager.scalar("a", 1, step: 1)
      #expect(try records(eager.file).count == 2)
    }
  }

  @Test("A folder that cannot be made is an error that names it")
  func unwritable() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: folder.appending(path: "file"))
      let error = #expect(throws: FileError.self) {
        _ = try SummaryWriter(in: folder.appending(path: "file/run"))
      }
      #expect(error?.message.contains("file") == true && error?.code == .wrongKind)
    }
  }
}
