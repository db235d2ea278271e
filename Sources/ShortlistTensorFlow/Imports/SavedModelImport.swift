import Foundation
public import ShortlistArtifacts
import ShortlistData
import ShortlistIndex
import ShortlistMessages
import ShortlistModels
import ShortlistTensors

/// A retrieval model that TensorFlow saved, as a retriever: the same items with the same scores.
///
/// What is understood: models whose scores are inner products of a query tower (string look-ups, embeddings, dense
/// layers, normalisation) with candidates, as the `BruteForce` layer of TensorFlow Recommenders saves them, its
/// `ScaNN` layer where that keeps the vectors, and `Retriever.exportSavedModel`.
///
/// ```swift
/// let imported = try SavedModelImport(contentsOf: "export/1", query: "user_id", item: "movie_title")
/// try imported.retriever.save(to: "artifacts/movies")
/// ```
public struct SavedModelImport: Sendable {
  public let retriever: Retriever
  /// Candidates that were left out because their identifier stands earlier already: TensorFlow would recommend them
  /// again.
  public let duplicates: Int

  /// - Parameters:
  ///   - folder: where `saved_model.pb` stands, or the folder of versions above it.
  ///   - query: what to call the feature of the query, where there is one; several have the names that they have in
  ///     the model.
  ///   - item: what to call the feature that identifies items.
  /// - Throws: `TensorFlowError` for a file that is missing or damaged, and for a model that is not understood:
  ///   the message says what was found.
  public init(contentsOf folder: String, query: String = "user_id", item: String = "item") throws {
    let file = try SavedModelFile(URL(filePath: folder, directoryHint: .isDirectory))
    var reader = GraphReader(file)
    let (search, names) = try Self.search(in: file, &reader)
    if item.isEmpty || (names.count == 1 && query.isEmpty) {
      throw TensorFlowError(.invalidArgument, message: "a feature must have a name")
    }
    var parts = ImportedParts(file)
    let tower = try parts.tower(
      search.search.tower, naming: names.count == 1 ? [names[0]: query] : [:], &reader)
    let candidates = try Self.candidates(search.search, in: file)
    let identifiers = try Self.identifiers(search.identifiers, count: candidates.rows, in: file)

    let places = Self.firsts(of: identifiers)
    duplicates = identifiers.count - places.count
    let kept = duplicates == 0 ? candidates : candidates.gathering(places.map { Int32($0) })
    let words = duplicates == 0 ? identifiers : places.map { identifiers[$0] }
    let vocabulary = try Vocabulary(inOrder: words)
    let candidate = Tower {
      Embedding(of: Feature<String>(item), in: vocabulary, dimensions: candidates.columns)
    }
    retriever = try parts.retriever(
      query: tower, candidate: candidate, item: item, words: words, vectors: kept)
  }

  /// The search whose results a signature gives, and the names of its inputs.
  private static func search(
    in file: SavedModelFile, _ reader: inout GraphReader
  ) throws -> (search: (search: GraphValue.Search, identifiers: Int32?), inputs: [String]) {
    guard let map = file.child("signatures", of: 0), let signatures = file.object(map)?.children,
      let signature = signatures.first(where: { $0.localName == "serving_default" })
        ?? signatures.first, let object = file.object(signature.nodeID)
    else {
      throw TensorFlowError(
        .unsupportedModel, path: file.path,
        message:
          "the model has no signatures. Call it once before tf.saved_model.save, or give signatures="
      )
    }
    let function = object.bareConcreteFunction.concreteFunctionName
    let inputs = object.bareConcreteFunction.argumentKeywords
    let bound = file.objects.concreteFunctions[function]?.boundInputs ?? []
    let outputs = try reader.outputs(
      of: function, inputs.map { .input($0) } + bound.map { .object($0) })
    var found: GraphValue.Search?
    var identifiers: Int32?
    for output in outputs {
      switch output {
      case .bestScores(let search), .bestRows(let search): found = found ?? search
      case .identifiers(let search, let variable): (found, identifiers) = (search, variable)
      default: break
      }
    }
    guard let found else { throw notUnderstood(outputs, signature.localName, file) }
    return ((found, identifiers), inputs)
  }

  private static func notUnderstood(
    _ outputs: [GraphValue], _ signature: String, _ file: SavedModelFile
  ) -> TensorFlowError {
    let found = outputs.compactMap { output in
      if case .unknown(let operation, let node) = output {
        "the operation \(operation) (\(node))"
      } else {
        nil
      }
    }
    let reason =
      found.first.map { "\($0) was found where it is not understood" }
      ?? "its outputs are no best candidates"
    return TensorFlowError(
      .unsupportedModel, path: file.path,
      message:
        "the signature \(signature) is none of a retrieval model: \(reason). Understood are string look-ups, "
        + "embeddings, concatenation, dense layers with relu, tanh or sigmoid, normalisation, and the best of inner "
        + "products, as BruteForce and ScaNN of TensorFlow Recommenders compute them")
  }

  private static func candidates(
    _ search: GraphValue.Search, in file: SavedModelFile
  ) throws -> Matrix {
    if let configuration = search.scann { try checkMeasure(configuration, in: file) }
    let key = try file.key(ofVariable: search.candidates)
    guard try file.bundle.shape(of: key).count == 2 else {
      throw TensorFlowError(
        .unsupportedModel, path: file.path,
        message: search.scann == nil
          ? "the candidates are no matrix"
          : "the searcher of scann keeps codes and no vectors. Save the model with num_reordering_candidates, or "
            + "with the BruteForce layer")
    }
    return try file.bundle.matrix(key)
  }

  /// Scores are inner products here; a searcher of another measure would give others.
  private static func checkMeasure(_ configuration: Int32, in file: SavedModelFile) throws {
    let bytes = try file.bundle.strings(file.key(ofVariable: configuration)).first ?? []
    let measure = try? ScannScannConfig(decoding: bytes).distanceMeasure.distanceMeasure
    guard measure == "DotProductDistance" else {
      throw TensorFlowError(
        .unsupportedModel, path: file.path,
        message: "the searcher of scann measures by \(measure ?? "something unknown"); expected "
          + "DotProductDistance. Save the model with the BruteForce layer")
    }
  }

  private static func identifiers(
    _ variable: Int32?, count: Int, in file: SavedModelFile
  ) throws -> [String] {
    guard let variable else { return (0..<count).map { String($0) } }
    let key = try file.key(ofVariable: variable)
    let identifiers: [String]
    if try file.bundle.type(of: key) == .dtString {
      identifiers = try file.bundle.strings(key).map { bytes in
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw TensorFlowError(
            .unsupportedModel, path: file.path, message: "an identifier of \(key) is not UTF-8")
        }
        return text
      }
    } else {
      identifiers = try file.bundle.integers(key).map { String($0) }
    }
    guard identifiers.count == count else {
      throw TensorFlowError(
        .damagedFile, path: file.path,
        message: "\(identifiers.count) identifiers for \(count) candidates")
    }
    return identifiers
  }

  /// The places where identifiers stand first.
  private static func firsts(of identifiers: [String]) -> [Int] {
    var seen: Set<[UInt8]> = []
    return identifiers.indices.filter { seen.insert(Array(identifiers[$0].utf8)).inserted }
  }
}
