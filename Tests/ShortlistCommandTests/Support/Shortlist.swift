import Dispatch
import Foundation
import Testing

/// The built `shortlist`, called as a user calls it.
struct Shortlist {
  /// What a call left behind.
  struct Outcome {
    let code: Int32
    let hasCrashed: Bool
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The last line of standard output as a JSON object.
    func json() throws -> [String: Any] {
      let line = try #require(lines.last, "nothing on standard output; errors: \(errors)")
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      return try #require(value as? [String: Any], "\(line) is no object")
    }
  }

  /// Where the calls happen, and where data sets are looked for.
  let folder: URL

  static let executable: URL? = {
    let bundles = [Bundle.main] + Bundle.allBundles
    let places = bundles.flatMap { bundle in
      [bundle.bundleURL, bundle.bundleURL.deletingLastPathComponent()]
    }
    return places.map { $0.appending(path: "shortlist") }.first {
      (try? $0.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
    }
  }()

  /// Runs a command to its end.
  @discardableResult
  func callAsFunction(_ arguments: String..., output: FileHandle? = nil) throws -> Outcome {
    try run(arguments, output: output)
  }

  func run(
    _ arguments: [String], output: FileHandle? = nil, as wrapper: [String] = [],
    whileRunning: (Process) throws -> Void = { _ in }
  ) throws -> Outcome {
    let executable = try #require(Self.executable, "there is no built shortlist beside the tests")
    let process = Process()
    let command = wrapper + [executable.path()] + arguments
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["SHORTLIST_DATA"] = folder.appending(path: "data").path()
    process.environment = environment
    let tag = UUID().uuidString
    let logs = FileManager.default.temporaryDirectory
    let (out, err) = (logs.appending(path: tag + ".out"), logs.appending(path: tag + ".err"))
    defer { for log in [out, err] { try? FileManager.default.removeItem(at: log) } }
    for log in [out, err] { try Data().write(to: log) }
    process.standardOutput = try output ?? FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    process.standardInput = FileHandle.nullDevice
    try withSignals { try process.run() }
    let guardian = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + 120, execute: guardian)
    defer { guardian.cancel() }
    try whileRunning(process)
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus,
      hasCrashed: process.terminationReason == .uncaughtSignal,
      output: try String(contentsOf: out, encoding: .utf8),
      errors: try String(contentsOf: err, encoding: .utf8))
  }

  /// A command that must succeed.
  @discardableResult
  func succeed(
    _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let outcome = try run(arguments)
    #expect(
      outcome.code == 0 && !outcome.hasCrashed, "\(arguments): \(outcome.errors)",
      sourceLocation: sourceLocation)
    return outcome
  }

  /// A command that must fail with a code, and with a message that holds each of the texts.
  @discardableResult
  func fail(
    _ code: Int32, _ arguments: [String], saying texts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let outcome = try run(arguments)
    check(outcome, code, texts, sourceLocation)
    return outcome
  }

  func check(
    _ outcome: Outcome, _ code: Int32, _ texts: [String],
    _ sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      outcome.code == code && !outcome.hasCrashed, "\(outcome.errors)",
      sourceLocation: sourceLocation)
    for text in texts {
      #expect(
        outcome.errors.contains(text), "expected \"\(text)\" in \(outcome.errors)",
        sourceLocation: sourceLocation)
    }
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    // One paragraph, no trace.
    if code == 1 {
      let message = outcome.errors.components(separatedBy: "error: ")
      #expect(message.count == 2, "\(outcome.errors)", sourceLocation: sourceLocation)
      #expect(
        !outcome.errors.contains("Swift."), "\(outcome.errors)", sourceLocation: sourceLocation)
    }
  }

  // MARK: Files

  func url(_ path: String) -> URL { folder.appending(path: path) }

  @discardableResult
  func write(_ path: String, _ text: String) throws -> String {
    try write(path, Data(text.utf8))
  }

  @discardableResult
  func write(_ path: String, _ data: Data) throws -> String {
    let url = url(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
    return path
  }

  /// What stands in a folder, hidden names too; empty where there is no such folder.
  func names(in path: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url(path).path())) ?? []).sorted()
  }
}

/// Tests may run on threads that block signals, and a process inherits that: its Ctrl-C would be another
/// than the user's.
private func withSignals(_ body: () throws -> Void) rethrows {
  var (none, old) = (sigset_t(), sigset_t())
  unsafe sigemptyset(&none)
  unsafe pthread_sigmask(SIG_SETMASK, &none, &old)
  defer { unsafe pthread_sigmask(SIG_SETMASK, &old, nil) }
  try body()
}

/// Runs a body in a folder of its own, which goes away with all that is in it.
func withShortlist(_ body: (Shortlist) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "shortlist-command-\(UUID().uuidString)", directoryHint: .isDirectory)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(Shortlist(folder: folder))
}
