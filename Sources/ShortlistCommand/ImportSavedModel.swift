import ArgumentParser
import Foundation
import Shortlist
import ShortlistTensorFlow

struct ImportSavedModel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "saved-model",
    abstract: "Make an artefact of a retrieval model that TensorFlow saved.",
    discussion: """
      EXAMPLE
        shortlist import saved-model export/1 --output artifacts/movies --query user_id --item movie_title

      Understood are models whose scores are inner products of a query tower and candidates, as the BruteForce and
      ScaNN layers of TensorFlow Recommenders save them. The artefact recommends the same items with the same
      scores; `shortlist index` gives it a faster index.
      """)

  @Argument(
    help: "The folder with saved_model.pb, or the folder of versions.", completion: .directory)
  var model: String
  @Option(
    name: .shortAndLong, help: "The artefact, which gets a version number inside.",
    completion: .directory)
  var output: String
  @Option(help: "What to call the feature of the query, where the model has one input.")
  var query = "user_id"
  @Option(help: "What to call the feature that identifies items.") var item = "item"
  @Flag(help: "Print one JSON object.") var json = false

  private struct Result: Encodable {
    let written: String
    let items: Int
    let duplicates: Int
    let features: [String]
  }

  func run() throws {
    let imported = try SavedModelImport(contentsOf: model, query: query, item: item)
    let retriever = imported.retriever
    let features = retriever.model.query.features.map(\.featureName)
    let written = try retriever.save(to: output).plainPath
    if json {
      return try Terminal.printJSON(
        Result(
          written: written, items: retriever.catalogue.count, duplicates: imported.duplicates,
          features: features))
    }
    if imported.duplicates > 0 {
      Terminal.warn(
        "note: \(imported.duplicates) candidates have the identifier of an earlier one and were left out"
      )
    }
    try Terminal.show(
      "\(retriever.catalogue.count) items of \(retriever.model.dimensions) dimensions; queries are by "
        + features.joined(separator: ", "))
    try Terminal.show("saved \(written)")
  }
}
