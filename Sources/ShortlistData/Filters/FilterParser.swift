extension ItemFilter {
  /// Reads the text form of a filter.
  ///
  /// ```swift
  /// let filter = try ItemFilter(#"genres contains "Comedy" and 1990 <= year < 2000"#)
  /// ```
  ///
  /// - Throws: `DataError.invalidFilter`, which names the character and what was expected there.
  /// - Complexity: O(length of the text).
  public init(_ text: String) throws(DataError) {
    var parser = try FilterParser(text)
    self = try parser.filter()
  }
}

/// A parser by recursive descent:
///
///     filter     = all { "or" all }
///     all        = one { "and" one }
///     one        = "not" one | "(" filter ")" | comparison
///     comparison = column ("=" | "!=" | "<" | "<=" | ">" | ">=") value
///                | value ("<" | "<=") column [("<" | "<=") value]
///                | column ["not"] "between" value "and" value
///                | column ["not"] "in" "(" [value { "," value }] ")"
///                | column ["not"] "contains" value
///                | column "is" ["not"] "missing"
private struct FilterParser {
  private var lexer: FilterLexer
  private var token: FilterToken
  private var nesting = 0
  private var size = 0

  init(_ text: String) throws(DataError) {
    lexer = try FilterLexer(text)
    token = try lexer.next()
  }

  mutating func filter() throws(DataError) -> ItemFilter {
    let filter = try any()
    guard token.kind == .end else { throw unexpected("expected and, or, or the end") }
    try filter.check()
    return filter
  }

  // MARK: Combinations

  private mutating func any() throws(DataError) -> ItemFilter {
    var parts = [try all()]
    while try take(keyword: "or") { parts.append(try all()) }
    return .or(parts)
  }

  private mutating func all() throws(DataError) -> ItemFilter {
    var parts = [try one()]
    while try take(keyword: "and") { parts.append(try one()) }
    return .and(parts)
  }

  private mutating func one() throws(DataError) -> ItemFilter {
    try spend()
    guard token.isKeyword("not") || token.kind == .sign("(") else { return try comparison() }
    nesting += 1
    defer { nesting -= 1 }
    guard nesting < ItemFilter.maximumDepth else {
      throw lexer.error(
        at: token.start, end: token.end,
        ItemFilter.problem(depth: .max, size: 0) ?? "too many parentheses")
    }
    if try take(keyword: "not") { return .not(try one()) }
    try advance()
    let filter = try any()
    guard try take(sign: ")") else { throw unexpected("expected and, or, or )") }
    return filter
  }

  // MARK: Comparisons

  private mutating func comparison() throws(DataError) -> ItemFilter {
    if case .value(let value) = token.kind { return try chain(from: value) }
    let column = try column("expected a condition, as year >= 1990")
    if try take(keyword: "is") {
      let isNegated = try take(keyword: "not")
      guard try take(keyword: "missing") else {
        throw unexpected("expected missing, as in \(column) is missing")
      }
      return negated(.missing(column), if: isNegated)
    }
    let isNegated = try take(keyword: "not")
    if try take(keyword: "in") { return negated(.in(column, try list()), if: isNegated) }
    if try take(keyword: "contains") {
      return negated(.contains(column, try value()), if: isNegated)
    }
    if try take(keyword: "between") {
      let lower = try value()
      guard try take(keyword: "and") else {
        throw unexpected("expected and, as in between 1990 and 1999")
      }
      return negated(.range(column, from: lower, through: try value()), if: isNegated)
    }
    guard !isNegated else { throw unexpected("expected in, contains or between after not") }
    if try take(sign: "=") { return .equals(column, try value()) }
    if try take(sign: "!=") { return .not(.equals(column, try value())) }
    if try take(sign: "<=") { return .range(column, through: try value()) }
    if try take(sign: "<") { return .range(column, below: try value()) }
    if try take(sign: ">=") { return .range(column, from: try value()) }
    if try take(sign: ">") { return .range(column, above: try value()) }
    throw unexpected(
      "expected =, !=, <, <=, >, >=, in, contains, between or is after the column \(column)")
  }

  /// `1990 <= year < 2000`.
  private mutating func chain(from value: ItemFilter.Value) throws(DataError) -> ItemFilter {
    try advance()
    guard let lower = try bound(value) else {
      throw unexpected("expected < or <= and a column, as in 1990 <= year < 2000")
    }
    let column = try column("expected a column")
    let hasUpper = token.kind == .sign("<") || token.kind == .sign("<=")
    guard hasUpper else { return .range(column, lower: lower, upper: nil) }
    let isIncluded = token.kind == .sign("<=")
    try advance()
    let upper = ItemFilter.Bound(value: try self.value().settled, isIncluded: isIncluded)
    return .range(column, lower: lower, upper: upper)
  }

  private mutating func bound(
    _ value: ItemFilter.Value
  ) throws(DataError) -> ItemFilter.Bound? {
    if try take(sign: "<=") { return .init(value: value.settled, isIncluded: true) }
    if try take(sign: "<") { return .init(value: value.settled, isIncluded: false) }
    return nil
  }

  private func negated(_ filter: ItemFilter, if isNegated: Bool) -> ItemFilter {
    isNegated ? .not(filter) : filter
  }

  // MARK: Parts

  private mutating func column(_ expected: String) throws(DataError) -> String {
    switch token.kind {
    case .column(let name):
      try advance()
      return name
    case .word(let name) where !FilterText.keywords.contains(name.lowercased()):
      try advance()
      return name
    default: throw unexpected(expected)
    }
  }

  private mutating func value() throws(DataError) -> ItemFilter.Value {
    guard case .value(let value) = token.kind else {
      var expected = "expected a number, or a text in quotes"
      if case .word(let word) = token.kind { expected += ", as \"\(word)\"" }
      throw unexpected(expected)
    }
    try spend()
    try advance()
    return value
  }

  private mutating func list() throws(DataError) -> [ItemFilter.Value] {
    guard try take(sign: "(") else { throw unexpected("expected (, as in in (\"a\", \"b\")") }
    var values: [ItemFilter.Value] = []
    if try take(sign: ")") { return values }
    while true {
      values.append(try value())
      if try take(sign: ")") { return values }
      guard try take(sign: ",") else { throw unexpected("expected , or )") }
    }
  }

  private mutating func take(keyword: String) throws(DataError) -> Bool {
    guard token.isKeyword(keyword) else { return false }
    try advance()
    return true
  }

  private mutating func take(sign: String) throws(DataError) -> Bool {
    guard token.kind == .sign(sign) else { return false }
    try advance()
    return true
  }

  private mutating func advance() throws(DataError) { token = try lexer.next() }

  private mutating func spend() throws(DataError) {
    size += 1
    if let problem = ItemFilter.problem(depth: 0, size: size) {
      throw DataError(.invalidFilter, problem)
    }
  }

  private func unexpected(_ expected: String) -> DataError {
    lexer.error(at: token.start, end: token.end, expected)
  }
}
