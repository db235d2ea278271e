public import ShortlistData
import ShortlistTensors

/// Features to a vector: encoders side by side, then layers one after the other.
///
/// A specification without weights; a model holds those by name.
///
/// ```swift
/// Tower {
///   Embedding(of: .movieTitle, in: titles, dimensions: 32)
///   Embedding(of: .movieGenres, in: genres, dimensions: 8)
/// } layers: {
///   Dense(64, activation: .relu)
///   Dense(32)
/// }
/// ```
public struct Tower: Sendable {
  public let features: [any FeatureEncoder]
  public let layers: [any Layer]

  public init(
    @ListBuilder<any FeatureEncoder> features: () -> [any FeatureEncoder],
    @ListBuilder<any Layer> layers: () -> [any Layer] = { [] }
  ) {
    self.init(features: features(), layers: layers())
  }

  /// - Precondition: there is a feature, and no two have the same name.
  public init(features: [any FeatureEncoder], layers: [any Layer] = []) {
    precondition(!features.isEmpty, "a tower without features")
    let names = features.map(\.name)
    precondition(Set(names).count == names.count, "features of the same name in \(names)")
    self.features = features
    self.layers = layers
  }

  /// The width of the vectors that come out.
  public var dimensions: Int {
    layers.reduce(features.reduce(0) { $0 + $1.dimensions }) { $1.outputDimensions(for: $0) }
  }

  /// Everything the tower learns, with names within the tower.
  public var parameters: [ParameterSpecification] {
    var found: [ParameterSpecification] = []
    func add(_ specifications: [ParameterSpecification], under path: String) {
      for parameter in specifications {
        found.append(
          ParameterSpecification(
            "\(path)/\(parameter.name)", rows: parameter.rows, columns: parameter.columns,
            initializer: parameter.initializer))
      }
    }
    for feature in features { add(feature.parameters, under: feature.name) }
    var width = features.reduce(0) { $0 + $1.dimensions }
    for (index, layer) in layers.enumerated() {
      add(layer.parameters(for: width), under: "layers/\(index)")
      width = layer.outputDimensions(for: width)
    }
    return found
  }

  /// Resolves a dataset for this tower.
  ///
  /// - Throws: `DataError` when a feature is missing or has another type.
  public func bind(_ dataset: Dataset) throws -> BoundTower {
    BoundTower(examples: try features.map { try $0.bind(dataset) }, count: dataset.rowCount)
  }

  /// The vectors of some distinct rows: rows.count x dimensions.
  public func embed(_ rows: [Int32], of bound: BoundTower, in pass: Pass) -> Variable {
    let encoded = zip(features, bound.features).map { feature, values in
      pass.within(feature.name) { feature.encode(values.gathering(rows), in: pass) }
    }
    var vectors = pass.concatenate(encoded)
    for (index, layer) in layers.enumerated() {
      vectors = pass.within("layers") {
        pass.within(String(index)) { layer.forward(vectors, in: pass) }
      }
    }
    return vectors
  }

  /// What the tower adds to the loss for some distinct rows, or nil for nothing.
  func regularization(_ rows: [Int32], of bound: BoundTower, in pass: Pass) -> Variable? {
    let ofFeatures = zip(features, bound.features).map { feature, values in
      pass.within(feature.name) {
        feature.regularization(of: values.gathering(rows), in: pass)
      }
    }
    let ofLayers = layers.enumerated().map { index, layer in
      pass.within("layers") { pass.within(String(index)) { layer.regularization(in: pass) } }
    }
    return pass.sum(ofFeatures + ofLayers)
  }
}

/// Collects the statements of a block into a list.
@resultBuilder
public enum ListBuilder<Element> {
  public static func buildExpression(_ element: Element) -> [Element] { [element] }
  public static func buildBlock(_ parts: [Element]...) -> [Element] { parts.flatMap { $0 } }
  public static func buildOptional(_ part: [Element]?) -> [Element] { part ?? [] }
  public static func buildEither(first: [Element]) -> [Element] { first }
  public static func buildEither(second: [Element]) -> [Element] { second }
  public static func buildArray(_ parts: [[Element]]) -> [Element] { parts.flatMap { $0 } }
}
