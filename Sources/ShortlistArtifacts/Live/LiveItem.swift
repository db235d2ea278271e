/// What an item has in one column.
public enum ItemValue: Sendable, Hashable {
  case string(String)
  case integer(Int)
  case number(Double)
  case list([ItemValue])

  /// How messages name its kind.
  var kind: String {
    switch self {
    case .string: "a text"
    case .integer, .number: "a number"
    case .list: "a list"
    }
  }
}

extension ItemValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(arrayLiteral elements: ItemValue...) { self = .list(elements) }
}

/// An item that joins a catalogue while it is served, or takes the place of one.
///
/// ```swift
/// let film = LiveItem("Dune (2021)", features: ["year": 2021, "genres": ["Sci-Fi"]])
/// ```
public struct LiveItem: Sendable, Hashable {
  public var identifier: String
  /// What stands in the columns of the catalogue, by their names; all of them but the identifier. Nil where only
  /// a vector is known: such an item passes no filter.
  public var features: [String: ItemValue]?
  /// The candidate's vector; nil to have the candidate tower embed the features.
  public var vector: [Float]?

  public init(
    _ identifier: String, features: [String: ItemValue]? = nil, vector: [Float]? = nil
  ) {
    self.identifier = identifier
    self.features = features
    self.vector = vector
  }
}
