public import ShortlistData
import ShortlistTensors

/// A number as it is, or standardised: (x - mean) / deviation; one column.
public struct Numeric: FeatureEncoder, Hashable {
  public static let typeName = "numeric"

  public var name: String
  public var featureName: String
  public var mean: Float
  public var deviation: Float

  /// - Precondition: `deviation` is positive.
  public init(of feature: Feature<Float>, mean: Float = 0, deviation: Float = 1) {
    precondition(deviation > 0, "a deviation of \(deviation)")
    name = feature.name
    featureName = feature.name
    self.mean = mean
    self.deviation = deviation
  }

  /// A feature standardised by the mean and deviation of a column.
  public init(of feature: Feature<Float>, standardizing column: [Float]) {
    let count = Double(max(1, column.count))
    let mean = column.reduce(0.0) { $0 + Double($1) } / count
    let variance = column.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    self.init(
      of: feature, mean: Float(mean), deviation: variance > 0 ? Float(variance.squareRoot()) : 1)
  }

  private enum CodingKeys: String, CodingKey {
    case name, mean, deviation
    case featureName = "feature"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    featureName = try container.decode(String.self, forKey: .featureName)
    mean = try container.decode(Float.self, forKey: .mean)
    deviation = try container.decode(Float.self, forKey: .deviation)
    try decoder.require(deviation > 0, "a deviation of \(deviation), it must be positive")
  }

  public var dimensions: Int { 1 }
  public var vocabulary: Vocabulary? { nil }
  public var parameters: [ParameterSpecification] { [] }

  public func bind(_ dataset: Dataset) throws -> FeatureRows {
    let column = try dataset.column(Feature<Float>(featureName))
    return .numbers(
      Matrix(rows: column.count, columns: 1, values: column.map { ($0 - mean) / deviation }))
  }

  public func encode(_ rows: FeatureRows, in pass: Pass) -> Variable {
    guard case .numbers(let matrix) = rows else { preconditionFailure("numeric \(name) of rows") }
    return Variable(constant: matrix)
  }

  public func regularization(of rows: FeatureRows, in pass: Pass) -> Variable? { nil }
}
