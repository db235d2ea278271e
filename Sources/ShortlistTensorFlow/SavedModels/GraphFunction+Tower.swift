import ShortlistMessages
import ShortlistModels
import ShortlistTensors

extension GraphFunction {
  /// The vectors of a tower for queries: n x `tower.dimensions`.
  ///
  /// - Parameters:
  ///   - input: what the first arguments of the function are.
  ///   - capture: the handle of a parameter or a table of the tower, by its path within the tower.
  /// - Throws: `TensorFlowError.unsupportedModel` for a layer of a type that the format has no way to say.
  mutating func vectors(
    of tower: Tower, _ input: QueryInput, capture: (String) -> GraphTensor
  ) throws -> GraphTensor {
    let values = Dictionary(
      zip(input.parts.map(\.feature), inputs), uniquingKeysWith: { $1 })
    var encoded: [GraphTensor] = []
    for encoder in tower.features {
      guard let value = values[encoder.featureName] else { continue }
      if let embedding = encoder as? Embedding {
        encoded.append(embed(value, embedding, capture: capture))
      } else if let numeric = encoder as? Numeric {
        encoded.append(standardize(value, numeric))
      }
    }
    var vectors = concatenate(encoded, axis: 1)
    for (index, layer) in tower.layers.enumerated() {
      vectors = try apply(layer, to: vectors) { capture("layers/\(index)/\($0)") }
    }
    return vectors
  }

  private mutating func embed(
    _ value: GraphTensor, _ embedding: Embedding, capture: (String) -> GraphTensor
  ) -> GraphTensor {
    let rows = lookUp(value, in: capture("\(embedding.name)/table"))
    let found = gather(capture("\(embedding.name)/embedding"), rows, .dtFloat)
    guard let pooling = embedding.pooling else { return found }
    // n x m, 1 where there is a value and 0 where there is padding.
    let padding = constant(TFTensorProto([""], shape: []))
    let isThere = cast(equal(value, padding, negated: true), to: .dtFloat)
    let sum = reduce("Sum", binary("Mul", found, expand(isThere, axis: -1)), axis: 1)
    guard pooling != .sum else { return sum }
    let count = binary(
      "Maximum", reduce("Sum", isThere, axis: 1, keepingAxis: true),
      constant(TFTensorProto(1 as Float)))
    return binary("RealDiv", sum, pooling == .mean ? count : unary("Sqrt", count))
  }

  private mutating func standardize(_ value: GraphTensor, _ numeric: Numeric) -> GraphTensor {
    let centred = binary("Sub", value, constant(TFTensorProto(numeric.mean)))
    return expand(
      binary("RealDiv", centred, constant(TFTensorProto(numeric.deviation))), axis: -1)
  }

  private mutating func apply(
    _ layer: any Layer, to input: GraphTensor, capture: (String) -> GraphTensor
  ) throws -> GraphTensor {
    switch layer {
    case let dense as Dense:
      var output = product(input, read(capture("kernel"), .dtFloat))
      if dense.usesBias { output = binary("AddV2", output, read(capture("bias"), .dtFloat)) }
      return activate(output, dense.activation)
    case is Dropout: return input
    case let norm as LayerNorm:
      let centred = binary("Sub", input, reduce("Mean", input, axis: -1, keepingAxis: true))
      let variance = reduce("Mean", unary("Square", centred), axis: -1, keepingAxis: true)
      let stable = binary("AddV2", variance, constant(TFTensorProto(norm.epsilon)))
      let scaled = binary(
        "Mul", binary("Mul", centred, unary("Rsqrt", stable)), read(capture("scale"), .dtFloat))
      return binary("AddV2", scaled, read(capture("offset"), .dtFloat))
    case let norm as L2Normalize: return normalize(input, epsilon: norm.epsilon)
    default:
      throw TensorFlowError(
        .unsupportedModel,
        message: "the tower has a layer of the type \"\(type(of: layer).typeName)\"; dense layers, "
          + "dropout and both normalisations can be exported")
    }
  }

  /// Rows divided by their lengths.
  mutating func normalize(_ input: GraphTensor, epsilon: Float) -> GraphTensor {
    let squares = reduce("Sum", unary("Square", input), axis: -1, keepingAxis: true)
    let least = constant(TFTensorProto(epsilon))
    return binary("Mul", input, unary("Rsqrt", binary("Maximum", squares, least)))
  }

  private mutating func activate(
    _ input: GraphTensor, _ activation: Activation
  ) -> GraphTensor {
    switch activation {
    case .none: return input
    case .relu: return unary("Relu", input, output: "activations")
    case .tanh: return unary("Tanh", input)
    case .sigmoid: return unary("Sigmoid", input)
    case .gelu:
      // x (1 + erf(x / √2)) / 2
      let erf = unary(
        "Erf", binary("Mul", input, constant(TFTensorProto(Float(0.5).squareRoot()))))
      let half = binary("Mul", input, constant(TFTensorProto(0.5 as Float)))
      return binary("Mul", half, binary("AddV2", erf, constant(TFTensorProto(1 as Float))))
    }
  }
}
