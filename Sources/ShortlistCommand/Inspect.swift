import ArgumentParser
import Foundation
import Shortlist

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in an artefact.",
    discussion: """
      EXAMPLE
        shortlist inspect artifacts/movies
      """)

  @Argument(help: "The artefact.", completion: .directory) var artefact: String
  @Flag(help: "Print one JSON object.") var json = false

  func run() throws {
    let reader = try ArtifactReader(URL(filePath: artefact, directoryHint: .isDirectory))
    let retriever = try Retriever(reader)
    let summary = ArtifactSummary(reader, retriever)
    if json { return try Terminal.printJSON(summary) }
    try Terminal.show(
      """
      \(summary.artefact ?? artefact)
      created     \(summary.created)
      catalogue   \(summary.items) items of \(summary.dimensions) dimensions, by \(summary.item)
      index       \(summary.index)
      history     \(summary.users.map { "\($0) users" } ?? "none")
      parameters  \(summary.parameters.map(\.count).reduce(0, +))
      """)
    if !summary.itemColumns.isEmpty {
      try Terminal.show("columns of items (for --where)")
      try Terminal.show(
        Terminal.table(
          ["  name", "type", "for example"],
          summary.itemColumns.map {
            ["  " + $0.name, $0.type, $0.examples.joined(separator: ", ")]
          }))
    }
    if !summary.indexTrials.isEmpty { try Terminal.show(summary.indexTrials.table) }
    for parameter in summary.parameters {
      try Terminal.show("  \(parameter.name)  \(parameter.rows) x \(parameter.columns)")
    }
    try Terminal.show("files")
    try Terminal.show(
      Terminal.table(
        ["  name", "bytes", "sha256"],
        summary.files.map { ["  " + $0.name, "\($0.bytes)", String($0.sha256.prefix(16))] },
        numbers: [1]))
    if reader.contains("evaluation.json") {
      try Terminal.show("evaluation")
      let report = try Data(contentsOf: reader.file("evaluation.json"))
      try Terminal.show(String(decoding: report, as: UTF8.self))
    }
  }
}
