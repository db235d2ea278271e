import Foundation
import ShortlistData
import Testing

/// A table with a column of every kind.
let everyKind: [(name: String, column: AnyColumn)] = [
  ("text", .init(["a", "", "naïve 🎬"])), ("number", .init([1, -2, .max])),
  ("share", .init([0.5, -0.0, 3e38] as [Float])), ("texts", .init([["x", ""], [], ["y"]])),
  ("numbers", .init([[], [1, -1], [.min]])), ("shares", .init([[1], [], [2, 3, 4]] as [[Float]])),
]

@Suite("Reading and writing TFRecord")
struct RecordReadingTests {
  @Test(
    "A table comes back as it was written, alone and in shards",
    arguments: ["a.tfrecord", "a.tfrecord.gz", "b.tfrec", "c.tfrecords.gz"], [1, 2, 3, 5])
  func roundTrip(name: String, shards: Int) throws {
    try withTemporaryFolder { folder in
      let dataset = try Dataset(everyKind)
      let path = folder.appending(path: name).path
      let files = try dataset.writeTFRecords(to: path, shards: shards)
      #expect(files.count == shards)
      for file in files {
        let isGzip = try Data(contentsOf: URL(filePath: file)).prefix(2) == Data([0x1f, 0x8b])
        #expect(isGzip == name.hasSuffix(".gz"))
      }
      let pattern = shards == 1 ? path : folder.path + "/*"
      #expect(try Dataset(contentsOf: pattern) == dataset)
      let columns: [ColumnSpecification] = [
        .init("shares", .floats()), .init("text", .string), .init("number", .integer),
        .init("renamed", .strings(), from: "texts"),
      ]
      let chosen = try Dataset(contentsOf: pattern, columns: columns)
      #expect(chosen.columnNames == ["shares", "text", "number", "renamed"])
      #expect(chosen[name: "renamed"] == dataset[name: "texts"])
      #expect(chosen[name: "number"] == dataset[name: "number"])
    }
  }

