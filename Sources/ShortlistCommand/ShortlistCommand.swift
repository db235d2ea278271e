import ArgumentParser
import Foundation
import Shortlist

/// The root of the command line.
///
/// Exit codes: 0 for success, 1 for a failure, 2 for wrong usage.
@main
struct ShortlistCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shortlist",
    abstract:
      "The retrieval stage of a recommender: learn two towers, find the best items, save and load.",
    discussion: """
      EXAMPLE
        shortlist fetch movielens-100k
        shortlist train recipes/ml-100k.yaml --output artifacts/movies
        shortlist recommend artifacts/movies --user 42

      Shell completion: shortlist --generate-completion-script bash|zsh|fish
      """,
    version: "0.1.0",
    subcommands: [
      Fetch.self, Train.self, Evaluate.self, Recommend.self, Similar.self, Inspect.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      if isOwn(error) {
        Terminal.warn("error: \(Terminal.explanation(of: error))")
        exit(withCode: 1)
      }
      let isUsage = exitCode(for: error) != .success
      let message = fullMessage(for: error)
      if isUsage { Terminal.warn(message) } else { print(message) }
      exit(withCode: isUsage ? 2 : 0)
    }
  }

  /// Whether an error comes from the library, and not from the way the command was called.
  private static func isOwn(_ error: any Error) -> Bool {
    switch error {
    case is DataError, is TrainingError, is ArtifactError, is RetrieverError, is IndexError,
      is FileError, is TensorFileError, is CommandFailure, is CocoaError, is POSIXError:
      true
    default: false
    }
  }

  private static func exit(withCode code: Int32) -> Never { Foundation.exit(code) }
}

/// A failure of a command that no library error describes.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
