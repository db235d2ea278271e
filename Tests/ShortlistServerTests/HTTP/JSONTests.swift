import Testing

@testable import ShortlistServer

@Suite("JSON of the server")
struct JSONTests {
  @Test("Values of every kind are read")
  func values() throws {
    let text = """
       {"a": [1, -2, 0, 3.5, -0.25e2, 1E3, true, false, null, NaN, Infinity, -Infinity], "b": {"c": "d"},
        "e": "tab\\t quote\\" slash\\/ \\u00e9 \\ud83d\\ude00 é 😀", "f": [], "g": {}, "a": 9223372036854775807}
      """
    let json = try JSONReader.read(Array(text.utf8))
    #expect(json["a"] == .integer(.max))
    #expect(json["b"]?["c"] == .string("d"))
    #expect(json["e"] == .string("tab\t quote\" slash/ é 😀 é 😀"))
    #expect(json["f"] == .array([]) && json["g"] == .object([]))
    guard case .object(let members) = json, case .array(let numbers) = members[0].value else {
      Issue.record("no array")
      return
    }
    #expect(
      Array(numbers[..<9]) == [
        .integer(1), .integer(-2), .integer(0), .number(3.5), .number(-25), .number(1000),
        .bool(true), .bool(false), .null,
      ])
    guard case .number(let nan) = numbers[9] else {
      Issue.record("no NaN")
      return
    }
    #expect(nan.isNaN)
    #expect(Array(numbers[10...]) == [.number(.infinity), .number(-.infinity)])
  }

  @Test(
    "What is no JSON is told with its place",
    arguments: [
      ("", 0), ("{", 1), ("[1,", 3), ("[1 2]", 3), ("{\"a\" 1}", 5), ("{a: 1}", 1), ("\"a", 2),
      ("\"\\x\"", 3), ("\"\\ud800\"", 7), ("01", 2), ("-", 1), ("1.", 2), ("1e", 2), ("tru", 3),
      ("[1]x", 3),
      ("\"\u{1}\"", 2), ("[1,]", 3), ("{\"a\":1,}", 7), ("nul", 3), ("+1", 0),
    ])
  func malformed(text: String, offset: Int) {
    let failure = #expect(throws: JSONReader.Failure.self) {
      try JSONReader.read(Array(text.utf8))
    }
    #expect(failure?.offset == offset, "\(text): \(failure?.message ?? "")")
  }

  @Test("Bytes that are not UTF-8, and nesting without end, are refused")
  func hostile() {
    #expect(throws: JSONReader.Failure.self) { try JSONReader.read([0x22, 0xff, 0x22]) }
    #expect(throws: JSONReader.Failure.self) {
      try JSONReader.read([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
    }
  }

  @Test("Floats are written with the digits that tell them apart")
  func floats() {
    func text(_ value: Float) -> String {
      var writer = JSONWriter()
      writer.float(value)
      return String(decoding: writer.bytes, as: UTF8.self)
    }
    #expect(text(1) == "1.0" && text(0) == "0.0" && text(-3) == "-3.0")
    #expect(text(0.5) == "0.5" && text(0.1) == "0.1")
    #expect(text(1.85995) == "1.85995" && text(0.123456789) == "0.12345679")
    for value: Float in [0.1, 1 / 3, 16_777_216, .pi, 1e-7, .leastNonzeroMagnitude] {
      #expect(Float(text(value)) == value)
    }
    #expect(text(.nan) == "NaN" && text(-.infinity) == "-Infinity")
    #expect(text(1e20) == "1e+20")
  }

  @Test("What is written is read again")
  func roundTrip() throws {
    var writer = JSONWriter()
    let value = JSONValue.object([
      .init(
        name: "a\"b", value: .array([.integer(1), .null, .bool(false), .string("\u{1}\n\t\\é")])),
      .init(name: "c", value: .object([.init(name: "d", value: .number(0.5))])),
    ])
    writer.value(value)
    #expect(try JSONReader.read(writer.bytes) == value)
  }
}
