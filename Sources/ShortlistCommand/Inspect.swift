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
    let summary = Summary(reader, retriever)
    if json { return try Terminal.printJSON(summary) }
    try Terminal.show(
      """
      \(summary.artefact)
      created     \(summary.created)
      catalogue   \(summary.items) items of \(summary.dimensions) dimensions, by \(summary.item)
      index       \(summary.index)
      history     \(summary.users.map { "\($0) users" } ?? "none")
      parameters  \(summary.parameters.map(\.count).reduce(0, +))
      """)
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

  private struct Summary: Encodable {
    struct Parameter: Encodable {
      let name: String
      let rows: Int
      let columns: Int
      var count: Int { rows * columns }
    }
    struct File: Encodable {
      let name: String
      let bytes: Int
      let sha256: String
    }
    let artefact: String
    let format: Int
    let created: String
    let item: String
    let items: Int
    let dimensions: Int
    let users: Int?
    let index: String
    let indexTrials: [IndexChoice.Trial]
    let parameters: [Parameter]
    let files: [File]

    init(_ reader: ArtifactReader, _ retriever: Retriever) {
      artefact = reader.folder.path(percentEncoded: false)
      format = reader.manifest.format
      created = reader.manifest.created.formatted(.iso8601)
      item = retriever.catalogue.identifier.name
      items = retriever.catalogue.count
      dimensions = retriever.model.dimensions
      users = retriever.history?.users.count
      indexTrials = retriever.indexTrials
      index =
        (retriever.index as? ScaNNIndex).map {
          let depth = $0.configuration
          return "scann, \(depth.scoring) in \(depth.leaves ?? 1) leaves, "
            + "\(depth.leavesToSearch ?? 1) searched, \(depth.reordering ?? 0) reordered"
        } ?? "exact"
      let parameters = retriever.model.parameters
      self.parameters = parameters.names.compactMap { name in
        parameters[name].map { Parameter(name: name, rows: $0.rows, columns: $0.columns) }
      }
      files = reader.manifest.files.sorted { $0.key < $1.key }.map {
        File(name: $0.key, bytes: $0.value.bytes, sha256: $0.value.sha256)
      }
    }
  }
}
