import Foundation
import ShortlistTensors
import Testing

@testable import ShortlistData

/// Random filters of any shape, with names and strings that are hard to write.
private struct RandomFilters {
  var random: RandomStream

  static let names = [
    "year", "genres", "item:token", "a b", "", "not", "AND", "é", "e\u{301}", "`", "x\"y", "1st",
    "-",
    "missing", "line\nbreak", "\\", "数",
  ]
  static let strings = [
    "", "Comedy", "say \"hi\"", "it's", "a\\b", "new\nline\r\t", "`", "caf\u{E9}", "cafe\u{301}",
    "(", "\u{0}",
    "👩‍👩‍👧", "\u{2028}",
  ]

  mutating func value() -> ItemFilter.Value {
    switch random.below(6) {
    case 0: return .integer([0, 1, -1, Int.max, Int.min, 1990][random.below(6)])
    case 1:
      return .number([0.5, -0.1, 1e300, Double.leastNonzeroMagnitude, -1e20, 3.0][random.below(6)])
    case 2: return .integer(random.below(5000) - 2500)
    default: return .string(Self.strings[random.below(Self.strings.count)])
    }
  }

  mutating func filter(depth: Int) -> ItemFilter {
    let name = Self.names[random.below(Self.names.count)]
    switch random.below(depth > 0 ? 11 : 8) {
    case 0: return .equals(name, value())
    case 1: return .in(name, (0..<random.below(4)).map { _ in value() })
    case 2: return .contains(name, value())
    case 3: return .missing(name)
    case 4: return .range(name, from: value())
    case 5: return .range(name, below: value())
    case 6: return .range(name, above: value(), through: value())
    case 7:
      return random.below(2) == 0
        ? .range(name, from: value(), through: value())
        : .range(name, from: value(), below: value())
    case 8: return .and((0..<1 + random.below(3)).map { _ in filter(depth: depth - 1) })
    case 9: return .or((0..<1 + random.below(3)).map { _ in filter(depth: depth - 1) })
    default: return .not(filter(depth: depth - 1))
    }
  }
}

@Suite("Item filters")
struct ItemFilterTests {
  static let films = ItemFilter.and([
    .contains("genres", "Comedy"), .range("year", from: 1990, below: 2000),
    .not(.in("title", ["Rudy (1993)", "Big (1988)"])),
  ])

  @Test("What is printed is read back as the same filter, whatever it holds")
  func textRoundTrip() throws {
    var filters = RandomFilters(random: RandomStream(seed: 11))
    for round in 0..<3000 {
      let filter = filters.filter(depth: round % 6)
      let text = filter.description
      #expect(try ItemFilter(text) == filter, "\(text)")
      #expect(!text.contains("\n") && !text.contains("\r"))
      #expect(try ItemFilter(text).description == text)
    }
  }

