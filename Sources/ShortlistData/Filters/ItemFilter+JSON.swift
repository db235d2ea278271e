import ShortlistTensors

/// The JSON form: an object with one key that names the condition.
///
///     {"and": [{"contains": {"genres": "Comedy"}},
///              {"range": {"year": {"from": 1990, "below": 2000}}},
///              {"not": {"in": {"title": ["Rudy (1993)", "Big (1988)"]}}}]}
extension ItemFilter: Codable {
  private enum Condition: String, CaseIterable {
    case equals, `in`, range, contains, missing, and, or, not
  }

  private enum End: String, CaseIterable { case from, above, through, below }

  private typealias Container = KeyedDecodingContainer<AnyKey>

  public init(from decoder: any Decoder) throws {
    var budget = Self.maximumSize
    self = try Self.filter(decoder, depth: 1, budget: &budget)
  }

  private static func filter(
    _ decoder: any Decoder, depth: Int, budget: inout Int
  ) throws -> ItemFilter {
    // Before anything is read, so that a hostile text ends here and not at the end of the stack.
    if let problem = problem(depth: depth, size: 0) { throw corrupted(decoder.codingPath, problem) }
    try spend(&budget, decoder.codingPath)
    let container = try decoder.container(keyedBy: AnyKey.self)
    let key = try onlyKey(
      of: container, "expected one condition, as {\"equals\": {\"genre\": \"Comedy\"}}")
    guard let condition = Condition(rawValue: key.stringValue) else {
      throw corrupted(
        container.codingPath,
        "there is no condition \"\(key.stringValue)\"; known are "
          + Condition.allCases.map(\.rawValue).joined(separator: ", "))
    }
    switch condition {
    case .and, .or:
      var list = try container.nestedUnkeyedContainer(forKey: key)
      var parts: [ItemFilter] = []
      while !list.isAtEnd {
        parts.append(try filter(list.superDecoder(), depth: depth + 1, budget: &budget))
      }
      guard !parts.isEmpty else {
        throw corrupted(
          container.codingPath + [key], "no conditions; expected at least one, or no filter at all")
      }
      return condition == .and ? and(parts) : or(parts)
    case .not:
      return not(
        try filter(container.superDecoder(forKey: key), depth: depth + 1, budget: &budget))
    case .missing: return missing(try container.decode(String.self, forKey: key))
    case .equals, .in, .range, .contains:
      let columns = try container.nestedContainer(keyedBy: AnyKey.self, forKey: key)
      let column = try onlyKey(of: columns, "expected one column, as {\"genre\": \"Comedy\"}")
      return try comparison(condition, columns, column, budget: &budget)
    }
  }

  private static func comparison(
    _ condition: Condition, _ container: Container, _ column: AnyKey, budget: inout Int
  ) throws -> ItemFilter {
    let name = column.stringValue
    switch condition {
    case .in:
      var list = try container.nestedUnkeyedContainer(forKey: column)
      var values: [Value] = []
      while !list.isAtEnd {
        try spend(&budget, list.codingPath)
        values.append(try list.decode(Value.self))
      }
      return `in`(name, values)
    case .range:
      let ends = try container.nestedContainer(keyedBy: AnyKey.self, forKey: column)
      var bounds: [End: Value] = [:]
      for key in ends.allKeys {
        guard let end = End(rawValue: key.stringValue) else {
          throw corrupted(
            ends.codingPath,
            "there is no bound \"\(key.stringValue)\"; known are from (>=), above (>), through (<=), below (<)"
          )
        }
        try spend(&budget, ends.codingPath)
        bounds[end] = try ends.decode(Value.self, forKey: key)
      }
      guard !bounds.isEmpty, bounds[.from] == nil || bounds[.above] == nil,
        bounds[.through] == nil || bounds[.below] == nil
      else {
        throw corrupted(
          ends.codingPath,
          "expected one or two bounds: from or above, and through or below, as {\"from\": 1990}")
      }
      return range(
        name, from: bounds[.from], above: bounds[.above], through: bounds[.through],
        below: bounds[.below])
    default:
      try spend(&budget, container.codingPath)
      let value = try container.decode(Value.self, forKey: column)
      return condition == .contains ? contains(name, value) : equals(name, value)
    }
  }

  private static func onlyKey(of container: Container, _ expected: String) throws -> AnyKey {
    let keys = container.allKeys
    guard let key = keys.first, keys.count == 1 else {
      let found = keys.isEmpty ? "no keys" : "\(keys.count) keys"
      throw corrupted(container.codingPath, "\(found); \(expected)")
    }
    return key
  }

  private static func spend(_ budget: inout Int, _ path: [any CodingKey]) throws {
    budget -= 1
    if budget < 0, let problem = problem(depth: 0, size: .max) { throw corrupted(path, problem) }
  }

  private static func corrupted(_ path: [any CodingKey], _ message: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: path, debugDescription: message))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    func columns(_ condition: Condition) -> KeyedEncodingContainer<AnyKey> {
      container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey(condition.rawValue))
    }
    switch node {
    case .equals(let column, let value):
      var columns = columns(.equals)
      try columns.encode(value, forKey: AnyKey(column))
    case .isIn(let column, let values):
      var columns = columns(.in)
      try columns.encode(values, forKey: AnyKey(column))
    case .contains(let column, let value):
      var columns = columns(.contains)
      try columns.encode(value, forKey: AnyKey(column))
    case .range(let column, let lower, let upper):
      var columns = columns(.range)
      var ends = columns.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey(column))
      func encode(_ bound: Bound?, _ included: End, _ excluded: End) throws {
        guard let bound else { return }
        let end = bound.isIncluded ? included : excluded
        try ends.encode(bound.value, forKey: AnyKey(end.rawValue))
      }
      try encode(lower, .from, .above)
      try encode(upper, .through, .below)
    case .missing(let column):
      try container.encode(column, forKey: AnyKey(Condition.missing.rawValue))
    case .and(let parts): try container.encode(parts, forKey: AnyKey(Condition.and.rawValue))
    case .or(let parts): try container.encode(parts, forKey: AnyKey(Condition.or.rawValue))
    case .not(let part): try container.encode(part, forKey: AnyKey(Condition.not.rawValue))
    }
  }
}

extension ItemFilter.Value: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if let integer = try? container.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? container.decode(Double.self), number.isFinite {
      self = ItemFilter.Value.number(number).settled
    } else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "expected a string or a number"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .string(let string): try container.encode(string)
    case .integer(let integer): try container.encode(integer)
    case .number(let number): try container.encode(number)
    }
  }
}
