public import ArgumentParser
import Foundation
public import Shortlist

struct ExportEmbeddings: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embeddings",
    abstract: "Write the vectors of items or users with their identifiers.",
    discussion: """
      EXAMPLE
        shortlist export embeddings artifacts/movies --output movies.npy
        shortlist export embeddings artifacts/movies --of users --output users.csv

      The file's name tells the format: .safetensors, .npy, .csv, .jsonl, or .f32 for plain 32-bit floats. Beside
      .safetensors, .npy and .f32 stand the identifiers, one a line, in NAME.ids.txt.
      """)

  @Argument(help: "The artefact.", completion: .directory) var artefact: String
  @Option(name: .shortAndLong, help: "The file that gets the vectors.", completion: .file())
  var output: String
  @Option(help: "items, or users: those of the training data.")
  var of: Retriever.Embedded = .items
  @Flag(help: "Print one JSON object.") var json = false

  private var format: EmbeddingFormat? { EmbeddingFormat(nameOf: URL(filePath: output)) }

  func validate() throws {
    guard format != nil else {
      let known = EmbeddingFormat.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
      throw ValidationError(
        "--output: the name \(output) does not tell the format; expected one of \(known).")
    }
  }

  func run() throws {
    guard let format else { return }
    let written = try Retriever(contentsOf: artefact).exportEmbeddings(
      of: of, to: URL(filePath: output), as: format)
    if json { return try Terminal.printJSON(written) }
    try Terminal.show("\(written.rows) x \(written.columns)")
    for file in written.files { try Terminal.show("saved \(file)") }
  }
}

extension Retriever.Embedded: ExpressibleByArgument {}
