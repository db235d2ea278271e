/// A word, value or sign of a filter's text, and where it begins.
struct FilterToken {
  enum Kind: Equatable {
    /// A keyword or the plain name of a column.
    case word(String)
    /// The name of a column in backquotes.
    case column(String)
    case value(ItemFilter.Value)
    case sign(String)
    case end
  }

  var kind: Kind
  /// The place of its first scalar.
  var start: Int
  /// The place after its last scalar.
  var end: Int

  /// Keywords are told in any case.
  func isKeyword(_ word: String) -> Bool {
    if case .word(let found) = kind { found.lowercased() == word } else { false }
  }
}

/// Cuts the text of a filter into tokens.
struct FilterLexer {
  private let text: [Unicode.Scalar]
  private var position = 0

  /// The longest text that is read.
  static let maximumBytes = 1 << 20

  init(_ text: String) throws(DataError) {
    guard text.utf8.count <= Self.maximumBytes else {
      throw DataError(
        .invalidFilter,
        "the filter has \(text.utf8.count) bytes; expected at most \(Self.maximumBytes)")
    }
    self.text = Array(text.unicodeScalars)
  }

  mutating func next() throws(DataError) -> FilterToken {
    while position < text.count, FilterText.isSpace(text[position]) { position += 1 }
    let start = position
    guard position < text.count else { return FilterToken(kind: .end, start: start, end: start) }
    let kind = try kind()
    return FilterToken(kind: kind, start: start, end: position)
  }

  private mutating func kind() throws(DataError) -> FilterToken.Kind {
    let first = text[position]
    switch first {
    case "\"", "'": return .value(.string(try quoted("a text in quotes")))
    case "`": return .column(try quoted("the name of a column in backquotes"))
    case "(", ")", ",", "=":
      position += 1
      // "==" is "=".
      if first == "=", peek() == "=" { position += 1 }
      return .sign(String(first))
    case "<", ">", "!":
      position += 1
      if peek() == "=" {
        position += 1
        return .sign("\(first)=")
      }
      guard first != "!" else { throw error(at: position - 1, "expected !=") }
      return .sign(String(first))
    case _ where isNumberStart: return .value(try number())
    case _ where FilterText.isWordStart(first):
      let start = position
      while let scalar = peek(), FilterText.isWordPart(scalar) { position += 1 }
      return .word(string(start..<position))
    default:
      throw error(
        at: position,
        "expected a column, a value, an operator or a parenthesis; quotes are \" or ', signs are ASCII"
      )
    }
  }

  private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    position + distance < text.count ? text[position + distance] : nil
  }

  private func string(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text[range])
    return String(view)
  }

  // MARK: Quotes

  private mutating func quoted(_ what: String) throws(DataError) -> String {
    let start = position
    let quote = text[position]
    position += 1
    var result = String.UnicodeScalarView()
    while let scalar = peek() {
      position += 1
      if scalar == quote { return String(result) }
      guard scalar == "\\" else {
        result.append(scalar)
        continue
      }
      switch peek() {
      case "n": result.append("\n")
      case "r": result.append("\r")
      case "t": result.append("\t")
      case let mark? where "\\\"'`".unicodeScalars.contains(mark): result.append(mark)
      default:
        throw error(
          at: position - 1,
          #"a backslash that begins none of \\, \", \', \`, \n, \r and \t; write \\ for a backslash"#
        )
      }
      position += 1
    }
    throw error(at: start, "\(what) has no end; expected another \(quote)")
  }

  // MARK: Numbers

  private var isNumberStart: Bool {
    var distance = 0
    if peek() == "-" || peek() == "+" { distance += 1 }
    if peek(distance) == "." { distance += 1 }
    return peek(distance).map(FilterText.isDigit) ?? false
  }

  private mutating func number() throws(DataError) -> ItemFilter.Value {
    let start = position
    while let scalar = peek(),
      FilterText.isWordPart(scalar)
        || (scalar == "+"
          && (position == start || text[position - 1] == "e" || text[position - 1] == "E"))
    { position += 1 }
    let digits = string(start..<position)
    if let integer = Int(digits) { return .integer(integer) }
    // Swift also reads "0x1p3" and "1_0" is no number anywhere.
    let isPlain = digits.utf8.allSatisfy {
      ($0 >= 0x30 && $0 <= 0x39) || "+-.eE".utf8.contains($0)
    }
    guard isPlain, let number = Double(digits) else {
      throw error(
        at: start, "expected a number, as 1990 or 4.5; a text stands in quotes, as \"\(digits)\"")
    }
    guard number.isFinite else { throw error(at: start, "expected a number of less than 1e308") }
    return ItemFilter.Value.number(number).settled
  }

  // MARK: Errors

  /// An error that shows the place and the text there.
  func error(at place: Int, end: Int? = nil, _ expected: String) -> DataError {
    guard place < text.count else {
      return DataError(
        .invalidFilter, "the filter is not understood at its end: \(expected)")
    }
    let limit = min(max(end ?? place + 20, place + 1), place + 40, text.count)
    return DataError(
      .invalidFilter,
      "the filter is not understood at character \(place + 1), at \(string(place..<limit)): \(expected)"
    )
  }
}
