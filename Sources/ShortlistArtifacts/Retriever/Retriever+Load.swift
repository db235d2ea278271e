public import Foundation
import ShortlistData
import ShortlistIndex
public import ShortlistModels
import ShortlistTensors

extension Retriever {
  /// Loads an artefact: `NAME/VERSION`, or the largest version of `NAME`.
  ///
  /// Every file is checked against the manifest first; weights and candidates are memory-mapped.
  ///
  /// - Parameters:
  ///   - folder: the artefact.
  ///   - layers: layer types of your own that the model holds.
  ///   - encoders: encoder types of your own that the model holds.
  /// - Throws: `ArtifactError` or `TensorFileError` that names the file which is missing, damaged, of a newer
  ///   format, or does not fit the others.
  public init(
    contentsOf folder: String, layers: [any Layer.Type] = [],
    encoders: [any FeatureEncoder.Type] = []
  ) throws {
    let reader = try ArtifactReader(URL(filePath: folder, directoryHint: .isDirectory))
    try self.init(reader, layers: layers, encoders: encoders)
  }

  /// Loads an artefact that is open already.
  public init(
    _ reader: ArtifactReader, layers: [any Layer.Type] = [],
    encoders: [any FeatureEncoder.Type] = []
  ) throws {
    let specification = try reader.specification(
      as: RetrieverSpecification.self,
      context: .init(
        vocabularies: reader.vocabularies(), layers: layers, encoders: encoders))
    let parameters = try Self.parameters(
      reader, of: ["query": specification.query, "candidate": specification.candidate])
    if let problem = TwoTowerModel.mismatch(
      query: specification.query, candidate: specification.candidate, task: specification.task)
    {
      throw Self.inconsistent(reader, ArtifactManifest.fileName, problem)
    }
    let model = TwoTowerModel(
      query: specification.query, candidate: specification.candidate, task: specification.task,
      weight: specification.weight.map { Feature($0) }, parameters: parameters)

    let candidates = try Safetensors(contentsOf: reader.file(ArtifactLayout.candidates))
    let embeddings = try candidates.matrix(ArtifactLayout.embeddings)
    let words = try Vocabulary(contentsOf: reader.file(ArtifactLayout.identifiers))
    let identifiers = words.words
    guard embeddings.rows == identifiers.count, embeddings.columns == model.dimensions else {
      throw Self.inconsistent(
        reader, ArtifactLayout.candidates,
        "the embeddings are \(embeddings.rows) x \(embeddings.columns); expected "
          + "\(identifiers.count) x \(model.dimensions)")
    }
    let catalogue = Catalogue(
      identifiers: identifiers, numberedBy: words.table ?? StringTable(),
      identifiedBy: Feature(specification.item), embeddings: embeddings,
      items: try Self.items(reader, specification, identifiers: identifiers))
    let index: any VectorIndex
    do {
      index = try specification.index.index(over: embeddings, reader)
    } catch let error as IndexError {
      let isApproximate = specification.index.kind == .scann
      throw Self.inconsistent(
        reader, isApproximate ? ArtifactLayout.index : ArtifactLayout.candidates, error.message)
    }
    self.init(
      model, index: index, over: catalogue,
      history: try Self.history(reader, specification), indexTrials: specification.index.trials)
  }

  /// What towers have learnt, by their paths.
  static func parameters(
    _ reader: ArtifactReader, of towers: KeyValuePairs<String, Tower>
  ) throws -> Parameters {
    let file = try Safetensors(contentsOf: reader.file(ArtifactLayout.weights))
    var parameters = Parameters()
    for (path, tower) in towers {
      for expected in tower.parameters {
        let name = "\(path)/\(expected.name)"
        let matrix = try file.matrix(name)
        guard matrix.rows == expected.rows, matrix.columns == expected.columns else {
          throw inconsistent(
            reader, ArtifactLayout.weights,
            "\(name) is \(matrix.rows) x \(matrix.columns); expected \(expected.rows) x "
              + "\(expected.columns)")
        }
        parameters[name] = matrix
      }
    }
    if let name = parameters.firstNotFinite {
      throw inconsistent(
        reader, ArtifactLayout.weights,
        "\(name) holds NaN or infinite values. Train the model again with a lower learning rate")
    }
    return parameters
  }

