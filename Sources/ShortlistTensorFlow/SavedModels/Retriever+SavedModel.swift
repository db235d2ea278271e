public import Foundation
public import ShortlistArtifacts
import ShortlistModels
import ShortlistTensors

/// How a SavedModel is written.
public struct SavedModelOptions: Sendable, Hashable {
  /// How many candidates are given where the caller does not say.
  public var k: Int
  /// The name by which the warm-up requests call the model; servers do not look at it.
  public var modelName: String

  public init(k: Int = 10, modelName: String = "shortlist") {
    self.k = k
    self.modelName = modelName
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
  /// - Throws: `TensorFlowError.unsupportedModel` for a tower that TensorFlow has no operations for, `FileError`
  ///   where the folder exists or cannot be written.
  @discardableResult
  public func exportSavedModel(
    to folder: String, options: SavedModelOptions = .init()
  ) throws -> URL {
    let writer = SavedModelWriter(
      query: model.query, task: model.task, parameters: model.parameters,
      candidates: catalogue.embeddings, identifiers: StringStream(catalogue.identifiers),
      similarity: try similarity(), options: options)
    return try writer.write(toVersionOf: folder)
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
    let writer = SavedModelWriter(
      query: retriever.query, task: retriever.task, parameters: retriever.parameters,
      candidates: retriever.candidates,
      identifiers: StringStream(vocabulary: retriever.identifiers),
      similarity: retriever.similarity, options: options)
    return try writer.write(toVersionOf: folder)
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
