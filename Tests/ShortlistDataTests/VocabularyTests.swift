import Foundation
import ShortlistData
import Testing

@Suite("Vocabulary")
struct VocabularyTests {
  @Test("Words are in the byte order of their UTF-8, whatever the order of the rows")
  func byteOrder() {
    let words = ["é", "z", "e\u{301}", "10", "9", "", "Z"]
    let vocabulary = Vocabulary(words)
    #expect(vocabulary == Vocabulary(words.reversed()))
    #expect(
      vocabulary.words.map { Array($0.utf8) }
        == ["", "10", "9", "Z", "e\u{301}", "z", "é"].map { Array($0.utf8) })
    #expect(vocabulary.count == 8)
    #expect(vocabulary.row(of: "") == 1)
    #expect(vocabulary.row(of: "é") != vocabulary.row(of: "e\u{301}"))
    #expect(vocabulary.row(of: "nobody") == 0)
    #expect(vocabulary.word(at: 0) == nil)
    #expect(vocabulary.word(at: 2) == "10")
    #expect(vocabulary.word(at: 8) == nil)
  }

  @Test("Rare words are unknown")
  func minimumCount() {
    let vocabulary = Vocabulary(["a", "b", "a", "c", "c"], minimumCount: 2)
    #expect(vocabulary.words == ["a", "c"])
    let lists = ListColumn([["x", "y"], [], ["y"]])
    #expect(Vocabulary(lists, minimumCount: 2).words == ["y"])
  }

  @Test("The rows of a column are the rows of its strings", arguments: [0, 1, 7, 1000])
  func rows(count: Int) {
    let strings = (0..<count).map { "item \($0 * 7919 % 97)" }
    let column = StringColumn(strings)
    let vocabulary = Vocabulary(strings.prefix(count / 2))
    #expect(vocabulary.rows(of: column) == strings.map { Int32(vocabulary.row(of: $0)) })
  }

  @Test("Any string survives the file")
  func file() throws {
    try withTemporaryFolder { folder in
      let words = ["", "\n", "\r\n", "\\", "\\n", "a\tb", "naïve", "\u{0}", "x\r", "  "]
      let vocabulary = Vocabulary(words)
      try vocabulary.write(to: folder.appending(path: "words.txt"))
      #expect(try Vocabulary(contentsOf: folder.appending(path: "words.txt")) == vocabulary)
      for empty in [Vocabulary([]), .hashing(buckets: 17)] {
        try empty.write(to: folder.appending(path: "other.txt"))
        #expect(try Vocabulary(contentsOf: folder.appending(path: "other.txt")) == empty)
      }
    }
  }

  @Test(
    "A file that is no vocabulary says where and why",
    arguments: [
      ("a\nb\na\n", 3, "stands on line 1 already"),
      ("a\nC:\\temp\n", 2, #"write \\ for a backslash"#),
      ("\\hashing XXH64 many\n", 1, "expected a number above 0"),
    ])
  func badFile(text: String, line: Int, message: String) throws {
    try withTemporaryFolder { folder in
      let url = try folder.file("words.txt", text)
      let error = #expect(throws: DataError.self) { try Vocabulary(contentsOf: url) }
      #expect(error?.location?.line == line)
      #expect(error?.description.contains(message) == true)
    }
  }

  @Test("Hashes are XXH64, the same everywhere")
  func hashing() {
    let vocabulary = Vocabulary.hashing(buckets: 1_000_003)
    #expect(vocabulary.count == 1_000_004)
    // Published values of XXH64 with seed 0.
    #expect(vocabulary.row(of: "") == 1 + Int(0xef46_db37_51d8_e999 as UInt64 % 1_000_003))
    #expect(vocabulary.row(of: "a") == 1 + Int(0xd24e_c4f1_a98c_6e5b as UInt64 % 1_000_003))
    #expect(vocabulary.row(of: "abc") == 1 + Int(0x44bc_2cf5_ad77_0999 as UInt64 % 1_000_003))
    #expect(
      vocabulary.row(of: "Nobody inspects the spammish repetition")
        == 1 + Int(0xfbce_a83c_8a37_8bf1 as UInt64 % 1_000_003))
    #expect(vocabulary.word(at: 1) == nil)
  }
}
