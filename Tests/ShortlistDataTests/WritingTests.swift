import Foundation
import ShortlistData
import Testing

@Suite("Writing tables as text")
struct WritingTests {
  static let hard = [
    "", "plain", "a,b", "a\tb", "\"quoted\"", "line\nbreak", "né 🎬", "\u{1}", "\\",
    // What is special, with an accent on it: one Character.
    "a,\u{301}b", "a\t\u{301}b", "\"\u{301}", "line\r\nbreak",
  ]

  @Test("JSON Lines hold every kind of column", arguments: ["a.jsonl", "a.jsonl.gz"])
  func jsonLines(name: String) throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: name).path
      try Dataset(everyKind).write(to: path)
      let columns: [ColumnSpecification] = [
        .init("text", .string), .init("number", .integer), .init("share", .float),
        .init("texts", .strings()), .init("numbers", .integers()), .init("shares", .floats()),
      ]
      #expect(try Dataset(contentsOf: path, columns: columns) == Dataset(everyKind))
      let told = try Dataset(contentsOf: path)
      #expect(told[name: "number"] == .init([1, -2, .max]))
      #expect(told[name: "share"] == .init([0.5, -0.0, 3e38] as [Float]))
      #expect(told[name: "texts"] == .init([["x", ""], [], ["y"]]))
    }
  }

  @Test("Hard strings come back", arguments: ["a.csv", "a.tsv", "a.jsonl", "a.csv.gz"])
  func strings(name: String) throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: name).path
      let dataset = try Dataset([
        ("a \"b\", c", .init(Self.hard)), ("n", .init(Array(0..<Self.hard.count))),
      ])
      try dataset.write(to: path)
      #expect(try Dataset(contentsOf: path) == dataset)
    }
  }

  @Test("A column alone keeps its empty fields", arguments: ["a.csv", "a.tsv", "a.jsonl"])
  func aloneAndEmpty(name: String) throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: name).path
      let dataset = try Dataset([("s", .init(["", "a", "", ""]))])
      try dataset.write(to: path)
      #expect(try Dataset(contentsOf: path) == dataset)
    }
  }

  @Test("What a format cannot hold is refused")
  func refused() throws {
    try withTemporaryFolder { folder in
      let path = folder.path + "/a.csv"
      let lists = #expect(throws: DataError.self) {
        try Dataset([("l", .init([["a|b"]]))]).write(to: path)
      }
      #expect(lists?.message.contains("write .jsonl or .tfrecord") == true)
      #expect(throws: DataError.self) {
        try Dataset([("l", .init([["a|\u{301}b"]]))]).write(to: path)
      }
      let floats = #expect(throws: DataError.self) {
        try Dataset([("f", .init([1, .nan] as [Float]))]).write(to: path)
      }
      #expect(floats?.code == .notANumber)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.isEmpty)
    }
  }

  @Test("Types are told from the text of a CSV file")
  func inference() throws {
    try withTemporaryFolder { folder in
      let text = """
        id,zip,n,f,s,e,hash
        7,007,1,1,x,1e-3,18446744073709551615
        8,123,-2,-2.5,3,0,18446744073709551614

        """
      let dataset = try Dataset(contentsOf: folder.file("a.csv", text).path)
      #expect(dataset[name: "id"] == .init([7, 8]))
      #expect(dataset[name: "zip"] == .init(["007", "123"]))
      #expect(dataset[name: "n"] == .init([1, -2]))
      #expect(dataset[name: "f"] == .init([1, -2.5] as [Float]))
      #expect(dataset[name: "s"] == .init(["x", "3"]))
      // As floats these would be one.
      #expect(dataset[name: "hash"] == .init(["18446744073709551615", "18446744073709551614"]))
      #expect(dataset[name: "e"] == .init([0.001, 0] as [Float]))
    }
  }
}
