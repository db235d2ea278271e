/// Layer normalisation with a learned scale and offset (Ba et al., 2016).
public struct LayerNorm: Layer, Hashable {
  public static let typeName = "layer_norm"
  public var epsilon: Float

  public init(epsilon: Float = 1e-3) { self.epsilon = epsilon }

  public func parameters(for input: Int) -> [ParameterSpecification] {
    [
      ParameterSpecification("scale", rows: 1, columns: input, initializer: .ones),
      ParameterSpecification("offset", rows: 1, columns: input, initializer: .zeros),
    ]
  }

  public func forward(_ input: Variable, in pass: Pass) -> Variable {
    pass.layerNorm(input, scale: "scale", offset: "offset", epsilon: epsilon)
  }
}

/// Divides each vector by its length, so that inner products are cosines.
public struct L2Normalize: Layer, Hashable {
  public static let typeName = "l2_normalize"
  public var epsilon: Float

  public init(epsilon: Float = 1e-12) { self.epsilon = epsilon }

  public func forward(_ input: Variable, in pass: Pass) -> Variable {
    pass.l2Normalize(input, epsilon: epsilon)
  }
}
