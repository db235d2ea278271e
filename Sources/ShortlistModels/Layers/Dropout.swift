/// Zeroes elements at random in training (Srivastava et al., 2014).
///
/// Examples of a batch that share their features share a row of the tower, and so the elements that are
/// zeroed; Keras draws for each example.
public struct Dropout: Layer, Hashable {
  public static let typeName = "dropout"
  public var rate: Float

  /// - Parameter rate: the share of elements to zero, in 0..<1.
  public init(_ rate: Float) {
    precondition(rate >= 0 && rate < 1, "a dropout rate of \(rate)")
    self.rate = rate
  }

  private enum CodingKeys: String, CodingKey { case rate }

  public init(from decoder: any Decoder) throws {
    rate = try decoder.container(keyedBy: CodingKeys.self).decode(Float.self, forKey: .rate)
    try decoder.require(rate >= 0 && rate < 1, "a dropout rate of \(rate), it must be in 0..<1")
  }

  public func forward(_ input: Variable, in pass: Pass) -> Variable {
    pass.dropout(input, rate: rate)
  }
}