  @Test("Shards hold the rows in order, as evenly as they go")
  func shards() throws {
    try withTemporaryFolder { folder in
      let dataset = try Dataset([("n", .init(Array(0..<10)))])
      let files = try dataset.writeTFRecords(
        to: folder.path + "/n.tfrecord.gz", shards: 4, compression: .gzip)
      #expect(
        files.map { URL(filePath: $0).lastPathComponent } == [
          "n.tfrecord-00000-of-00004.gz", "n.tfrecord-00001-of-00004.gz",
          "n.tfrecord-00002-of-00004.gz", "n.tfrecord-00003-of-00004.gz",
        ])
      let rows = try files.map { try Dataset(contentsOf: $0)[Feature<Int>("n")] }
      #expect(rows == [[0, 1], [2, 3, 4], [5, 6, 7], [8, 9]])
    }
  }

  @Test("All that the wire format allows is read")
  func oddEncodings() throws {
    try withTemporaryFolder { folder in
      let unknown =
        Wire.field(15, "who knows") + [0x78, 0x05] + [0x7d, 1, 2, 3, 4]
        + [0x79, 1, 2, 3, 4, 5, 6, 7, 8] + [0x7b, 0x08, 0x01, 0x7c]
      let one = Wire.varint(1)
      let payloads = [
        // As TensorFlow writes it.
        Wire.example(
          Wire.strings("s", "a"), Wire.integers("n", 1, 2), Wire.floats("f", 1.5, 2)),
        // Not packed, in another order, with unknown fields everywhere.
        unknown
          + Wire.field(
            1,
            unknown
              + Wire.field(
                1,
                unknown
                  + Wire.field(
                    2,
                    unknown + Wire.field(3, unknown + [0x08] + one + unknown + [0x08, 0x02])
                      + unknown) + unknown + Wire.field(1, "n") + unknown)
              + Wire.entry(
                "f", 2, [0x0d] + Wire.float(1.5) + unknown + Wire.field(1, Wire.float(2)))
              + unknown) + Wire.field(1, Wire.strings("s", "a")),
        // A key twice: the last counts. Numbers with more bytes than they need.
        Wire.example(
          Wire.strings("s", "b", "c"), Wire.floats("n", 7), Wire.floats("f", 1.5, 2),
          Wire.strings("s", "a"),
          Wire.entry("n", 3, Wire.field(1, [0x81, 0x80, 0x80, 0x00, 0x82, 0x00]))),
        // Lists in pieces are one list; another kind begins anew.
        Wire.example(
          Wire.field(
            1,
            Wire.field(1, "s")
              + Wire.field(2, Wire.field(3, Wire.field(1, one)) + Wire.field(1, Wire.field(1, "a")))
          ),
          Wire.field(
            1,
            Wire.field(1, "x") + Wire.field(1, "n")
              + Wire.field(2, Wire.field(3, Wire.field(1, one)))
              + Wire.field(2, Wire.field(3, Wire.field(1, [2])))),
          Wire.field(
            1,
            Wire.field(1, "f")
              + Wire.field(
                2,
                Wire.field(2, Wire.field(1, Wire.float(1.5)))
                  + Wire.field(2, [0x0d] + Wire.float(2))))),
      ]
      let url = try folder.file("a.tfrecord", Wire.file(payloads))
      let expected = try Dataset([
        ("s", .init(["a", "a", "a", "a"])), ("n", .init([[1, 2], [1, 2], [1, 2], [1, 2]])),
        ("f", .init([[Float]](repeating: [1.5, 2], count: 4))),
      ])
      let columns: [ColumnSpecification] = [
        .init("s", .string), .init("n", .integers()), .init("f", .floats()),
      ]
      #expect(try Dataset(contentsOf: url.path, columns: columns) == expected)
      #expect(try Dataset(contentsOf: url.path).selecting(["s", "n", "f"]) == expected)
    }
  }

  @Test("What a record lacks makes lists, and later features begin with empty ones")
  func inference() throws {
    try withTemporaryFolder { folder in
      let url = try folder.file(
        "a.tfrecord",
        Wire.file([
          Wire.example(Wire.integers("always", 1), Wire.integers("sometimes", 2)), [],
          Wire.example(
            Wire.strings("late", "x"), Wire.integers("always", 3),
            Wire.field(1, Wire.field(1, "never") + Wire.field(2, [UInt8]()))),
          Wire.example(Wire.integers("always", 4), Wire.entry("late", 1, [])),
        ]))
      let dataset = try Dataset(contentsOf: url.path)
      #expect(
        try dataset
          == Dataset([
            ("always", .init([[1], [], [3], [4]])), ("sometimes", .init([[2], [], [], []])),
            ("late", .init([[], [], ["x"], []])),
          ]))
    }
  }

  @Test("Integers stand for strings and floats where those are asked for")
  func conversions() throws {
    try withTemporaryFolder { folder in
      let path = folder.path + "/a.tfrecord"
      try Dataset([("n", .init([7, -1, 7])), ("l", .init([[1], [], [2, 3]]))])
        .writeTFRecords(to: path)
      let dataset = try Dataset(
        contentsOf: path,
        columns: [
          .init("n", .string), .init("f", .floats(), from: "l"),
        ])
      #expect(dataset[name: "n"] == .init(["7", "-1", "7"]))
      #expect(dataset[name: "f"] == .init([[1], [], [2, 3]] as [[Float]]))
      let float = try Dataset(contentsOf: path, columns: [.init("n", .float)])
      #expect(float[name: "n"] == .init([7, -1, 7] as [Float]))
    }
  }

  @Test("A column that is not required may be missing")
  func optional() throws {
    try withTemporaryFolder { folder in
      let path = folder.path + "/a.tfrecord"
      try Dataset([("user_id", .init(["x", "y"]))]).writeTFRecords(to: path)
      let columns: [ColumnSpecification] = [
        .init(.userID), .init(.timestamp, isRequired: false),
        .init(.movieGenres, isRequired: false),
      ]
      #expect(try Dataset(contentsOf: path, columns: columns).columnNames == ["user_id"])
    }
  }

  @Test("Many records, in many chunks and shards, with columns that turn into lists late")
  func many() throws {
    try withTemporaryFolder { folder in
      let count = 20_000
      let dataset = try Dataset([
        ("user", .init((0..<count).map { "user \($0 % 977)" })),
        ("n", .init((0..<count).map { $0 * 1009 - 5_000_000 })),
        ("late", .init((0..<count).map { $0 == 15_000 ? [1, 2] : [$0] })),
        ("text", .init((0..<count).map { $0 == 17_000 ? [] : ["item \($0 % 50)"] })),
      ])
      try dataset.writeTFRecords(to: folder.path + "/a.tfrecord", shards: 7)
      #expect(try Dataset(contentsOf: folder.path + "/a.tfrecord-*-of-00007") == dataset)
    }
  }
}
