public import Foundation
import ShortlistData
import ShortlistIndex
import ShortlistModels
import ShortlistTensors

/// A model apart from its weights: what the manifest of an artefact says of it.
struct RetrieverSpecification: Codable {
  var query: Tower
  var candidate: Tower
  var task: Retrieval
  /// The feature that weighs examples in training.
  var weight: String?
  /// The feature that identifies items.
  var item: String
  /// The feature that identifies users, where there is a history.
  var user: String?
  var index: IndexSpecification
  /// The columns of items, where there are any.
  var itemColumns: [ItemColumn]?

  private enum CodingKeys: String, CodingKey {
    case query, candidate, task, weight, item, user, index
    case itemColumns = "item_columns"
  }
}

/// Where things stand in an artefact.
enum ArtifactLayout {
  static let weights = "weights.safetensors"
  static let candidates = "candidates.safetensors"
  static let identifiers = "identifiers.txt"
  static let historyUsers = "history/users.txt"
  static let historyItems = "history/items.txt"
  static let history = "history/interactions.safetensors"
  static let embeddings = "embeddings"
  static let index = "index.safetensors"
  static let columns = "columns/values.safetensors"

  /// Whether a file is a part of the retriever, and no attachment.
  static func isPart(_ name: String) -> Bool {
    [
      weights, candidates, identifiers, index, historyUsers, historyItems, history, columns,
    ].contains(name)
      || vocabularyKey(of: name) != nil || (name.hasPrefix(words) && name.hasSuffix(".txt"))
  }

  /// The distinct strings of a column of items.
  static func words(of column: String) -> String { "\(words)\(fileName(column)).txt" }

  private static let words = "columns/"

  static func vocabulary(_ tower: String, _ feature: String) -> String {
    "\(vocabularies)\(tower)/\(fileName(feature)).txt"
  }

  /// "tower/feature" of a vocabulary's file, or nil for another file.
  static func vocabularyKey(of name: String) -> String? {
    guard name.hasPrefix(vocabularies), name.hasSuffix(".txt") else { return nil }
    return name.dropFirst(vocabularies.count).dropLast(".txt".count).removingPercentEncoding
  }

  private static let vocabularies = "vocabularies/"

  /// A feature may be called anything; what not every system takes in a file name is percent-encoded.
  private static func fileName(_ feature: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-".utf8)
    return feature.utf8.map { byte in
      plain.contains(byte)
        ? String(UnicodeScalar(byte))
        : "%" + String(Int(byte) + 0x100, radix: 16, uppercase: true).suffix(2)
    }
    .joined()
  }
}

extension Retriever {
  /// Writes an artefact: `NAME/VERSION/` with manifest, weights, vocabularies, candidates, columns of items and
  /// history. A reader sees a whole version or none.
  ///
  /// - Parameters:
  ///   - folder: `NAME`, which gets the next version, or `NAME/VERSION`.
  ///   - attachments: further files by name, such as a recipe or an evaluation report.
  /// - Returns: the folder of the version.
  /// - Throws: `ArtifactError` when the version exists or the index is of a type that artefacts do not hold,
  ///   `FileError` when the disk is full or may not be
  ///   written.
  @discardableResult
  public func save(to folder: String, attachments: [String: Data] = [:]) throws -> URL {
    let columns = itemColumns
    let specification = RetrieverSpecification(
      query: model.query, candidate: model.candidate, task: model.task,
      weight: model.weight?.name, item: catalogue.identifier.name, user: history?.user.name,
      index: try IndexSpecification(index, trials: indexTrials),
      itemColumns: catalogue.items == nil ? nil : columns.map(\.description))
    return try ArtifactWriter.write(
      to: URL(filePath: folder, directoryHint: .isDirectory), specification: specification
    ) { writer in
      let parameters = model.parameters
      try writer.write(ArtifactLayout.weights) { file in
        try Safetensors.write(
          parameters.names.compactMap { name in
            parameters[name].map { Safetensors.Tensor(name, $0) }
          }, to: file)
      }
      try writer.write(ArtifactLayout.candidates) { file in
        try Safetensors.write(
          [.init(ArtifactLayout.embeddings, catalogue.embeddings)], to: file)
      }
      if let index = index as? ScaNNIndex {
        try writer.write(ArtifactLayout.index) { try index.write(to: $0, includingVectors: false) }
      }
      try writer.write(ArtifactLayout.identifiers) { file in
        try Vocabulary(inOrder: catalogue.identifiers).write(to: file)
      }
      for (path, tower) in [("query", model.query), ("candidate", model.candidate)] {
        for feature in tower.features {
          guard let vocabulary = feature.vocabulary else { continue }
          try writer.write(ArtifactLayout.vocabulary(path, feature.name)) {
            try vocabulary.write(to: $0)
          }
        }
      }
      if catalogue.items != nil { try Self.write(columns, with: &writer) }
      if let history { try Self.write(history, with: &writer) }
      for (name, data) in attachments.sorted(by: { $0.key < $1.key }) {
        try writer.write(name) { try data.write(to: $0) }
      }
    }
  }

  private var itemColumns: [(description: ItemColumn, column: AnyColumn)] {
    guard let items = catalogue.items else { return [] }
    return items.columnNames.compactMap { name in
      guard let column = items[name: name] else { return nil }
      let description = ItemColumn(
        name, column, identifiers: catalogue.identifiers, identifier: catalogue.identifier.name)
      return (description, column)
    }
  }

  private static func write(
    _ columns: [(description: ItemColumn, column: AnyColumn)], with writer: inout ArtifactWriter
  ) throws {
    try writer.write(ArtifactLayout.columns) { file in
      try Safetensors.write(columns.flatMap { $0.tensors(of: $1) }, to: file)
    }
    for (description, column) in columns {
      guard let words = description.words(of: column) else { continue }
      try writer.write(ArtifactLayout.words(of: description.name)) {
        try Vocabulary(inOrder: words).write(to: $0)
      }
    }
  }

  private static func write(
    _ history: InteractionHistory, with writer: inout ArtifactWriter
  ) throws {
    try writer.write(ArtifactLayout.historyUsers) {
      try Vocabulary(inOrder: history.users).write(to: $0)
    }
    try writer.write(ArtifactLayout.historyItems) {
      try Vocabulary(inOrder: history.items).write(to: $0)
    }
    try writer.write(ArtifactLayout.history) { file in
      try Safetensors.write(
        [
          .init("offsets", elements: history.offsets.map { Int64($0) }),
          .init("items", elements: history.entries),
          .init("counts", elements: history.counts.map { Int64($0) }),
        ], to: file)
    }
  }
}
