import ShortlistTensors
import Testing

@Suite("String table")
struct BytesStringTableTests {
  @Test("Strings are numbered by first appearance", arguments: [0, 1, 2, 7, 8, 9, 100, 10_000])
  func numbering(count: Int) {
    var table = StringTable()
    var expected: [String: Int] = [:]
    // Lengths around the eight bytes at which the hash changes.
    let strings = (0..<count).map { String(repeating: "x", count: $0 % 19) + String($0 / 3) }
    for string in strings {
      let code = expected[string] ?? expected.count
      expected[string] = code
      #expect(table.insert(string) == code)
    }
    #expect(table.count == expected.count)
    for (string, code) in expected {
      #expect(table.code(of: string) == code)
      #expect(table[code] == string)
    }
    #expect(table.code(of: "nobody") == nil)
  }

  @Test("Strings differ by their bytes")
  func bytes() {
    var table = StringTable()
    let strings = ["", "\0", "\0\0", "é", "e\u{301}", "a\0", "a", String(repeating: "a", count: 9)]
    #expect(strings.map { table.insert($0) } == Array(0..<strings.count))
    #expect(table.strings.map { Array($0.utf8) } == strings.map { Array($0.utf8) })
  }

  @Test("A copy does not change with the original")
  func values() {
    var table = StringTable()
    table.insert("a")
    let copy = table
    table.insert("b")
    #expect(copy.count == 1)
    #expect(copy.code(of: "b") == nil)
    #expect(table.code(of: "b") == 1)
  }

  @Test("Codes in byte order are sorted by bytes")
  func order() {
    var table = StringTable()
    let strings = ["b", "", "é", "a", "z", "ab", "B"]
    for string in strings { table.insert(string) }
    #expect(
      table.codesInByteOrder.map { table[$0] } == ["", "B", "a", "ab", "b", "z", "é"])
  }

  @Test("XXH64 gives its published values")
  func xxh64() {
    #expect(StringHash.xxh64("") == 0xef46_db37_51d8_e999)
    #expect(StringHash.xxh64("abc") == 0x44bc_2cf5_ad77_0999)
    #expect(
      StringHash.xxh64("Nobody inspects the spammish repetition") == 0xfbce_a83c_8a37_8bf1)
  }
}
