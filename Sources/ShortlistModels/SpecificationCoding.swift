public import ShortlistData

/// What a decoder needs to know to bring a specification back: the vocabularies of the tower and the types
/// of layers and encoders that are not the library's own.
public struct SpecificationContext: Sendable {
  /// Vocabularies by "tower/feature".
  public var vocabularies: [String: Vocabulary]
  public var layers: [any Layer.Type]
  public var encoders: [any FeatureEncoder.Type]

  public init(
    vocabularies: [String: Vocabulary] = [:], layers: [any Layer.Type] = [],
    encoders: [any FeatureEncoder.Type] = []
  ) {
    self.vocabularies = vocabularies
    self.layers = [Dense.self, Dropout.self, LayerNorm.self, L2Normalize.self] + layers
    self.encoders = [Embedding.self, Numeric.self] + encoders
  }

  /// Where a decoder keeps its context.
  package static let key: CodingUserInfoKey = {
    guard let key = CodingUserInfoKey(rawValue: "shortlist.specification") else {
      preconditionFailure("a coding key of a literal")
    }
    return key
  }()
}

extension Decoder {
  func context() throws -> SpecificationContext {
    guard let context = userInfo[SpecificationContext.key] as? SpecificationContext else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: codingPath, debugDescription: "a specification without its context"))
    }
    return context
  }

  /// The vocabulary of a feature of the tower that is being decoded.
  func vocabulary(named name: String) throws -> Vocabulary {
    let tower = codingPath.map(\.stringValue).first { ["query", "candidate"].contains($0) } ?? ""
    guard let vocabulary = try context().vocabularies["\(tower)/\(name)"] else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: codingPath,
          debugDescription: "there is no vocabulary for \(tower)/\(name)"))
    }
    return vocabulary
  }
}

extension Decoder {
  /// Refuses a value from a file that the program itself could not have made.
  func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
    guard !condition else { return }
    throw DecodingError.dataCorrupted(
      .init(codingPath: codingPath, debugDescription: problem()))
  }
}

/// A positive integer from a file.
struct PositiveInt: Decodable {
  let value: Int
  init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Int.self)
    guard value > 0 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "\(value) is not positive"))
    }
  }
}

private enum TypeKey: String, CodingKey { case type }

extension Tower: Codable {
  private enum CodingKeys: String, CodingKey { case features, layers }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    var features = container.nestedUnkeyedContainer(forKey: .features)
    for feature in self.features {
      try features.encode(Tagged(type: type(of: feature).typeName, value: feature))
    }
    var layers = container.nestedUnkeyedContainer(forKey: .layers)
    for layer in self.layers {
      try layers.encode(Tagged(type: type(of: layer).typeName, value: layer))
    }
  }

  public init(from decoder: any Decoder) throws {
    let context = try decoder.context()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    var features: [any FeatureEncoder] = []
    var featureList = try container.nestedUnkeyedContainer(forKey: .features)
    while !featureList.isAtEnd {
      let item = try featureList.superDecoder()
      let name = try item.container(keyedBy: TypeKey.self).decode(String.self, forKey: .type)
      guard let type = context.encoders.last(where: { $0.typeName == name }) else {
        throw Self.unknown("encoder", name, context.encoders.map { $0.typeName }, item)
      }
      features.append(try type.init(from: item))
    }
    var layers: [any Layer] = []
    var layerList = try container.nestedUnkeyedContainer(forKey: .layers)
    while !layerList.isAtEnd {
      let item = try layerList.superDecoder()
      let name = try item.container(keyedBy: TypeKey.self).decode(String.self, forKey: .type)
      guard let type = context.layers.last(where: { $0.typeName == name }) else {
        throw Self.unknown("layer", name, context.layers.map { $0.typeName }, item)
      }
      layers.append(try type.init(from: item))
    }
    guard !features.isEmpty, Set(features.map(\.name)).count == features.count else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a tower needs features with different names"))
    }
    self.init(features: features, layers: layers)
  }

  private static func unknown(
    _ kind: String, _ name: String, _ known: [String], _ decoder: any Decoder
  ) -> DecodingError {
    .dataCorrupted(
      .init(
        codingPath: decoder.codingPath,
        debugDescription:
          "\(kind) \"\(name)\" is not known (known: \(known.joined(separator: ", "))); "
          + "name its type when loading"))
  }
}

/// A value with its type's name among its keys.
private struct Tagged: Encodable {
  let type: String
  let value: any Encodable
  func encode(to encoder: any Encoder) throws {
    try value.encode(to: encoder)
    var container = encoder.container(keyedBy: TypeKey.self)
    try container.encode(type, forKey: .type)
  }
}
