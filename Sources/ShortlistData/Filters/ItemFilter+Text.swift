/// The text form: one line, which `init(_:)` reads back as the same filter.
extension ItemFilter: CustomStringConvertible {
  public var description: String {
    switch node {
    case .equals(let column, let value): "\(Self.name(column)) = \(value)"
    case .isIn(let column, let values): "\(Self.name(column)) in \(Self.list(values))"
    case .contains(let column, let value): "\(Self.name(column)) contains \(value)"
    case .missing(let column): "\(Self.name(column)) is missing"
    case .range(let column, let lower, let upper): Self.range(Self.name(column), lower, upper)
    case .and(let parts): parts.map { $0.inParentheses { $0.isChain } }.joined(separator: " and ")
    case .or(let parts): parts.map { $0.inParentheses(if: \.isOr) }.joined(separator: " or ")
    case .not(let part): Self.negated(part)
    }
  }

  private static func negated(_ part: ItemFilter) -> String {
    switch part.node {
    case .equals(let column, let value): "\(name(column)) != \(value)"
    case .isIn(let column, let values): "\(name(column)) not in \(list(values))"
    case .contains(let column, let value): "\(name(column)) not contains \(value)"
    case .missing(let column): "\(name(column)) is not missing"
    default: "not " + part.inParentheses { $0.isChain }
    }
  }

  private static func range(_ column: String, _ lower: Bound?, _ upper: Bound?) -> String {
    switch (lower, upper) {
    case (let lower?, let upper?) where lower.isIncluded && upper.isIncluded:
      "\(column) between \(lower.value) and \(upper.value)"
    case (let lower?, let upper?):
      "\(lower.value) \(lower.isIncluded ? "<=" : "<") \(column) \(upper.isIncluded ? "<=" : "<") \(upper.value)"
    case (let lower?, nil): "\(column) \(lower.isIncluded ? ">=" : ">") \(lower.value)"
    case (nil, let upper?): "\(column) \(upper.isIncluded ? "<=" : "<") \(upper.value)"
    case (nil, nil): column
    }
  }

  private static func list(_ values: [Value]) -> String {
    "(" + values.map(\.description).joined(separator: ", ") + ")"
  }

  /// A column's name, in backquotes where it could be read as something else.
  private static func name(_ column: String) -> String {
    FilterText.isPlain(column) ? column : FilterText.quoted(column, by: "`")
  }

  private func inParentheses(if isNeeded: (ItemFilter) -> Bool) -> String {
    isNeeded(self) ? "(\(self))" : description
  }

  private var isOr: Bool { if case .or = node { true } else { false } }
  private var isChain: Bool {
    switch node {
    case .and, .or: true
    default: false
    }
  }
}

extension ItemFilter.Value: CustomStringConvertible {
  public var description: String {
    switch self {
    case .string(let string): FilterText.quoted(string, by: "\"")
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    }
  }
}

/// What the text form is made of.
enum FilterText {
  static let keywords: Set<String> = [
    "and", "or", "not", "in", "contains", "between", "is", "missing",
  ]

  static func isWordStart(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || (scalar.isASCII ? scalar.properties.isAlphabetic : !isTypographic(scalar))
  }

  static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    isWordStart(scalar) || isDigit(scalar) || ".:/-".unicodeScalars.contains(scalar)
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

  /// Spaces, quotes and dashes beyond ASCII, which editors write where plain ones were meant.
  private static func isTypographic(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .initialPunctuation, .finalPunctuation, .dashPunctuation, .openPunctuation,
      .closePunctuation, .otherPunctuation, .mathSymbol, .control, .spaceSeparator,
      .lineSeparator, .paragraphSeparator, .unassigned, .format:
      true
    default: false
    }
  }

  /// Whether a name can stand without backquotes.
  static func isPlain(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, isWordStart(first) else { return false }
    return name.unicodeScalars.allSatisfy(isWordPart) && !keywords.contains(name.lowercased())
  }

  static func quoted(_ text: String, by quote: Unicode.Scalar) -> String {
    var result = String.UnicodeScalarView([quote])
    for scalar in text.unicodeScalars {
      switch scalar {
      case quote, "\\": result.append(contentsOf: ["\\", scalar])
      case "\n": result.append(contentsOf: ["\\", "n"])
      case "\r": result.append(contentsOf: ["\\", "r"])
      case "\t": result.append(contentsOf: ["\\", "t"])
      default: result.append(scalar)
      }
    }
    result.append(quote)
    return String(result)
  }
}
