import Foundation
import ShortlistData
import Testing

private let columns: [ColumnSpecification] = [
  .init(.userID, from: "user"), .init("item", .string), .init(.userRating, from: "stars"),
  .init(.timestamp, from: "time"),
]

/// What four columns of text hold.
private func table(_ rows: [(String, String, Float, Int)]) throws -> Dataset {
  try Dataset([
    ("user_id", .init(rows.map(\.0))), ("item", .init(rows.map(\.1))),
    ("user_rating", .init(rows.map(\.2))), ("timestamp", .init(rows.map(\.3))),
  ])
}

@Suite("Reading tables")
struct ReadingTests {
  static let expected: [(String, String, Float, Int)] = [
    ("ada", "Engine, The", 4.5, 978_300_760), ("bob", #"5" disk"#, 3, -1),
    ("ada", "two\nlines", 0.5, 0), ("", "naïve", -2, 7),
  ]

  @Test(
    "Quoted, reordered, with other columns, any line ends", arguments: ["\n", "\r\n"],
    [
      "", "\u{feff}",
    ])
  func csv(newline: String, mark: String) throws {
    try withTemporaryFolder { folder in
      let text = [
        #"time,"note",user,stars,item"#, #"978300760,x,ada,4.5,"Engine, The""#,
        #""-1","","bob",3,"5"" disk""#, "", "0,y,ada,.5,\"two\nlines\"", "7,é,,-2.0,naïve",
      ].joined(separator: newline)
      let url = try folder.file("plays.csv", mark + text)
      #expect(try Dataset(contentsOf: url.path, columns: columns) == table(Self.expected))
      try folder.file("plays.csv", mark + text + newline)
      #expect(try Dataset(contentsOf: url.path, columns: columns) == table(Self.expected))
    }
  }

  @Test("JSON Lines, with keys in any order, escapes and other values")
  func jsonLines() throws {
    try withTemporaryFolder { folder in
      let text = #"""
        {"user": "ada", "item": "Engine, The", "stars": 4.5, "time": 978300760}
        {"time": -1, "x": {"a": [1, {"b": "}"}]}, "stars": 3, "item": "5\" disk", "user": "bob"}

        { "user" : "ada" , "item":"two\nlines","stars":5e-1,"time":0, "z": null, "t": true }
        {"user":"","item":"na\u00efve","stars":-2.0,"time":7}
        """#
      let url = try folder.file("plays.jsonl", text)
      #expect(try Dataset(contentsOf: url.path, columns: columns) == table(Self.expected))
    }
  }

  @Test("JSON numbers may be identifiers, surrogates are joined, the last key counts")
  func jsonDetails() throws {
    try withTemporaryFolder { folder in
      let url = try folder.file(
        "a.jsonl", #"{"user_id": 42, "t": "\ud83c\udfac\/", "t": "x\u0041"}"#)
      let dataset = try Dataset(
        contentsOf: url.path, columns: [.init(.userID), .init("t", .string)])
      #expect(Array(dataset[.userID]) == ["42"])
      #expect(Array(dataset[Feature<String>("t")]) == ["xA"])
      try folder.file("a.jsonl", #"{"user_id": 42, "t": "\ud83c\udfac\/"}"#)
      let joined = try Dataset(contentsOf: url.path, columns: [.init("t", .string)])
      #expect(Array(joined[Feature<String>("t")]) == ["🎬/"])
    }
  }

  @Test("Lists are arrays in JSON and separated values elsewhere")
  func lists() throws {
    try withTemporaryFolder { folder in
      let columns: [ColumnSpecification] = [
        .init(.movieGenres), .init("n", .integers(separator: " ")), .init("f", .floats()),
      ]
      let expected = try Dataset([
        ("movie_genres", .init([["a", "b"], [], ["b"]])), ("n", .init([[1, -2], [3], []])),
        ("f", .init([[0.5], [], [1, 2]] as [[Float]])),
      ])
      let tsv = try folder.file("a.tsv", "f\tmovie_genres\tn\n0.5\ta|b\t1 -2\n\t\t3\n1|2\tb\t\n")
      #expect(try Dataset(contentsOf: tsv.path, columns: columns) == expected)
      let json = try folder.file(
        "a.ndjson",
        """
        {"movie_genres": ["a", "b"], "n": [1, -2], "f": [0.5]}
        {"movie_genres": [], "n": [3], "f": [ ]}
        {"movie_genres": ["b"], "n": [], "f": [1, 2]}
        """)
      #expect(try Dataset(contentsOf: json.path, columns: columns) == expected)
    }
  }

  @Test("Without a header, with a doubled delimiter, in ISO-8859-1")
  func oldEdition() throws {
    try withTemporaryFolder { folder in
      let text = "1::Les Misérables: 2::3.5\n2::a:b::4\n"
      let url = try folder.file("a.dat", text.data(using: .isoLatin1)!)
      let dataset = try Dataset(
        contentsOf: url.path,
        format: TableFormat(delimiter: "::", isQuoted: false, encoding: .latin1)
          .withoutHeader(naming: ["user_id", "movie_title", "user_rating"]),
        columns: [.init(.userRating), .init(.movieTitle), .init(.userID)])
      #expect(dataset.columnNames == ["user_rating", "movie_title", "user_id"])
      #expect(Array(dataset[.movieTitle]) == ["Les Misérables: 2", "a:b"])
      #expect(dataset[.userRating] == [3.5, 4])
    }
  }

  @Test("A column that is not required may be missing")
  func optional() throws {
    try withTemporaryFolder { folder in
      let specifications: [ColumnSpecification] = [
        .init(.userID), .init(.timestamp, isRequired: false),
      ]
      for (name, text) in [("a.csv", "user_id\nx\n"), ("a.jsonl", #"{"user_id": "x"}"#)] {
        let url = try folder.file(name, text)
        #expect(
          try Dataset(contentsOf: url.path, columns: specifications).columnNames == ["user_id"])
      }
      for (name, text) in [
        ("b.csv", "timestamp,user_id\n3,x\n"), ("b.jsonl", #"{"user_id": "x", "timestamp": 3}"#),
      ] {
        let url = try folder.file(name, text)
        #expect(try Dataset(contentsOf: url.path, columns: specifications)[.timestamp] == [3])
      }
    }
  }

  @Test(
    "Files of many chunks are read as they were written", arguments: [1, 1000, 60_000],
    [
      "tsv", "csv", "jsonl",
    ])
  func manyChunks(count: Int, kind: String) throws {
    try withTemporaryFolder { folder in
      let rows = (0..<count).map {
        ("user \($0 / 3)", "item \"\($0 % 777)\", or so", Float($0 % 10) / 2, $0 * 1009)
      }
      let expected = try table(rows)
      let lines = rows.map { user, item, stars, time in
        switch kind {
        case "tsv": "\(user)\t\(item)\t\(stars)\t\(time)"
        case "csv":
          #""\#(user)","\#(item.replacing("\"", with: "\"\""))","\#(stars)",\#(time)"#
        default:
          #"{"user":"\#(user)","item":"\#(item.replacing("\"", with: #"\""#))","stars":\#(stars),"time":\#(time)}"#
        }
      }
      let header =
        kind == "jsonl"
        ? [] : [["user", "item", "stars", "time"].joined(separator: kind == "tsv" ? "\t" : ",")]
      let url = try folder.file("a.\(kind)", (header + lines).joined(separator: "\n"))
      let format: TableFormat? = kind == "tsv" ? .tsv.unquoted : nil
      #expect(try Dataset(contentsOf: url.path, format: format, columns: columns) == expected)
    }
  }

  @Test("A record longer than a chunk is read whole")
  func longRecord() throws {
    try withTemporaryFolder { folder in
      let long = String(repeating: "long, \n", count: 200_000)
      let url = try folder.file("a.csv", "user_id,n\n\"\(long)\",1\nb,2\n")
      let dataset = try Dataset(
        contentsOf: url.path, columns: [.init(.userID), .init("n", .integer)])
      #expect(Array(dataset[.userID]) == [long, "b"])
    }
  }

  @Test("Gzip is told by its first bytes; members may follow each other")
  func gzip() throws {
    try withTemporaryFolder { folder in
      // python3: gzip.compress(b"user_id,n\n" + b"x,1\n" * 3, mtime=0)
      let packed = Data(base64Encoded: "H4sIAAAAAAACAystTi2Kz0zRyeOq0DGEYwANNk+JFgAAAA==")!
      let url = try folder.file("a.csv.gz", packed)
      let specifications: [ColumnSpecification] = [.init(.userID), .init("n", .integer)]
      let once = try Dataset(contentsOf: url.path, columns: specifications)
      #expect(once.rowCount == 3)
      #expect(once[Feature<Int>("n")] == [1, 1, 1])
      try folder.file(
        "b.csv", packed + Data(base64Encoded: "H4sIAAAAAAACA6vUMeICAOEygQsEAAAA")! + Data(count: 10)
      )
      let twice = try Dataset(
        contentsOf: folder.appending(path: "b.csv").path, columns: specifications)
      #expect(twice[Feature<Int>("n")] == [1, 1, 1, 2])
    }
  }
}
