#if Server
  import Dispatch
  import Foundation
  import Testing

  #if canImport(FoundationNetworking)
    import FoundationNetworking
  #endif

  extension Shortlist {
    /// The port of HTTP that a server has told of in a file.
    func port(told file: String, of process: Process) throws -> Int {
      while process.isRunning {
        let text = try String(contentsOf: url(file), encoding: .utf8)
        if let match = text.firstMatch(of: /http:\/\/127\.0\.0\.1:(\d+)/) {
          return try #require(Int(match.1))
        }
        usleep(10_000)
      }
      throw CocoaError(.executableNotLoadable)
    }

    /// Runs `shortlist serve` in the folder while a body runs with its port.
    @discardableResult
    func serve(
      _ arguments: [String] = [], as wrapper: [String] = [],
      whileRunning body: (Int, Process) throws -> Void
    ) throws -> Outcome {
      let told = "told-\(UUID().uuidString)"
      try write(told, "")
      return try run(
        ["serve", ".", "--port", "0", "--no-grpc"] + arguments,
        output: FileHandle(forWritingTo: url(told)), as: wrapper
      ) { process in
        defer { if process.isRunning { process.terminate() } }
        try body(try port(told: told, of: process), process)
      }
    }
  }

  /// A client that waits for each answer; one thread at a time uses it.
  final class Client {
    private let session: URLSession
    private let base: String

    init(_ port: Int) {
      let configuration = URLSessionConfiguration.ephemeral
      configuration.timeoutIntervalForRequest = 20
      session = URLSession(configuration: configuration)
      base = "http://127.0.0.1:\(port)/v1/models/movies"
    }

    deinit { session.invalidateAndCancel() }

    /// The status and the answer; nil where the server has gone away.
    func call(
      _ method: String, _ path: String, _ json: [String: Any]
    ) throws -> (status: Int, answer: [String: Any])? {
      var request = URLRequest(url: try #require(URL(string: base + path)))
      request.httpMethod = method
      request.httpBody = try JSONSerialization.data(withJSONObject: json)
      let answered = DispatchSemaphore(value: 0)
      let result = Box()
      session.dataTask(with: request) { data, response, error in
        if error == nil, let data, let response = response as? HTTPURLResponse {
          result.value = (response.statusCode, data)
        }
        answered.signal()
      }.resume()
      answered.wait()
      guard let (status, data) = result.value else { return nil }
      let answer = try JSONSerialization.jsonObject(with: data)
      return (status, try #require(answer as? [String: Any]))
    }

    /// `@unchecked Sendable`: read only after the semaphore that follows the one write.
    private final class Box: @unchecked Sendable {
      var value: (Int, Data)?
    }
  }
#endif
