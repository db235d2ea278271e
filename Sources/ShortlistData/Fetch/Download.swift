internal import Foundation
internal import ShortlistTensors

#if canImport(FoundationNetworking)
  internal import FoundationNetworking
#endif

/// Downloads that end in bounded time, whether the other side refuses, hangs or stalls.
enum Download {
  /// How long to wait for an answer, and then for each next piece.
  static let patience = Duration.seconds(20)

  /// Writes what an address holds to a file.
  static func file(
    _ url: URL, to target: URL, expecting size: Int?,
    patience: Duration = patience,
    progress: @escaping @Sendable (FetchProgress) -> Void
  ) throws(DataError) {
    let output: FileHandle
    do {
      output = try FileHandle(creating: target)
    } catch {
      throw DataError(
        .unwritableFile, "the file cannot be written: \(error.localizedDescription)",
        at: .init(file: target.path(percentEncoded: false)))
    }
    defer { try? output.close() }
    let receiver = Receiver(url: url, output: output, size: size, progress: progress)
    try receiver.run(patience: patience)
    try? output.synchronize()
  }

  /// The text that an address holds.
  static func text(_ url: URL) throws(DataError) -> String {
    let target = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: target) }
    if url.isFileURL {
      return String(decoding: try Data(readingFrom: url), as: UTF8.self)
    }
    try file(url, to: target, expecting: nil) { _ in }
    return String(decoding: try Data(readingFrom: target), as: UTF8.self)
  }
}

/// Takes the pieces of one download as they come.
private final class Receiver: NSObject, URLSessionDataDelegate {
  private struct State {
    var received = 0
    var total: Int?
    var lastReport = 0
    var lastPiece = ContinuousClock.now
    var failure: DataError?
  }
  private let state = Guarded(State())
  private let done = DispatchSemaphore(value: 0)
  private let url: URL
  private let output: FileHandle
  private let size: Int?
  private let progress: @Sendable (FetchProgress) -> Void

  init(
    url: URL, output: FileHandle, size: Int?, progress: @escaping @Sendable (FetchProgress) -> Void
  ) {
    self.url = url
    self.output = output
    self.size = size
    self.progress = progress
  }

  func run(patience: Duration) throws(DataError) {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = patience / .seconds(1)
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    let task = session.dataTask(with: url)
    task.resume()
    // The session's own timeout does not cover every way to hang.
    while done.wait(timeout: .now() + 0.25) == .timedOut {
      let silence = state.withLock { ContinuousClock.now - $0.lastPiece }
      guard silence > patience else { continue }
      fail(.unreachable, "no answer for \(patience / .seconds(1)) seconds")
      break
    }
    session.invalidateAndCancel()
    let (failure, received) = state.withLock { ($0.failure, $0.received) }
    if let failure { throw failure }
    if let size, received != size {
      throw DataError(
        .wrongChecksum, "\(received) bytes came instead of \(size); try again",
        at: .init(file: url.absoluteString))
    }
  }

  private func fail(_ code: DataError.Code, _ message: String) {
    let error = DataError(code, message, at: .init(file: url.absoluteString))
    state.withLock { if $0.failure == nil { $0.failure = error } }
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    let status = (response as? HTTPURLResponse)?.statusCode ?? 200
    guard status == 200 else {
      fail(.unreachable, "the site answers with status \(status)")
      return completionHandler(.cancel)
    }
    state.withLock {
      $0.total = response.expectedContentLength > 0 ? Int(response.expectedContentLength) : size
      $0.lastPiece = .now
    }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    do {
      try output.write(contentsOf: data)
    } catch {
      fail(.unwritableFile, "the download cannot be written: \(error.localizedDescription)")
      return dataTask.cancel()
    }
    let report: (received: Int, total: Int?)? = state.withLock { state in
      state.received += data.count
      state.lastPiece = .now
      guard state.received - state.lastReport >= 1 << 18 || state.received == state.total else {
        return nil
      }
      state.lastReport = state.received
      return (state.received, state.total)
    }
    if let size, state.withLock({ $0.received }) > size {
      fail(.wrongChecksum, "more than the expected \(size) bytes come")
      return dataTask.cancel()
    }
    if let report {
      progress(
        .downloading(name: url.lastPathComponent, received: report.received, total: report.total))
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    if let error { fail(.unreachable, "the download failed: \(error.localizedDescription)") }
    done.signal()
  }
}
