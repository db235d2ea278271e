internal import CShortlistKernels

/// Reads the records of a TFRecord file, plain or gzip, and verifies both checksums of each.
///
/// Only the chunk at hand is in memory, or one record where it is longer than a chunk. A length that the
/// file does not keep costs no memory: the buffer grows with the bytes that come.
@safe
package final class TFRecordReader {
  /// The most bytes a record may have.
  package static let longestRecord = 1 << 30

  private let source: ByteSource
  /// Readable for `SL_TEXT_PADDING` bytes beyond what is filled.
  private var bytes: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var filled = 0
  private var start = 0
  private var isAtEnd = false
  /// The payloads of the run at hand.
  private var payloads: [sl_text_field] = []
  /// The bytes of records that were read, the run's with them.
  package private(set) var byteCount = 0
  /// The records that stand before the run at hand.
  package private(set) var recordsBefore = 0

  package init(path: String, chunk: Int = 1 << 18) throws(ByteError) {
    precondition(chunk >= 16)
    source = try ByteSource(path: path) { first in
      // A record of 35,615 bytes begins as gzip does.
      first.count >= 12 && TFRecord.length(in: Array(first)) != nil
    }
    capacity = chunk
    unsafe bytes = .allocate(capacity: chunk + Int(SL_TEXT_PADDING))
    unsafe bytes.initialize(repeating: 0, count: chunk + Int(SL_TEXT_PADDING))
  }

  deinit { unsafe bytes.deallocate() }

  /// The size of a plain file; nil where it does not tell how many bytes of records there are.
  var plainSize: Int? { source.plainSize }
  /// The number of records in the run at hand.
  var runCount: Int { payloads.count }

  /// The next record; nil at the end of the file.
  package func next() throws(ByteError) -> [UInt8]? {
    guard try nextRun(atMost: 1) > 0 else { return nil }
    let payload = payloads[0]
    let first = unsafe UnsafePointer(bytes + Int(payload.begin))
    return unsafe Array(UnsafeBufferPointer(start: first, count: Int(payload.length)))
  }

  /// Finds the whole records that are in memory, at least one; 0 at the end of the file.
  package func nextRun(atMost limit: Int) throws(ByteError) -> Int {
    recordsBefore += payloads.count
    payloads.removeAll(keepingCapacity: true)
    while payloads.isEmpty {
      try findRecords(atMost: limit)
      if payloads.isEmpty {
        guard !isAtEnd else {
          if start == filled { return 0 }
          throw .damagedRecord(recordsBefore + 1, .cutOff)
        }
        try refill()
      }
    }
    return payloads.count
  }

  /// Calls `body` with the bytes and the payloads of the run. The bytes are padded, and are the reader's to
  /// change.
  @unsafe
  func withPayloads<Result>(
    _ body: (UnsafeMutablePointer<UInt8>, UnsafeBufferPointer<sl_text_field>) -> Result
  ) -> Result {
    unsafe payloads.withUnsafeBufferPointer { unsafe body(bytes, $0) }
  }

  /// Adds the records from `start` on that are whole; throws what is wrong with the first of them only, so that
  /// those before it come out.
  private func findRecords(atMost limit: Int) throws(ByteError) {
    var damage: RecordDamage?
    var place = start
    while payloads.count < limit, filled - place >= 12 {
      let head = unsafe UnsafeRawPointer(bytes + place)
      let length = unsafe UInt64(littleEndian: head.loadUnaligned(as: UInt64.self))
      if unsafe stored(at: place + 8) != CRC32C.masked(sl_crc32c(0, head, 8)) {
        damage = .wrongLengthChecksum
        break
      }
      guard length <= UInt64(Self.longestRecord) else {
        damage = .tooLong(length)
        break
      }
      let end = place + 12 + Int(length)
      guard end + 4 <= filled else { break }
      payloads.append(sl_text_field(begin: UInt32(place + 12), length: UInt32(length)))
      place = end + 4
    }
    let intact = intactPayloads()
    if intact < payloads.count {
      damage = .wrongChecksum
      payloads.removeSubrange(intact...)
    }
    if let last = payloads.last {
      let end = Int(last.begin) + Int(last.length) + 4
      byteCount += end - start
      start = end
    } else if let damage {
      throw .damagedRecord(recordsBefore + 1, damage)
    }
  }

  /// How many payloads stand before the first one whose checksum is wrong.
  private func intactPayloads() -> Int {
    var checksums: [UInt32] = [0, 0]
    for first in stride(from: 0, to: payloads.count, by: 2) {
      // The last one may be without a partner.
      let second = min(first + 1, payloads.count - 1)
      let (a, b) = (payloads[first], payloads[second])
      unsafe sl_crc32c_two(
        bytes + Int(a.begin), Int(a.length), bytes + Int(b.begin), Int(b.length), &checksums)
      if stored(after: a) != CRC32C.masked(checksums[0]) { return first }
      if stored(after: b) != CRC32C.masked(checksums[1]) { return second }
    }
    return payloads.count
  }

  private func stored(after payload: sl_text_field) -> UInt32 {
    stored(at: Int(payload.begin) + Int(payload.length))
  }

  private func stored(at place: Int) -> UInt32 {
    let address = unsafe UnsafeRawPointer(bytes + place)
    return unsafe UInt32(littleEndian: address.loadUnaligned(as: UInt32.self))
  }

  /// Moves what is left to the front and fills up the rest.
  private func refill() throws(ByteError) {
    let left = filled - start
    if left == capacity { grow() }
    if start > 0, left > 0 { unsafe bytes.update(from: bytes + start, count: left) }
    filled = left
    start = 0
    let room = unsafe UnsafeMutableRawBufferPointer(start: bytes + left, count: capacity - left)
    filled += try unsafe source.read(into: room)
    isAtEnd = filled < capacity
  }

  private func grow() {
    let size = 2 * capacity
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: size + Int(SL_TEXT_PADDING))
    unsafe larger.initialize(from: bytes, count: filled)
    unsafe (larger + filled).initialize(repeating: 0, count: size + Int(SL_TEXT_PADDING) - filled)
    unsafe bytes.deallocate()
    unsafe bytes = larger
    capacity = size
  }
}
