public import ArgumentParser
import Foundation
import Shortlist
public import ShortlistTensorFlow

struct ExportSavedModel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "saved-model",
    abstract: "Write a SavedModel for TensorFlow, TensorFlow Serving and Keras.",
    discussion: """
      EXAMPLE
        shortlist export saved-model artifacts/movies --output models/movies

      In Python, `tf.saved_model.load("models/movies/1")(["42"])` then gives scores and titles. The catalogue is
      read block by block and may be larger than memory.

      With --index scann the model searches the artefact's own ScaNN index, which `shortlist index` makes, and
      Python needs the package scann: `import scann` before the model is loaded.
      """)

  @Argument(help: "The artefact.", completion: .directory) var artefact: String
  @Option(
    name: .shortAndLong,
    help: "The folder of the model, which gets a version number inside; or NAME/VERSION.",
    completion: .directory)
  var output: String
  @Option(
    name: .customShort("k"), parsing: .unconditional,
    help: "How many items are given where the caller does not say.")
  var count = 10
  @Option(
    help: ArgumentHelp(
      "exact: every TensorFlow loads the model; scann: it searches the artefact's index by scann.",
      valueName: "kind"))
  var index = SavedModelOptions.Index.exact
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    guard count >= 1 else { throw ValidationError("-k is \(count); ask for at least 1 item.") }
  }

  func run() throws {
    let reader = try ArtifactReader(URL(filePath: artefact, directoryHint: .isDirectory))
    let name = URL(filePath: output).lastPathComponent
    let written = try reader.exportSavedModel(
      to: output, options: SavedModelOptions(k: count, modelName: name, index: index))
    if json { return try Terminal.printJSON(["written": written.plainPath]) }
    try Terminal.show("saved \(written.plainPath)")
  }
}

extension SavedModelOptions.Index: ExpressibleByArgument {}
