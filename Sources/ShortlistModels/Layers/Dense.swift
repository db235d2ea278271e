public import ShortlistTensors

/// A fully connected layer: activation(x W + b).
///
/// W is Glorot-uniform, b is zero at first, as in Keras.
public struct Dense: Layer, Hashable {
  public static let typeName = "dense"

  public var units: Int
  public var activation: Activation
  public var usesBias: Bool
  /// λ of the term λ Σ W² that is added to the loss.
  public var weightDecay: Float

  /// - Parameter units: the width of the output.
  public init(
    _ units: Int, activation: Activation = .none, usesBias: Bool = true, weightDecay: Float = 0
  ) {
    precondition(units > 0, "a dense layer of \(units) units")
    self.units = units
    self.activation = activation
    self.usesBias = usesBias
    self.weightDecay = weightDecay
  }

  private enum CodingKeys: String, CodingKey {
    case units, activation
    case usesBias = "uses_bias"
    case weightDecay = "weight_decay"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    units = try container.decode(PositiveInt.self, forKey: .units).value
    activation = try container.decodeIfPresent(Activation.self, forKey: .activation) ?? .none
    usesBias = try container.decodeIfPresent(Bool.self, forKey: .usesBias) ?? true
    weightDecay = try container.decodeIfPresent(Float.self, forKey: .weightDecay) ?? 0
  }

  public func outputDimensions(for input: Int) -> Int { units }

  public func parameters(for input: Int) -> [ParameterSpecification] {
    let kernel = ParameterSpecification(
      "kernel", rows: input, columns: units, initializer: .glorotUniform)
    let bias = ParameterSpecification("bias", rows: 1, columns: units, initializer: .zeros)
    return usesBias ? [kernel, bias] : [kernel]
  }

  public func forward(_ input: Variable, in pass: Pass) -> Variable {
    pass.dense(input, kernel: "kernel", bias: usesBias ? "bias" : nil, activation: activation)
  }

  public func regularization(in pass: Pass) -> Variable? {
    guard weightDecay > 0 else { return nil }
    return pass.sumOfSquares(pass.parameter("kernel"), times: weightDecay)
  }
}
