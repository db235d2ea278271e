import ArgumentParser
import Foundation
import Shortlist

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure an artefact on the test rows of its recipe, beside popularity.",
    discussion: """
      EXAMPLE
        shortlist evaluate artifacts/movies

      Figures are shares of the test rows whose item is among the k best of all items (raw), or of those that
      the user has not seen in training (masked). Ties count against the model.
      """)

  @Argument(help: "The artefact.", completion: .directory) var artefact: String
  @Flag(help: "Print one JSON object.") var json = false

  func run() throws {
    let reader = try ArtifactReader(URL(filePath: artefact, directoryHint: .isDirectory))
    let retriever = try Retriever(reader)
    guard reader.contains("recipe.yaml") else {
      throw CommandFailure(
        "\(artefact): the artefact holds no recipe, so its test rows are not known; evaluate it in a program"
      )
    }
    let recipe = try RecipeFile.read(reader.file("recipe.yaml").path(percentEncoded: false))
    let prepared = try recipe.prepare()
    guard prepared.test.rowCount > 0 else {
      throw CommandFailure("\(artefact): the recipe's split holds out no test rows")
    }
    let report = try prepared.evaluate(
      retriever.model, among: retriever.catalogue, history: prepared.interactions())
    if json { try Terminal.printJSON(report) } else { try Terminal.show("\(report)") }
  }
}
