import Shortlist
import ShortlistMessages
import ShortlistServing
import ShortlistTensorFlow
import ShortlistTensors

/// What TensorFlow Serving's `PredictionService` and `ModelService` do, as values: HTTP and gRPC both call it.
struct PredictService: Sendable {
  let store: ModelStore
  var limits = ServingLimits()

  // MARK: Predict

  /// - Throws: `ServingError` with the codes of TensorFlow Serving.
  func predict(
    _ request: TFServingPredictRequest
  ) throws(ServingError) -> TFServingPredictResponse {
    let open = try model(for: request.modelSpec)
    let (model, signature) = try canary(
      try selection(request.modelSpec), request.inputs,
      try Signature(named: request.modelSpec.signatureName, of: open), open)
    let outputs = try filter(
      try predict(request.inputs, signature, model), by: request.outputFilter)
    return .with {
      $0.outputs = outputs
      $0.modelSpec = .with {
        $0.name = model.name
        $0.signatureName = signature.kind.rawValue
        $0.version = TFServingModelSpec.number(Int64(model.version))
      }
    }
  }

  /// The version that answers: a canary may take the place of the one in force for a single query.
  func canary(
    _ selection: ModelSelection, _ inputs: [String: TFTensorProto], _ signature: Signature,
    _ model: ServedModel
  ) throws(ServingError) -> (ServedModel, Signature) {
    guard let port = signature.inputs.first, let tensor = inputs[port.name],
      tensor.tensorShape.dim.first?.size == 1
    else { return (model, signature) }
    let user = tensor.strings?.first.map { String(decoding: $0, as: UTF8.self) }
    let chosen = try store.model(selection, for: user)
    if chosen === model { return (model, signature) }
    return (chosen, try Signature(signature.kind, of: chosen))
  }

  /// The outputs of a signature for its inputs.
  func predict(
    _ inputs: [String: TFTensorProto], _ signature: Signature, _ model: ServedModel
  ) throws(ServingError) -> [String: TFTensorProto] {
    try check(inputs, signature)
    let queries = try dataset(of: inputs, signature)
    if signature.kind == .embedQueries {
      let vectors = try model.embed(queries, within: limits)
      return [
        "embeddings": TFTensorProto(.dtFloat, shape: [vectors.rows, vectors.columns]) { tensor in
          tensor.floatVal.reserveCapacity(vectors.count)
          for row in 0..<vectors.rows {
            for column in 0..<vectors.columns { tensor.floatVal.append(vectors[row, column]) }
          }
        }
      ]
    }
    var k = Signature.defaultK
    if let tensor = inputs["k"] { k = try scalar(tensor, "k") }
    var excluded: [[String]]?
    if let tensor = inputs["exclusions"] {
      let rows = try strings(tensor, "exclusions", dimensions: 2)
      guard rows.count == queries.rowCount else {
        throw ServingError(
          .invalidArgument,
          "exclusions have \(rows.count) rows; expected one for each of \(queries.rowCount) queries"
        )
      }
      excluded = rows
    }
    let found = try model.search(
      min(max(k, 1), model.retriever.catalogue.count), for: queries, excluding: excluded,
      within: limits)
    return ["output_1": scores(found, k), "output_2": titles(found, k)]
  }

  private func scores(_ found: [Recommendations], _ k: Int) -> TFTensorProto {
    let width = k < 1 ? 0 : found.map(\.count).min() ?? 0
    return TFTensorProto(.dtFloat, shape: [found.count, width]) { tensor in
      tensor.floatVal = found.flatMap { $0.prefix(width).map(\.score) }
    }
  }

  private func titles(_ found: [Recommendations], _ k: Int) -> TFTensorProto {
    let width = k < 1 ? 0 : found.map(\.count).min() ?? 0
    return TFTensorProto(
      found.flatMap { $0.prefix(width).map(\.identifier) }, shape: [found.count, width])
  }

  private func filter(
    _ outputs: [String: TFTensorProto], by names: [String]
  ) throws(ServingError) -> [String: TFTensorProto] {
    guard !names.isEmpty else { return outputs }
    var chosen: [String: TFTensorProto] = [:]
    for name in names {
      guard let output = outputs[name] else {
        throw ServingError(
          .invalidArgument,
          "output tensor alias not found in signature: \(name) Outputs expected to be in the set {"
            + outputs.keys.sorted().joined(separator: ",") + "}.")
      }
      guard chosen.updateValue(output, forKey: name) == nil else {
        throw ServingError(.invalidArgument, "duplicate output tensor alias: \(name)")
      }
    }
    return chosen
  }

  // MARK: Models

  func model(for spec: TFServingModelSpec) throws(ServingError) -> ServedModel {
    try store.model(try selection(spec))
  }

  func selection(_ spec: TFServingModelSpec) throws(ServingError) -> ModelSelection {
    guard !spec.name.isEmpty else {
      throw ServingError(.invalidArgument, "ModelSpec has no name")
    }
    var selection = ModelSelection(name: spec.name)
    switch spec.versionChoice {
    case .version?: selection.version = spec.versionNumber.map { Int($0) }
    case .versionLabel(let label)? where !label.isEmpty: selection.label = label
    default: break
    }
    return selection
  }

  /// The signatures of a model, by name.
  func signatures(of model: ServedModel) throws(ServingError) -> [String: TFSignatureDef] {
    var signatures: [String: TFSignatureDef] = [:]
    for kind in Signature.Kind.allCases {
      signatures[kind.rawValue] = try Signature(kind, of: model).definition
    }
    return signatures
  }
}
