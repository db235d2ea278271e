import ShortlistData

/// Who asks: features with their values.
///
/// ```swift
/// let query: Query = ["user_id": "42"]
/// ```
public struct Query: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  public enum Value: Sendable, Hashable {
    case string(String)
    case number(Float)
    case strings([String])
  }

  public var features: [String: Value]

  public init(_ features: [String: Value]) { self.features = features }

  /// The last value of a feature that is named twice counts.
  public init(dictionaryLiteral elements: (String, Value)...) {
    features = Dictionary(elements, uniquingKeysWith: { $1 })
  }

  /// The features as a dataset of one row.
  ///
  /// - Throws: `RetrieverError.missingFeature` when one of the names is missing.
  func dataset(of names: [String]) throws -> Dataset {
    var columns: [(name: String, column: AnyColumn)] = []
    for name in Set(names).sorted() {
      switch features[name] {
      case .string(let value)?: columns.append((name, .strings([value])))
      case .number(let value)?: columns.append((name, .floats([value])))
      case .strings(let values)?: columns.append((name, .stringLists(ListColumn([values]))))
      case nil:
        let given = features.keys.sorted().joined(separator: ", ")
        throw RetrieverError(
          .missingFeature,
          "the query lacks the feature \"\(name)\"; the model reads \(names.joined(separator: ", "))"
            + (given.isEmpty ? "" : ", given were \(given)"))
      }
    }
    return try Dataset(columns)
  }
}

extension Query.Value: ExpressibleByStringLiteral, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(floatLiteral value: Float) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Float(value)) }
  public init(arrayLiteral elements: String...) { self = .strings(elements) }
}
