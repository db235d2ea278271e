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
    subcommands: verbs)

  private static var verbs: [any ParsableCommand.Type] {
    var verbs: [any ParsableCommand.Type] = [
      Fetch.self, Train.self, Evaluate.self, Index.self, Recommend.self, Similar.self, Inspect.self,
      Export.self, Import.self, Convert.self,
    ]
    #if Server
      verbs.append(Serve.self)
    #endif
    return verbs
  }

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      finish(error)
    }
  }

  private static func finish(_ error: any Error) -> Never {
    switch exitCode(for: error) {
    case .success:
      do {
        try Terminal.show(fullMessage(for: error))
        Foundation.exit(0)
      } catch {
        finish(error)
      }
    case .validationFailure:
      Terminal.warn(fullMessage(for: error))
      Foundation.exit(2)
    default:
      Terminal.warn("error: \(Terminal.explanation(of: error))")
      Foundation.exit(1)
    }
  }
}

/// A failure of a command that no library error describes.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
