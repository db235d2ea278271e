package import Foundation
package import Testing

/// The Python that has TensorFlow, its tools and ONNX Runtime, in the environment that
/// `scripts/tensorflow-packages.sh` makes.
package enum Python {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../..").standardizedFileURL

  package static let environment = root.appending(path: ".venv-tensorflow")

  /// Whether tests against TensorFlow can run. Where `SHORTLIST_NEEDS_TENSORFLOW` is set they run and fail
  /// without it, so that nobody takes a skipped test for a passed one.
  package static let isThere =
    ProcessInfo.processInfo.environment["SHORTLIST_NEEDS_TENSORFLOW"] != nil
    || FileManager.default.fileExists(atPath: environment.appending(path: "READY").path())

  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// Runs a script of a test target's folder `Python` and gives what it printed to the standard output.
  @discardableResult
  package static func run(
    _ script: String, _ arguments: [String], of target: String = "ShortlistTensorFlowTests",
    legacyKeras: Bool = false
  ) throws -> String {
    let file = root.appending(path: "Tests/\(target)/Python/\(script)")
    return try run(program: "python", [file.path()] + arguments, legacyKeras: legacyKeras)
  }

  /// Runs a program of the environment and gives what it printed to the standard output.
  @discardableResult
  package static func run(
    program: String, _ arguments: [String], legacyKeras: Bool = false
  ) throws -> String {
    let process = Process()
    process.executableURL = environment.appending(path: "bin/\(program)")
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment
    variables["TF_CPP_MIN_LOG_LEVEL"] = "3"
    variables["CUDA_VISIBLE_DEVICES"] = "-1"
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    if legacyKeras { variables["TF_USE_LEGACY_KERAS"] = "1" }
    process.environment = variables
    // Files, because a full pipe would stop the program.
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "python-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (output, errors) = (folder.appending(path: "output"), folder.appending(path: "errors"))
    for file in [output, errors] { try Data().write(to: file) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let printed = try String(contentsOf: output, encoding: .utf8)
    guard process.terminationStatus == 0 else {
      let complaints = try String(contentsOf: errors, encoding: .utf8).suffix(4000)
      throw Failure(
        description: "\(program) \(arguments.joined(separator: " ")) ended with "
          + "\(process.terminationStatus):\n\(complaints)\n\(printed.suffix(2000))")
    }
    return printed
  }
}

extension Trait where Self == ConditionTrait {
  package static var needsTensorFlow: Self {
    .enabled(if: Python.isThere, "needs TensorFlow: run scripts/tensorflow-packages.sh first")
  }
}

/// A new folder that is removed with what is in it.
package func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "shortlist-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
