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
    let (model, signature) = try answering(request)
    return try response(
      to: request, try predict(request.inputs, signature, model), signature, model)
  }

  /// The version that answers a request, and the signature that it is for.
  func answering(
    _ request: TFServingPredictRequest
  ) throws(ServingError) -> (ServedModel, Signature) {
    let model = try model(for: request.modelSpec)
    return try canary(
      try selection(request.modelSpec), request.inputs,
      try Signature(named: request.modelSpec.signatureName, of: model), model)
  }

  func response(
    to request: TFServingPredictRequest, _ outputs: [String: TFTensorProto],
    _ signature: Signature, _ model: ServedModel
  ) throws(ServingError) -> TFServingPredictResponse {
    let outputs = try filter(outputs, by: request.outputFilter)
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
    guard let question = try question(inputs, signature, model) else {
      let queries = try dataset(of: inputs, signature)
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
    return question.outputs(
      try model.search(
        question.k, for: question.queries, excluding: question.excluded, within: limits))
  }

  /// What a signature that searches asks.
  struct Question: Sendable {
    let queries: Dataset
    /// As the caller says it; the catalogue may be smaller.
    fileprivate let wanted: Int
    let k: Int
    let excluded: [[String]]?
  }

  /// What is searched for; nil for a signature that does not search.
  func question(
    _ inputs: [String: TFTensorProto], _ signature: Signature, _ model: ServedModel
  ) throws(ServingError) -> Question? {
    try check(inputs, signature)
    guard signature.kind != .embedQueries else { return nil }
    let queries = try dataset(of: inputs, signature)
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
    return Question(
      queries: queries, wanted: k, k: min(max(k, 1), model.retriever.catalogue.count),
      excluded: excluded)
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

extension PredictService.Question {
  /// The outputs of the signature for what was found.
  func outputs(_ found: [Recommendations]) -> [String: TFTensorProto] {
    let width = wanted < 1 ? 0 : found.map(\.count).min() ?? 0
    return [
      "output_1": TFTensorProto(.dtFloat, shape: [found.count, width]) { tensor in
        tensor.floatVal = found.flatMap { $0.prefix(width).map(\.score) }
      },
      "output_2": TFTensorProto(
        found.flatMap { $0.prefix(width).map(\.identifier) }, shape: [found.count, width]),
    ]
  }
}