  private static func items(
    _ reader: ArtifactReader, _ specification: RetrieverSpecification, identifiers: [String]
  ) throws -> Dataset? {
    guard let columns = specification.itemColumns else { return nil }
    let source = ItemColumn.Source(
      tensors: try Safetensors(contentsOf: reader.file(ArtifactLayout.columns)),
      identifiers: identifiers,
      words: { try Vocabulary(contentsOf: reader.file(ArtifactLayout.words(of: $0))).words },
      complain: { inconsistent(reader, ArtifactLayout.columns, $0) })
    // Before anything is read, so that a small manifest cannot ask for much.
    var names: Set<String> = []
    for column in columns where !names.insert(column.name).inserted {
      throw inconsistent(
        reader, ArtifactManifest.fileName, "two columns are named \"\(column.name.prefix(80))\"")
    }
    guard columns.count(where: { $0.kind == .identifiers }) <= 1 else {
      throw inconsistent(
        reader, ArtifactManifest.fileName, "more than one column holds the identifiers")
    }
    let items = try Dataset(columns.map { ($0.name, try $0.column(from: source)) })
    // Without columns a table has no rows, whatever the number of items.
    return items.rowCount == identifiers.count ? items : nil
  }

  private static func history(
    _ reader: ArtifactReader, _ specification: RetrieverSpecification
  ) throws -> InteractionHistory? {
    guard let user = specification.user else { return nil }
    let users = try Vocabulary(contentsOf: reader.file(ArtifactLayout.historyUsers)).words
    let items = try Vocabulary(contentsOf: reader.file(ArtifactLayout.historyItems)).words
    let file = try Safetensors(contentsOf: reader.file(ArtifactLayout.history))
    let offsets = try file.elements("offsets", as: Int64.self).map { Int($0) }
    let entries = try file.elements("items", as: Int32.self)
    let counts = try file.elements("counts", as: Int64.self).map { Int($0) }
    guard offsets.count == users.count + 1, offsets.first == 0, offsets.last == entries.count,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }), counts.count == items.count,
      entries.allSatisfy({ $0 >= 0 && $0 < items.count })
    else {
      throw inconsistent(
        reader, ArtifactLayout.history,
        "the interactions do not fit \(users.count) users and \(items.count) items")
    }
    return InteractionHistory(
      user: Feature(user), item: Feature(specification.item), users: users, items: items,
      offsets: offsets, entries: entries, counts: counts)
  }

  static func inconsistent(
    _ reader: ArtifactReader, _ name: String, _ message: String
  ) -> ArtifactError {
    ArtifactError(
      .damagedFile, path: reader.folder.appending(path: name).path(percentEncoded: false),
      message: message)
  }
}

extension ArtifactReader {
  /// The vocabularies of the features, by "tower/feature".
  ///
  /// - Parameter tower: the only tower to read those of.
  func vocabularies(of tower: String? = nil) throws -> [String: Vocabulary] {
    var vocabularies: [String: Vocabulary] = [:]
    for name in manifest.files.keys {
      guard let key = ArtifactLayout.vocabularyKey(of: name) else { continue }
      guard tower == nil || key.hasPrefix("\(tower ?? "")/") else { continue }
      vocabularies[key] = try Vocabulary(contentsOf: file(name))
    }
    return vocabularies
  }

  /// The files that were attached when a retriever was saved, by name.
  ///
  /// - Throws: an error of reading.
  public func attachments() throws -> [String: Data] {
    try manifest.files.keys.filter { !ArtifactLayout.isPart($0) }.reduce(into: [:]) {
      $0[$1] = try Data(contentsOf: file($1))
    }
  }
}
