import ArgumentParser

/// Models of other programs as artefacts: one file for each.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make an artefact of another program's model.",
    subcommands: [
      ImportSavedModel.self
    ])
}
