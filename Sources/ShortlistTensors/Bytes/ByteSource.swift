#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// The bytes of a file in order, decompressed where the file begins as gzip does.
@safe
final class ByteSource {
  private let descriptor: Int32
  private var ahead: [UInt8]
  private var aheadCount = 0
  private var aheadUsed = 0
  private var inflater: Inflater?
  private var isExhausted = false

  /// - Parameter isPlain: whether a file that begins as gzip does is none, by its first bytes.
  init(path: String, isPlain: (ArraySlice<UInt8>) -> Bool = { _ in false }) throws(ByteError) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT ? .missing : .unreadable(Self.reason())
    }
    ahead = [UInt8](repeating: 0, count: 1 << 16)
    // A pipe may give one byte at a time; two tell gzip, twelve a record.
    while aheadCount < 12, try fillAhead() > 0 {}
    if aheadCount >= 2, ahead[0] == 0x1f, ahead[1] == 0x8b, !isPlain(ahead[..<aheadCount]) {
      inflater = Inflater(.gzip)
    }
  }

  deinit { close(descriptor) }

  /// The size of a plain file; nil where it does not tell how much text there is.
  var plainSize: Int? {
    var status = stat()
    guard inflater == nil, unsafe fstat(descriptor, &status) == 0, status.st_size > 0 else {
      return nil
    }
    return Int(status.st_size)
  }

  /// Fills `target` as far as there are bytes; 0 at the end.
  @unsafe
  func read(into target: UnsafeMutableRawBufferPointer) throws(ByteError) -> Int {
    var written = 0
    while written < target.count {
      let step = try unsafe readOnce(into: .init(rebasing: target[written...]))
      if step == 0 { break }
      written += step
    }
    return written
  }

  @unsafe
  private func readOnce(into target: UnsafeMutableRawBufferPointer) throws(ByteError) -> Int {
    if let inflater { return try unsafe inflate(by: inflater, into: target) }
    guard aheadUsed < aheadCount else { return try unsafe system(into: target) }
    let count = min(target.count, aheadCount - aheadUsed)
    unsafe ahead.withUnsafeBytes {
      unsafe target.copyMemory(from: .init(rebasing: $0[aheadUsed..<aheadUsed + count]))
    }
    aheadUsed += count
    return count
  }

  @unsafe
  private func inflate(
    by inflater: Inflater, into target: UnsafeMutableRawBufferPointer
  ) throws(ByteError) -> Int {
    while !isExhausted {
      if inflater.isFinished {
        // Another member may follow, or padding of zeros.
        guard try nextMember() else { break }
        inflater.reset()
      }
      if aheadUsed == aheadCount {
        aheadUsed = 0
        aheadCount = 0
        guard try fillAhead() > 0 else { throw .damagedGzip("it ends too early") }
      }
      do throws(Inflater.Failure) {
        let step = try unsafe ahead.withUnsafeBufferPointer {
          input throws(Inflater.Failure) -> (taken: Int, written: Int) in
          try unsafe inflater.inflate(.init(rebasing: input[aheadUsed..<aheadCount]), to: target)
        }
        aheadUsed += step.taken
        if step.written > 0 { return step.written }
      } catch {
        switch error {
        case .damaged(let reason): throw .damagedGzip(reason)
        }
      }
    }
    isExhausted = true
    return 0
  }

  private func nextMember() throws(ByteError) -> Bool {
    while true {
      while aheadUsed < aheadCount, ahead[aheadUsed] == 0 { aheadUsed += 1 }
      if aheadUsed < aheadCount {
        guard ahead[aheadUsed] == 0x1f else { throw .damagedGzip("other bytes follow its end") }
        return true
      }
      aheadUsed = 0
      aheadCount = 0
      if try fillAhead() == 0 { return false }
    }
  }

  private func fillAhead() throws(ByteError) -> Int {
    let used = aheadCount
    var failure: ByteError?
    let count = unsafe ahead.withUnsafeMutableBytes { bytes in
      do throws(ByteError) {
        return try unsafe system(into: .init(rebasing: bytes[used...]))
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    aheadCount += count
    return count
  }

  @unsafe
  private func system(into target: UnsafeMutableRawBufferPointer) throws(ByteError) -> Int {
    while true {
      #if canImport(Glibc)
        let count = unsafe Glibc.read(descriptor, target.baseAddress, target.count)
      #elseif canImport(Musl)
        let count = unsafe Musl.read(descriptor, target.baseAddress, target.count)
      #else
        let count = unsafe Darwin.read(descriptor, target.baseAddress, target.count)
      #endif
      if count >= 0 { return count }
      if errno != EINTR { throw .unreadable(Self.reason()) }
    }
  }

  private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
