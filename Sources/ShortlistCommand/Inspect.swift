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
    let itemColumns: [ItemColumnSummary]
    let parameters: [Parameter]
    let files: [File]

    private enum CodingKeys: String, CodingKey {
      case artefact, format, created, item, items, dimensions, users, index, parameters, files
      case indexTrials = "index_trials"
      case itemColumns = "item_columns"
    }

    init(_ reader: ArtifactReader, _ retriever: Retriever) {
      artefact = reader.folder.path(percentEncoded: false)
      format = reader.manifest.format
      created = reader.manifest.created.formatted(.iso8601)
      item = retriever.catalogue.identifier.name
      items = retriever.catalogue.count
      dimensions = retriever.model.dimensions
      users = retriever.history?.users.count
      indexTrials = retriever.indexTrials
      let columns = retriever.catalogue.items
      itemColumns = (columns?.columnNames ?? []).compactMap { name in
        columns?[name: name].map { ItemColumnSummary(name, $0) }
      }
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

/// A column of items as people see it.
private struct ItemColumnSummary: Encodable {
  let name: String
  let type: String
  /// The first few values, as they are written in a condition.
  let examples: [String]

  private static let count = 3

  init(_ name: String, _ column: AnyColumn) {
    self.name = name
    type = column.typeName
    typealias Value = ItemFilter.Value
    let values: [Value] =
      switch column {
      case .strings(let column): Self.first(column.distinct) { !$0.isEmpty }.map { .string($0) }
      case .stringLists(let column):
        Self.first(column.values.distinct) { !$0.isEmpty }.map { .string($0) }
      case .integers(let values): Self.first(values).map { .integer($0) }
      case .integerLists(let column): Self.first(column.values).map { .integer($0) }
      case .floats(let values):
        Self.first(values, where: \.isFinite).map { .number(Double("\($0)") ?? 0) }
      case .floatLists(let column):
        Self.first(column.values, where: \.isFinite).map { .number(Double("\($0)") ?? 0) }
      }
    examples = values.map { value in
      // What an artefact says does not steer a terminal.
      let text = String(
        "\(value)".map {
          $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "?" : $0
        })
      return text.count > 40 ? text.prefix(37) + "..." : text
    }
  }

  /// The first distinct values that are wanted.
  private static func first<Value: Hashable>(
    _ values: [Value], where isWanted: (Value) -> Bool = { _ in true }
  ) -> [Value] {
    var found: [Value] = []
    for value in values where isWanted(value) && !found.contains(value) {
      found.append(value)
      if found.count == count { break }
    }
    return found
  }
}
