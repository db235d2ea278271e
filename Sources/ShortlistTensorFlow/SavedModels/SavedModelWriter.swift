import Foundation
import ShortlistData
import ShortlistIndex
import ShortlistMessages
import ShortlistModels
import ShortlistTensors

/// Writes the folder of a SavedModel.
struct SavedModelWriter {
  let query: Tower
  /// What the query tower has learnt; names begin with `query/`.
  let parameters: Parameters
  let search: any CandidateSearch
  let identifiers: StringStream
  let options: SavedModelOptions

  func write(to folder: URL) throws {
    guard search.count > 0 else {
      throw TensorFlowError(.unsupportedModel, message: "there are no candidates to export")
    }
    guard search.count <= Int32.max else {
      throw TensorFlowError(
        .unsupportedModel,
        message: "\(search.count) candidates; TensorFlow counts at most \(Int32.max)")
    }
    guard options.k >= 1 else {
      throw TensorFlowError(.invalidArgument, message: "k is \(options.k); it must be 1 or more")
    }
    var builder = SavedModelBuilder()
    let input = try QueryInput(query)
    try input.checkNames()
    let tower = try addTower(to: &builder, input)
    let identifiers = SavedModelBuilder.Variable(
      name: SavedModelBuilder.Name.identifiers, type: .dtString, shape: [search.count])
    for variable in search.variables + [identifiers] { builder.addVariable(variable) }
    try addEmbed(to: &builder, input, tower)
    search.addParts(to: &builder)
    builder.addRetrieval(
      .init(input: input, k: min(options.k, search.count), search: search),
      dimensions: query.dimensions)

    let manager = FileManager.default
    for name in ["variables", "assets", "assets.extra"] {
      try manager.createDirectory(
        at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    for asset in tower.assets { try write(asset, in: folder) }
    try write(builder, tower, to: folder.appending(path: "variables/variables"))
    try WarmUp(input: input, tower: query, model: options.modelName)
      .write(to: folder.appending(path: "assets.extra/tf_serving_warmup_requests"))
    // Last: its presence says that the rest is there.
    let bytes = try builder.savedModel().encoded()
    guard bytes.count < 1 << 31 else {
      throw TensorFlowError(
        .unsupportedModel,
        message:
          "the graph takes \(bytes.count) bytes, 2 GiB are the limit: the vocabularies have words that "
          + "only the graph can hold, because they contain line breaks")
    }
    var file = try FileWriter(creating: folder.appending(path: "saved_model.pb"))
    try file.write(bytes.span)
    try file.finish()
  }

  /// What was added to the builder for the query tower.
  private struct TowerParts {
    /// Names of variables and tables by paths within the tower.
    var names: [String: String] = [:]
    /// Parameters by the names of their variables.
    var parameters: [String: Matrix] = [:]
    var assets: [SavedModelBuilder.Asset] = []
  }

  private func addTower(
    to builder: inout SavedModelBuilder, _ input: QueryInput
  ) throws -> TowerParts {
    var parts = TowerParts()
    func name(_ path: String) -> String {
      var name = "query_\(path)".asGraphName
      while parts.names.values.contains(name) { name += "_" }
      parts.names[path] = name
      return name
    }
    for encoder in query.features {
      guard let vocabulary = encoder.vocabulary else { continue }
      guard !vocabulary.isHashing else {
        throw TensorFlowError(
          .unsupportedModel,
          message:
            "the feature \"\(encoder.featureName)\" has a hashing vocabulary, and TensorFlow "
            + "has no XXH64; train with a vocabulary of words")
      }
      let asset = builder.addTable(name("\(encoder.name)/table"), vocabulary.words)
      if let asset { parts.assets.append(asset) }
    }
    for parameter in query.parameters {
      guard let matrix = parameters["query/\(parameter.name)"] else {
        throw TensorFlowError(
          .unsupportedModel, message: "the model lacks the parameter query/\(parameter.name)")
      }
      let name = name(parameter.name)
      // Rows that are added to every row are vectors in TensorFlow.
      let isVector =
        matrix.rows == 1 && !parameter.name.hasSuffix("/embedding")
        && !parameter.name.hasSuffix("/kernel")
      builder.addVariable(
        .init(
          name: name, type: .dtFloat,
          shape: isVector ? [matrix.columns] : [matrix.rows, matrix.columns]))
      parts.parameters[name] = matrix
    }
    return parts
  }

  private func addEmbed(
    to builder: inout SavedModelBuilder, _ input: QueryInput, _ tower: TowerParts
  ) throws {
    var function = builder.function(SavedModelBuilder.Name.embed, input.arguments)
    let vectors = try function.vectors(of: query, input) { path in
      GraphTensor(reference: tower.names[path] ?? path, type: .dtResource)
    }
    function.give("embeddings", vectors)
    builder.add(function)
  }

  private func write(_ asset: SavedModelBuilder.Asset, in folder: URL) throws {
    var file = try FileWriter(creating: folder.appending(path: "assets/\(asset.name)"))
    for line in asset.lines { try file.write(line + "\n") }
    try file.finish()
  }

  private func write(
    _ builder: borrowing SavedModelBuilder, _ tower: TowerParts, to prefix: URL
  ) throws {
    var bundle = try BundleWriter(prefix)
    for variable in builder.variables {
      if let matrix = tower.parameters[variable.name] {
        try bundle.write(variable.key, matrix, shape: variable.shape)
      } else if variable.name == SavedModelBuilder.Name.identifiers {
        try bundle.write(variable.key, shape: variable.shape, strings: identifiers)
      } else {
        try search.write(variable, to: &bundle)
      }
    }
    let graph = try builder.checkpointGraph.encoded()
    try bundle.write(
      "_CHECKPOINTABLE_OBJECT_GRAPH", shape: [],
      strings: StringStream { try $0(.init(bytes: graph, lengths: [graph.count])) })
    try bundle.finish()
  }
}
