import Shortlist
import ShortlistMessages
import ShortlistServing
import ShortlistTensorFlow

/// What a served model can be called with, and what it gives: the signatures of the SavedModel of the same artefact.
struct Signature {
  enum Kind: String, CaseIterable {
    case servingDefault = "serving_default"
    case topK = "top_k"
    case withExclusions = "query_with_exclusions"
    case withExclusionsK = "query_with_exclusions_k"
    case embedQueries = "embed_queries"

    var takesExclusions: Bool { self == .withExclusions || self == .withExclusionsK }
    var takesK: Bool { self == .topK || self == .withExclusionsK }
  }

  struct Port {
    let name: String
    let type: TFDataType
    /// -1 where a size is not known.
    let shape: [Int]
  }

  /// How many items are given where the caller does not say.
  static let defaultK = 10

  let kind: Kind
  let query: QueryInput
  let inputs: [Port]
  let outputs: [Port]

  init(_ kind: Kind, of model: ServedModel) throws(ServingError) {
    self.kind = kind
    let query: QueryInput
    do {
      query = try QueryInput(model.retriever.model.query, reserved: ["k", "exclusions"])
    } catch {
      throw ServingError(.unimplemented, "\(error)")
    }
    self.query = query
    let single = kind == .servingDefault ? "input_1" : "queries"
    var inputs = query.parts.map { part in
      Port(name: query.isSingle ? single : part.feature, type: part.type, shape: part.shape)
    }
    if kind.takesExclusions {
      inputs.append(Port(name: "exclusions", type: .dtString, shape: [-1, -1]))
    }
    if kind.takesK { inputs.append(Port(name: "k", type: .dtInt32, shape: [])) }
    self.inputs = inputs
    if kind == .embedQueries {
      let width = model.retriever.model.query.dimensions
      outputs = [Port(name: "embeddings", type: .dtFloat, shape: [-1, width])]
    } else {
      let width =
        kind == .servingDefault ? min(Self.defaultK, model.retriever.catalogue.count) : -1
      outputs = [
        Port(name: "output_1", type: .dtFloat, shape: [-1, width]),
        Port(name: "output_2", type: .dtString, shape: [-1, width]),
      ]
    }
  }

  /// The signature that a request names; the default one for an empty name.
  ///
  /// - Throws: `ServingError.failedPrecondition` for one that is not there.
  init(named name: String, of model: ServedModel) throws(ServingError) {
    guard let kind = Kind(rawValue: name.isEmpty ? Kind.servingDefault.rawValue : name) else {
      throw ServingError(
        .failedPrecondition,
        "Serving signature name: \"\(name)\" not found in signature def; there are "
          + Kind.allCases.map(\.rawValue).joined(separator: ", "))
    }
    try self.init(kind, of: model)
  }

  /// As the metadata of a model give it.
  var definition: TFSignatureDef {
    func info(_ port: Port, _ node: String) -> TFTensorInfo {
      .with {
        $0.name = node
        $0.dtype = port.type
        $0.tensorShape = TFTensorShapeProto(port.shape)
      }
    }
    return .with {
      for port in inputs { $0.inputs[port.name] = info(port, "\(kind.rawValue)_\(port.name):0") }
      for (place, port) in outputs.enumerated() {
        $0.outputs[port.name] = info(port, "\(kind.rawValue)_call:\(place)")
      }
      $0.methodName = "tensorflow/serving/predict"
    }
  }
}
