import ArgumentParser

/// The artefact in forms that other programs load: one file for each.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write an artefact in a form that other programs load.",
    subcommands: [
      ExportSavedModel.self,
      ExportONNX.self,
      ExportEmbeddings.self,
    ])
}
