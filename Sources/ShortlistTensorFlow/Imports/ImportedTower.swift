/// A tower as the operations of a graph were understood.
///
/// A class, so that it can be told whether two values are of the same one.
final class ImportedTower {
  enum Encoder {
    case embedding(input: String, table: Int32, unknown: Int, variable: Int32)
    case numeric(input: String, mean: Float, deviation: Float)
  }

  enum Activation: String {
    case relu = "Relu"
    case tanh = "Tanh"
    case sigmoid = "Sigmoid"
  }

  enum Layer {
    /// Names of variables by their objects.
    case dense(kernel: Int32, bias: Int32?, activation: Activation?)
    case l2Normalize(epsilon: Float)
  }

  let encoders: [Encoder]
  let layers: [Layer]

  init(_ encoders: [Encoder], layers: [Layer] = []) {
    self.encoders = encoders
    self.layers = layers
  }

  /// The tower with one more layer.
  func adding(_ layer: Layer) -> ImportedTower { ImportedTower(encoders, layers: layers + [layer]) }

  /// The tower with a bias in its last layer, if that can have one.
  func adding(bias: Int32) -> ImportedTower? {
    guard case .dense(let kernel, nil, nil)? = layers.last else { return nil }
    return ImportedTower(
      encoders, layers: layers.dropLast() + [.dense(kernel: kernel, bias: bias, activation: nil)])
  }

  /// The tower with an activation in its last layer, if that can have one.
  func adding(_ activation: Activation) -> ImportedTower? {
    guard case .dense(let kernel, let bias, nil)? = layers.last else { return nil }
    return ImportedTower(
      encoders,
      layers: layers.dropLast() + [.dense(kernel: kernel, bias: bias, activation: activation)])
  }
}
