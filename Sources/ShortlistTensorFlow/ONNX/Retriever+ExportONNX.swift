import Foundation
public import ShortlistArtifacts
import ShortlistData
import ShortlistIndex
import ShortlistMessages
import ShortlistModels
import ShortlistTensors

extension Retriever {
  /// Writes the retriever as three models of ONNX: `query.onnx` and `candidate.onnx`, the towers, give vectors
  /// of features; `retrieval.onnx`, all of it, gives scores and titles of the `k` best items.
  ///
  /// Each input is a feature: strings, padded lists of strings, or numbers. Tensors of 1 MiB or more stand in
  /// `NAME.onnx.data` beside a model. The models use opset 17 and opset 2 of `ai.onnx.ml`. The retrieval
  /// compares a query with every item, whatever the index; it leaves out nothing that a user has seen, and a
  /// user of whom the model knows nothing gets the best items for the vector of unknown values.
  ///
  /// ```swift
  /// for model in try retriever.exportONNX(to: "onnx/movies") { print(model.file, model.inputs) }
  /// ```
  ///
  /// - Parameter folder: a folder that does not exist yet; it appears whole or not at all.
  /// - Throws: `TensorFlowError` that names the layer, encoder or vocabulary that has no form in ONNX,
  ///   `ArtifactError` for an index that artefacts do not hold, `FileError` if the folder exists or cannot be
  ///   written.
  @discardableResult
  public func exportONNX(to folder: String) throws -> [ONNXModel] {
    let similarity = try similarity()
    let count = ONNXGraph.Dimension.any("n")

    var query = ONNXGraph(
      "query", meaning: "The query tower: features to vectors.", reserving: ["embeddings"])
    query.output(
      try query.add(model.query, path: "query", model.parameters),
      as: .init(
        name: "embeddings", element: .float, shape: [count, .length(model.query.dimensions)],
        meaning: model.task.queryVectors == 1
          ? "A vector a row." : "\(model.task.queryVectors) vectors a row, side by side."))

    var candidate = ONNXGraph(
      "candidate", meaning: "The candidate tower: features to vectors.", reserving: ["embeddings"])
    candidate.output(
      try candidate.add(model.candidate, path: "candidate", model.parameters),
      as: .init(
        name: "embeddings", element: .float, shape: [count, .length(model.dimensions)],
        meaning: "A vector a row."))

    let models = [query, candidate, try retrieval(similarity)]
    let metadata = [
      ("items", "\(catalogue.count)"), ("dimensions", "\(model.dimensions)"),
      ("similarity", similarity.rawValue), ("opset", "\(ONNXModel.opset)"),
      ("opset of ai.onnx.ml", "\(ONNXModel.machineLearningOpset)"),
    ]
    var written: [ONNXModel] = []
    try AtomicFolder.write(to: URL(filePath: folder, directoryHint: .isDirectory)) { place in
      written = try models.map { try $0.write(to: place, metadata: metadata) }
    }
    return written
  }

  private func retrieval(_ similarity: Similarity) throws -> ONNXGraph {
    guard catalogue.count > 0 else {
      throw TensorFlowError(
        .unsupportedModel, message: "a catalogue without items has nothing to retrieve")
    }
    var graph = ONNXGraph(
      "retrieval", meaning: "Features of queries to the best of \(catalogue.count) items.",
      reserving: ["k", "scores", "titles"])
    let queries = try graph.add(model.query, path: "query", model.parameters)
    graph.input(
      .init(
        name: "k", element: .int64, shape: [.length(1)],
        meaning: "How many items; more than there are gives all."))
    let found = graph.search(
      catalogue, for: queries, vectors: model.task.queryVectors, k: "k", similarity: similarity)
    let shape: [ONNXGraph.Dimension] = [.any("n"), .any("k")]
    graph.output(
      found.scores,
      as: .init(name: "scores", element: .float, shape: shape, meaning: "Larger is better."))
    graph.output(
      found.titles,
      as: .init(
        name: "titles", element: .string, shape: shape,
        meaning: "The items (\(catalogue.identifier.name)), best first."))
    return graph
  }
}
