/// A step of a tower: vectors in, vectors out.
///
/// A layer is a specification without weights: `parameters(for:)` says what it learns, `forward` asks the
/// pass for it. A layer of your own writes ordinary Swift over the operations of `Pass`:
///
/// ```swift
/// struct Residual: Layer {
///   static let typeName = "residual"
///   func parameters(for input: Int) -> [ParameterSpecification] {
///     [ParameterSpecification("kernel", rows: input, columns: input, initializer: .glorotUniform)]
///   }
///   func forward(_ input: Variable, in pass: Pass) -> Variable {
///     pass.add(input, pass.dense(input, kernel: "kernel", bias: nil, activation: .relu))
///   }
/// }
/// ```
///
/// For implementers: `forward` takes n x i and gives n x o, with o = `outputDimensions(for: i)`, row by
/// row: an output row may depend only on its input row. To load an artefact that holds such a layer,
/// name its type when loading.
public protocol Layer: Codable, Sendable {
  /// How the layer is called in an artefact.
  static var typeName: String { get }
  /// The width of the output for a width of the input. The same, unless said otherwise.
  func outputDimensions(for input: Int) -> Int
  /// What the layer learns, named within the layer. Nothing, unless said otherwise.
  func parameters(for input: Int) -> [ParameterSpecification]
  func forward(_ input: Variable, in pass: Pass) -> Variable
  /// What the layer adds to the loss: weight decay. Nothing, unless said otherwise.
  func regularization(in pass: Pass) -> Variable?
}

extension Layer {
  public func outputDimensions(for input: Int) -> Int { input }
  public func parameters(for input: Int) -> [ParameterSpecification] { [] }
  public func regularization(in pass: Pass) -> Variable? { nil }
}
