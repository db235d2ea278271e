import Foundation
import ShortlistData
package import ShortlistIndex
import ShortlistModels
import ShortlistTensors

/// What is in an artefact, as people and programs are told: the JSON of `shortlist inspect --json`.
package struct ArtifactSummary: Encodable {
  package struct Parameter: Encodable {
    package let name: String
    package let rows: Int
    package let columns: Int
    package var count: Int { rows * columns }
  }
  package struct File: Encodable {
    package let name: String
    package let bytes: Int
    package let sha256: String
  }
  /// A feature that a tower reads; `string`, `strings` for a list, or `number`.
  package struct TowerFeature: Encodable {
    package let name: String
    package let type: String
  }

  /// Where it stands; nil where that is nobody's business.
  package var artefact: String?
  package let format: Int
  package let created: String
  package let item: String
  package let items: Int
  package let dimensions: Int
  /// The feature that identifies users, and how many the history knows; nil without one.
  package let user: String?
  package let users: Int?
  package let queryFeatures: [TowerFeature]
  package let candidateFeatures: [TowerFeature]
  package let index: String
  package let indexTrials: [IndexChoice.Trial]
  package let itemColumns: [ItemColumnSummary]
  package let parameters: [Parameter]
  package let files: [File]

  private enum CodingKeys: String, CodingKey {
    case artefact, format, created, item, items, dimensions, user, users, index, parameters, files
    case queryFeatures = "query_features"
    case candidateFeatures = "candidate_features"
    case indexTrials = "index_trials"
    case itemColumns = "item_columns"
  }

  package init(_ reader: ArtifactReader, _ retriever: Retriever) {
    artefact = reader.folder.path(percentEncoded: false)
    format = reader.manifest.format
    created = reader.manifest.created.formatted(.iso8601)
    item = retriever.catalogue.identifier.name
    items = retriever.catalogue.count
    dimensions = retriever.model.dimensions
    user = retriever.history?.user.name
    users = retriever.history?.users.count
    queryFeatures = Self.features(of: retriever.model.query)
    candidateFeatures = Self.features(of: retriever.model.candidate)
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

  private static func features(of tower: Tower) -> [TowerFeature] {
    var found: [TowerFeature] = []
    for encoder in tower.features where !found.contains(where: { $0.name == encoder.featureName }) {
      let isList = (encoder as? Embedding)?.pooling != nil
      found.append(
        TowerFeature(
          name: encoder.featureName,
          type: encoder.vocabulary == nil ? "number" : isList ? "strings" : "string"))
    }
    return found
  }
}
