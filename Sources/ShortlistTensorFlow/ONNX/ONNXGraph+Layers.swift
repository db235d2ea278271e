import ShortlistMessages
import ShortlistModels
import ShortlistTensors

extension ONNXGraph {
  /// Adds a tower with the inputs of its features.
  ///
  /// - Parameter path: what stands in front of the tower's parameters.
  /// - Returns: the tower's vectors: n x dimensions.
  /// - Throws: `TensorFlowError` that names what ONNX, or this library, has no way to say.
  mutating func add(_ tower: Tower, path: String, _ parameters: Parameters) throws -> String {
    // Before any node, so that features have the first choice of names.
    try addInputs(of: tower)
    var parts: [String] = []
    for encoder in tower.features {
      scope = "\(path)/\(encoder.name)"
      parts.append(try encode(encoder, parameters))
    }
    scope = path
    var vectors =
      parts.count == 1
      ? parts[0] : add("Concat", parts, [.integer("axis", 1)], outputs: 1)[0]
    for (index, layer) in tower.layers.enumerated() {
      scope = "\(path)/layers/\(index)"
      vectors = try apply(layer, to: vectors, parameters)
    }
    scope = ""
    return vectors
  }

  /// Adds a layer.
  private mutating func apply(
    _ layer: any Layer, to input: String, _ parameters: Parameters
  ) throws -> String {
    switch layer {
    case let dense as Dense:
      var factors = [input, try parameter("kernel", parameters)]
      if dense.usesBias { factors.append(try parameter("bias", parameters)) }
      return activate(add("Gemm", factors, outputs: 1)[0], dense.activation)
    case let norm as LayerNorm:
      let scale = try parameter("scale", parameters)
      let offset = try parameter("offset", parameters)
      return add(
        "LayerNormalization", input, scale, offset, attributes: [.number("epsilon", norm.epsilon)])
    case let normalize as L2Normalize:
      let squares = add("ReduceSumSquare", input, attributes: [.integers("axes", [1])])
      let bounded = add("Max", squares, number("epsilon", normalize.epsilon))
      return add("Div", input, add("Sqrt", bounded))
    case is Dropout: return input
    default:
      throw TensorFlowError(
        .unsupportedModel,
        message:
          "the layer \"\(type(of: layer).typeName)\" (\(scope)) cannot be said in ONNX; known are "
          + [Dense.typeName, Dropout.typeName, LayerNorm.typeName, L2Normalize.typeName]
          .joined(separator: ", "))
    }
  }

  private mutating func activate(_ input: String, _ activation: Activation) -> String {
    switch activation {
    case .none: return input
    case .relu: return add("Relu", input)
    case .tanh: return add("Tanh", input)
    case .sigmoid: return add("Sigmoid", input)
    case .gelu:
      // ONNX has an operator for it from opset 20 on.
      let share = add("Erf", add("Mul", input, number("1/√2", Float(0.5).squareRoot())))
      let whole = add("Mul", input, add("Add", share, number("one", 1)))
      return add("Mul", whole, number("half", 0.5))
    }
  }

  /// Adds a parameter of the present scope; a matrix of one row is a vector, unless it is a table.
  mutating func parameter(_ name: String, _ parameters: Parameters) throws -> String {
    guard let matrix = parameters["\(scope)/\(name)"] else {
      throw TensorFlowError(
        .unsupportedModel, message: "the model lacks the parameter \(scope)/\(name)")
    }
    let isVector = ["bias", "scale", "offset"].contains(name)
    return constant(
      name, isVector ? [matrix.columns] : [matrix.rows, matrix.columns], .matrix(matrix))
  }
}
