internal import ArgumentParser

@main
struct ShortlistCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shortlist",
    abstract: "The retrieval stage of a recommender: train, evaluate, recommend.")
}