  @Test("What is encoded as JSON is decoded as the same filter, whatever it holds")
  func jsonRoundTrip() throws {
    var filters = RandomFilters(random: RandomStream(seed: 12))
    for round in 0..<3000 {
      let filter = filters.filter(depth: round % 6)
      let json = try JSONEncoder().encode(filter)
      #expect(
        try JSONDecoder().decode(ItemFilter.self, from: json) == filter,
        "\(String(decoding: json, as: UTF8.self))")
    }
  }

  @Test("The forms are those of the guide")
  func forms() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let json =
      #"{"and":[{"contains":{"genres":"Comedy"}},{"range":{"year":{"below":2000,"from":1990}}},"#
      + #"{"not":{"in":{"title":["Rudy (1993)","Big (1988)"]}}}]}"#
    #expect(String(decoding: try encoder.encode(Self.films), as: UTF8.self) == json)
    #expect(
      Self.films.description
        == #"genres contains "Comedy" and 1990 <= year < 2000 and title not in ("Rudy (1993)", "Big (1988)")"#
    )
    for (text, same) in [
      (
        #"genres contains "Comedy" and 1990 <= year < 2000 and not title in ('Rudy (1993)', "Big (1988)")"#,
        Self.films
      ),
      ("year >= 1990", .range("year", from: 1990)), ("1990 <= year", .range("year", from: 1990)),
      ("1990 < year", .range("year", above: 1990)), ("year<=1.50e1", .range("year", through: 15)),
      ("year BETWEEN -5 AND +5", .range("year", from: -5, through: 5)),
      ("year not between 1 and 2", .not(.range("year", from: 1, through: 2))),
      ("`not` == .5", .equals("not", 0.5)), ("item:token != 'x'", .not(.equals("item:token", "x"))),
      ("a in ()", .in("a", [])), ("tags is missing", .missing("tags")),
      ("tags is not missing", .not(.missing("tags"))),
      ("tags not contains 3", .not(.contains("tags", 3))),
      (
        "a = 1 or b = 2 and c = 3",
        .or([.equals("a", 1), .and([.equals("b", 2), .equals("c", 3)])])
      ),
      (
        "(a = 1 or b = 2) and c = 3",
        .and([.or([.equals("a", 1), .equals("b", 2)]), .equals("c", 3)])
      ),
      ("not a = 1 and b = 2", .and([.not(.equals("a", 1)), .equals("b", 2)])),
      ("((a = 1))\t", .equals("a", 1)), (#"a = "\"\\\n""#, .equals("a", "\"\\\n")),
    ] as [(String, ItemFilter)] {
      #expect(try ItemFilter(text) == same, "\(text)")
    }
    let read = try JSONDecoder().decode(
      ItemFilter.self,
      from: Data(#"{"or": [{"equals": {"year": 1990.0}}, {"missing": "year"}]}"#.utf8))
    #expect(read == .or([.equals("year", 1990), .missing("year")]))
  }

  @Test("Strings that differ in bytes make different filters")
  func bytes() {
    #expect(ItemFilter.equals("a", "caf\u{E9}") != .equals("a", "cafe\u{301}"))
    #expect(ItemFilter.equals("a", 1.0) == .equals("a", 1))
  }

  @Test(
    "A text that is not understood is answered with the place and what was expected",
    arguments: [
      ("", "at its end: expected a condition, as year >= 1990"),
      (
        "year",
        "at its end: expected =, !=, <, <=, >, >=, in, contains, between or is after the column year"
      ),
      ("year >=", "at its end: expected a number, or a text in quotes"),
      (
        "genre = Comedy",
        #"at character 9, at Comedy: expected a number, or a text in quotes, as "Comedy""#
      ),
      ("year = 1990 year", "at character 13, at year: expected and, or, or the end"),
      ("year = 1990 and", "at its end: expected a condition"),
      ("(year = 1990", "at its end: expected and, or, or )"),
      ("year = 1990)", "at character 12, at ): expected and, or, or the end"),
      ("title in \"a\"", #"at character 10, at "a": expected (, as in in ("a", "b")"#),
      ("title in (\"a\" \"b\")", #"at character 15, at "b": expected , or )"#),
      ("title in (\"a\",)", "at character 15, at ): expected a number, or a text in quotes"),
      ("title = \"a", #"at character 9, at "a: a text in quotes has no end; expected another ""#),
      (
        "`title = 3", "at character 1, at `title = 3: the name of a column in backquotes has no end"
      ),
      (#"title = "\d""#, #"at character 10, at \d": a backslash that begins none of"#),
      (
        "year = 1990s",
        #"at character 8, at 1990s: expected a number, as 1990 or 4.5; a text stands in quotes"#
      ),
      ("year = 1e999", "at character 8, at 1e999: expected a number of less than 1e308"),
      ("year = 0x10", "at character 8, at 0x10: expected a number"),
      ("year ! 3", "at character 6, at ! 3: expected !="),
      ("year not 3", "at character 10, at 3: expected in, contains or between after not"),
      ("year between 3 or 4", "at character 16, at or: expected and, as in between 1990 and 1999"),
      ("year is 3", "at character 9, at 3: expected missing, as in year is missing"),
      (
        "3 > year", "at character 3, at >: expected < or <= and a column, as in 1990 <= year < 2000"
      ),
      ("3 < 4", "at character 5, at 4: expected a column"),
      ("and = 3", "at character 1, at and: expected a condition"),
      (
        "title = \u{201C}a\u{201D}",
        "at character 9, at \u{201C}a\u{201D}: expected a column, a value"
      ),
      ("{\"equals\": {}}", "at character 1, at {"), ("é = 3 $", "at character 7, at $: expected"),
    ])
  func badText(text: String, message: String) throws {
    let error = try #require(throws: DataError.self) { try ItemFilter(text) }
    #expect(error.code == .invalidFilter)
    #expect(error.message.contains(message), "\(text): \(error.message)")
    #expect(error.message.hasPrefix("the filter is not understood at "))
  }

  @Test(
    "JSON that is no filter is answered with the place and what was expected",
    arguments: [
      (#"[]"#, ""), (#"{}"#, "no keys; expected one condition"),
      (#"{"equals": {"a": 1}, "missing": "b"}"#, "2 keys; expected one condition"),
      (
        #"{"equal": {"a": 1}}"#,
        "there is no condition \"equal\"; known are equals, in, range, contains, missing"
      ),
      (#"{"equals": {"a": 1, "b": 2}}"#, "2 keys; expected one column"),
      (#"{"equals": {"a": null}}"#, "expected a string or a number"),
      (#"{"equals": {"a": true}}"#, "expected a string or a number"),
      (#"{"in": {"a": [[]]}}"#, "expected a string or a number"),
      (#"{"in": {"a": 3}}"#, ""), (#"{"not": 3}"#, ""), (#"{"missing": 3}"#, ""),
      (#"{"and": []}"#, "no conditions; expected at least one"),
      (#"{"range": {"a": {}}}"#, "expected one or two bounds"),
      (#"{"range": {"a": {"from": 1, "above": 2}}}"#, "expected one or two bounds"),
      (#"{"range": {"a": {"gte": 1}}}"#, "there is no bound \"gte\"; known are from (>=)"),
    ])
  func badJSON(json: String, message: String) throws {
    let error = try #require(throws: DecodingError.self) {
      try JSONDecoder().decode(ItemFilter.self, from: Data(json.utf8))
    }
    switch error {
    case .dataCorrupted(let context):
      #expect(context.debugDescription.contains(message), "\(context.debugDescription)")
    case .typeMismatch, .valueNotFound, .keyNotFound: #expect(message.isEmpty, "\(error)")
    @unknown default: Issue.record("\(error)")
    }
  }

  /// Run on a thread with a small stack, as those of servers have.
  @Test(
    "Hostile texts are refused before they can do harm",
    arguments: ["(", "not ", "a = 1 and (", "not (", "a in (", "((a = 1) or "])
  func deepText(piece: String) async throws {
    let text = String(repeating: piece, count: 60_000)
    let error = await onSmallStack { #expect(throws: DataError.self) { try ItemFilter(text) } }
    #expect(error?.code == .invalidFilter)
  }

  @Test("Hostile JSON is refused before it can do harm")
  func deepJSON() async {
    for (open, close) in [(#"{"not":"#, "}"), (#"{"and":["#, "]}")] {
      for count in [65, 200, 400, 100_000] {
        let json =
          String(repeating: open, count: count) + #"{"missing":"a"}"#
          + String(repeating: close, count: count)
        await onSmallStack {
          _ = #expect(throws: (any Error).self) {
            try JSONDecoder().decode(ItemFilter.self, from: Data(json.utf8))
          }
        }
      }
    }
  }

  @Test("Depth and size have limits, which are reached")
  func limits() throws {
    let deepest = String(repeating: "not ", count: 63) + "a = 1"
    #expect(try ItemFilter(deepest).depth == ItemFilter.maximumDepth)
    #expect(throws: DataError.self) { try ItemFilter("not " + deepest) }
    let many = (0..<ItemFilter.maximumSize - 1).map(String.init).joined(separator: ",")
    #expect(try ItemFilter("a in (\(many))").size == ItemFilter.maximumSize)
    let error = #expect(throws: DataError.self) { try ItemFilter("a in (\(many), 1)") }
    #expect(error?.message.contains("more than 20000 conditions and values") == true)
    let json = try JSONEncoder().encode(ItemFilter.in("a", (0..<20_000).map { .integer($0) }))
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(ItemFilter.self, from: json) }
    let long = #expect(throws: DataError.self) {
      try ItemFilter(String(repeating: " ", count: 2 << 20))
    }
    #expect(long?.message.contains("expected at most 1048576") == true)
  }

  @Test("No random text crashes the parser")
  func fuzz() {
    var random = RandomStream(seed: 5)
    let pieces =
      [
        "and", "or", "not", "in", "contains", "between", "is", "missing", "(", ")", ",", "=", "!",
        "<", ">", "\"", "'",
        "`", "\\", "1", "-", "+", ".", "e", "9", "year", " ", "\n", "é", "\u{301}", "“", "\u{0}",
        "👍", "{",
      ]
    var understood = 0
    var filters = RandomFilters(random: RandomStream(seed: 6))
    for round in 0..<20_000 {
      var text = Array(filters.filter(depth: round % 3).description.unicodeScalars)
      for _ in 0..<1 + random.below(3) {
        let place = random.below(text.count + 1)
        let piece = pieces[random.below(pieces.count)].unicodeScalars
        let end = min(text.count, place + random.below(3))
        text.replaceSubrange(place..<end, with: random.below(2) == 0 ? Array(piece) : [])
      }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: text)
      do {
        let filter = try ItemFilter(String(view))
        understood += 1
        #expect((try? ItemFilter(filter.description)) == filter, "\(String(view))")
      } catch {
        #expect(error.code == .invalidFilter)
      }
    }
    #expect(understood > 2000 && understood < 18_000)
  }
}

/// Runs a body on a thread with the stack that threads of a pool have, half a megabyte.
@discardableResult
private func onSmallStack<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async
  -> Result
{
  await withCheckedContinuation { continuation in
    let thread = Thread { continuation.resume(returning: body()) }
    thread.stackSize = 512 << 10
    thread.start()
  }
}
