public import Foundation
public import ShortlistArtifacts
import ShortlistIndex
import ShortlistModels
import ShortlistTensors

/// How a SavedModel is written.
public struct SavedModelOptions: Sendable, Hashable {
  /// How a SavedModel finds the best candidates.
  public enum Index: String, Sendable, CaseIterable {
    /// Every candidate is compared, by TensorFlow's own operations: every TensorFlow loads the model.
    case exact
    /// The retriever's own `ScaNNIndex` is searched, by the operations of the Python package `scann`, which is
    /// imported before the model is loaded.
    case scann
  }

  /// How many candidates are given where the caller does not say.
  public var k: Int
  /// The name by which the warm-up requests call the model; servers do not look at it.
  public var modelName: String
  /// How the best candidates are found.
  public var index: Index

  public init(k: Int = 10, modelName: String = "shortlist", index: Index = .exact) {
    self.k = k
    self.modelName = modelName
    self.index = index
  }
}

extension Retriever {
  /// Writes a SavedModel that TensorFlow, TensorFlow Serving and Keras load: `FOLDER/VERSION/`.
  ///
  /// ```swift
  /// try retriever.exportSavedModel(to: "models/movies")
  /// ```
  /// ```python
  /// loaded = tf.saved_model.load("models/movies/1")
  /// scores, titles = loaded(["42"])
  /// scores, titles = loaded(["42"], k=5)
  /// scores, titles = loaded.query_with_exclusions(["42"], [["Rudy (1993)"]])
  /// ```
  ///
  /// Queries are a tensor of strings where the query tower reads one feature, a dictionary by feature otherwise. What
  /// users have seen does not go with the model: leave items out with `query_with_exclusions`. Unknown users get
  /// the vector of unknown values.
  ///
  /// - Parameter folder: `NAME`, which gets the next version, or `NAME/VERSION`.
  /// - Returns: the folder of the version.
  /// - Throws: `TensorFlowError.unsupportedModel` for a tower that TensorFlow has no operations for, or
  ///   `SavedModelOptions.Index.scann` where the index is no `ScaNNIndex`; `FileError` where the folder exists or cannot
  ///   be written.
  @discardableResult
  public func exportSavedModel(
    to folder: String, options: SavedModelOptions = .init()
  ) throws -> URL {
    let search = try options.search(
      catalogue.embeddings, similarity: similarity(), queryVectors: model.task.queryVectors,
      scann: scannRows())
    let writer = SavedModelWriter(
      query: model.query, parameters: model.parameters, search: search,
      identifiers: StringStream(catalogue.identifiers), options: options)
    return try writer.write(toVersionOf: folder)
  }

  private func scannRows() throws -> ScaNNIndex.ByRow? {
    guard let index = index as? ScaNNIndex else { return nil }
    return try ScaNNIndex.ByRow(index, over: catalogue.embeddings)
  }
}

extension ArtifactReader {
  /// Writes the artefact as a SavedModel, as `Retriever.exportSavedModel` does, without reading its catalogue
  /// into memory.
  ///
  /// - Throws: as `Retriever.exportSavedModel` does, and `ArtifactError` for a damaged artefact.
  @discardableResult
  public func exportSavedModel(
    to folder: String, options: SavedModelOptions = .init()
  ) throws -> URL {
    let retriever = try StreamedRetriever(self)
    let search = try options.search(
      retriever.candidates, similarity: retriever.similarity,
      queryVectors: retriever.task.queryVectors, scann: retriever.scannIndex())
    let writer = SavedModelWriter(
      query: retriever.query, parameters: retriever.parameters, search: search,
      identifiers: StringStream(vocabulary: retriever.identifiers), options: options)
    return try writer.write(toVersionOf: folder)
  }
}

extension SavedModelOptions {
  /// - Parameter scann: the ScaNN index, if there is one.
  fileprivate func search(
    _ candidates: Matrix, similarity: Similarity, queryVectors: Int,
    scann: @autoclosure () throws -> ScaNNIndex.ByRow?
  ) throws -> any CandidateSearch {
    guard index == .scann else {
      return try ExactSearch(candidates, similarity: similarity, queryVectors: queryVectors)
    }
    guard let found = try scann() else {
      throw TensorFlowError(
        .unsupportedModel,
        message: "there is no ScaNN index to export. Make one first: "
          + "`shortlist index ARTEFACT --index scann`, or `retriever.indexed(as: .scann)`")
    }
    return try ScaNNSearch(found, k: k, queryVectors: queryVectors)
  }
}

extension SavedModelWriter {
  fileprivate func write(toVersionOf folder: String) throws -> URL {
    let target = ArtifactFolder.target(
      for: URL(filePath: folder, directoryHint: .isDirectory))
    try AtomicFolder.write(to: target) { try write(to: $0) }
    return target
  }
}
