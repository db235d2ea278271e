/// The body of a request as it comes in, within a limit.
struct HTTPBody: Sendable {
  private enum State {
    /// So many bytes are to come.
    case content(Int, then: Next)
    /// The line with the size of a chunk, as far as it has come.
    case size([UInt8])
    /// A line of what may follow the last chunk: its bytes so far, and those of all such lines.
    case trailer(line: Int, all: Int)
    case ended
  }

  private enum Next { case end, lineEnd, size }

  private static let longestSizeLine = 256
  private static let longestTrailer = 4096

  private(set) var bytes: [UInt8] = []
  private let limit: Int
  private var state: State

  var isWhole: Bool { if case .ended = state { true } else { false } }

  /// - Throws: `HTTPFailure` 413 for a body that is announced with more than the limit.
  init(_ body: HTTPHead.Body, limit: Int) throws(HTTPFailure) {
    self.limit = limit
    switch body {
    case .chunked: state = .size([])
    case .length(0): state = .ended
    case .length(let count):
      state = .content(count, then: .end)
      try check(count)
      bytes.reserveCapacity(count)
    }
  }

  private func check(_ more: Int) throws(HTTPFailure) {
    guard more <= limit - bytes.count else {
      throw HTTPFailure(413, "the body is larger than \(limit) bytes")
    }
  }

  /// Takes what belongs to the body; returns how many bytes that were.
  ///
  /// - Throws: `HTTPFailure` for chunks that are none, or a body beyond the limit.
  mutating func take(_ part: Span<UInt8>) throws(HTTPFailure) -> Int {
    var place = 0
    while place < part.count {
      switch state {
      case .ended: return place
      case .content(let count, let next):
        let taken = min(count, part.count - place)
        if next != .lineEnd { append(part.extracting(place..<place + taken)) }
        if next == .lineEnd {
          try checkLineEnd(part.extracting(place..<place + taken), remaining: count)
        }
        place += taken
        state = taken < count ? .content(count - taken, then: next) : after(next)
      case .size(var line):
        let byte = part[place]
        place += 1
        line.append(byte)
        guard line.count <= Self.longestSizeLine else { throw Self.malformed }
        state = byte == 0x0a ? try chunk(line) : .size(line)
      case .trailer(let line, let all):
        let byte = part[place]
        place += 1
        guard all < Self.longestTrailer else {
          throw HTTPFailure(431, "too much follows the last chunk")
        }
        if byte == 0x0a {
          state = line <= 1 ? .ended : .trailer(line: 0, all: all + 1)
        } else {
          state = .trailer(line: line + 1, all: all + 1)
        }
      }
    }
    return place
  }

  private static let malformed = HTTPFailure(400, "a chunk does not begin with its size")

  private mutating func append(_ part: Span<UInt8>) {
    let end = bytes.count + part.count
    bytes.append(addingCapacity: part.count) { target in
      for place in part.indices { target.append(part[place]) }
    }
    assert(bytes.count == end)
  }

  private func after(_ next: Next) -> State {
    switch next {
    case .end: .ended
    case .lineEnd: .size([])
    case .size: .content(2, then: .lineEnd)
    }
  }

  /// After a chunk come CR and LF.
  private func checkLineEnd(_ part: Span<UInt8>, remaining: Int) throws(HTTPFailure) {
    for place in part.indices where part[place] != (remaining - place == 2 ? 0x0d : 0x0a) {
      throw HTTPFailure(400, "a chunk is longer than it says")
    }
  }

  private func chunk(_ line: [UInt8]) throws(HTTPFailure) -> State {
    guard line.count >= 3, line[line.count - 2] == 0x0d else { throw Self.malformed }
    let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x0d }
    guard (1...8).contains(digits.count),
      let size = Int(String(decoding: digits, as: UTF8.self), radix: 16),
      digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-")
    else { throw Self.malformed }
    if size == 0 { return .trailer(line: 0, all: 0) }
    try check(size)
    return .content(size, then: .size)
  }
}
