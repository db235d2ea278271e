import Foundation
import Shortlist
import ShortlistPython
import Testing

/// TFRecord and TensorFlow Datasets in both directions; Python/records.py is the other half.
@Suite("Records and TensorFlow", .needsTensorFlow)
struct RecordTests {
  /// The table of the formula in records.py.
  private func table(_ count: Int) throws -> Dataset {
    let rows = 0..<count
    return try Dataset([
      ("text", .init(rows.map { "t\($0 % 7) é" })),
      ("number", .init(rows.map { ($0 - 500) * 4_000_000_000_000 })),
      ("share", .init(rows.map { Float($0) / 8 - 3 })),
      ("texts", .init(rows.map { (0..<$0 % 3).map { "x\($0)" } })),
      ("numbers", .init(rows.map { i in (0..<i % 4).map { i - $0 * 100 } })),
      ("shares", .init(rows.map { (0..<$0 % 2 + 1).map { Float($0) / 4 } })),
    ])
  }

  private func plays(_ count: Int) throws -> Dataset {
    let rows = 0..<count
    return try Dataset([
      ("id", .init(Array(rows))), ("share", .init(rows.map { Float($0) / 4 })),
      ("loud", .init(rows.map { $0 % 2 })), ("name", .init(rows.map { "é\($0)" })),
      ("genre", .init(rows.map { ["jazz", "rock", "folk"][$0 % 3] })),
      ("tags", .init(rows.map { (0..<$0 % 3).map { ["new", "old"][$0 % 2] } })),
    ])
  }

  private static let numbers = [
    (10, 1), (100, 3), (1000, 16), (1000, 20), (2311, 37), (777, 17), (640, 20), (50, 40),
  ]

  @Test("TensorFlow reads what we write, and we read what it writes, in the same order")
  func bothWays() throws {
    try withTemporaryFolder { folder in
      let written = folder.appending(path: "written")
      try FileManager.default.createDirectory(at: written, withIntermediateDirectories: true)
      let rows = try table(1000)
      try rows.writeTFRecords(to: written.path + "/a.tfrecord")
      try rows.writeTFRecords(to: written.path + "/a.tfrecord.gz")
      try rows.writeTFRecords(to: written.path + "/b.tfrecord", shards: 3)
      try TFDSFolder.write(
        [("train", plays(100)), ("test", plays(5))], to: written.path + "/tfds",
        as: TFDSDescription(
          name: "plays", version: "1.2.3",
          labels: ["genre": ["jazz", "rock", "folk"], "tags": ["new", "old"]], booleans: ["loud"]))
      for (count, shards) in Self.numbers {
        try TFDSFolder.write(
          [("train", Dataset([("id", .init(Array(0..<count)))]))],
          to: written.path + "/numbers-\(count)-\(shards)", as: .init(name: "numbers"),
          shards: shards)
      }
      let source = folder.appending(path: "source/ml-100k")
      try MovieLensSource.write(to: source)
      let movieLens = try MovieLens(.small100K, at: source.path)
      let folders = try movieLens.writeTFDS(to: written.path + "/movielens")

      let printed = try Python.run("records.py", [folder.path])
      #expect(printed.contains(/1[0-9] checks of records, [4-9][0-9] of data sets/), "\(printed)")

      let made = folder.path + "/made"
      #expect(try Dataset(contentsOf: made + "/a.tfrecord").selecting(rows.columnNames) == rows)
      #expect(try Dataset(contentsOf: made + "/a.tfrecord.gz").selecting(rows.columnNames) == rows)
      let odd = try Dataset(contentsOf: made + "/odd.tfrecord")
      #expect(odd.rowCount == 12)
      #expect(odd[name: "s"] == .init([String](repeating: "a", count: 12)))
      #expect(odd[name: "n"] == .init([[Int]](repeating: [1, -2], count: 12)))
      #expect(odd[name: "f"] == .init([[Float]](repeating: [1.5, 2], count: 12)))

      let orders = try JSONDecoder().decode(
        [String: Orders].self, from: Data(contentsOf: URL(filePath: made + "/orders.json")))
      for (count, shards) in Self.numbers {
        let name = "numbers-\(count)-\(shards)"
        let read = try TFDSFolder("numbers", in: made + "/" + name).dataset()
        #expect(read[name: "id"] == .init(orders[name]?.integers ?? []), "\(name)")
      }
      let theirs = try TFDSFolder("plays:1.2.3", in: made + "/tfds")
      let ours = try TFDSFolder("plays", in: written.path + "/tfds")
      for split in ["train", "test"] {
        let dataset = try theirs.dataset(split: split)
        #expect(try dataset == ours.dataset(split: split))
        #expect(dataset[name: "tags"]?.typeName == "lists of strings")
      }
      try checkNested(TFDSFolder("nested", in: made + "/tfds"))

      let ratings = try TFDSFolder("movielens/100k-ratings", in: made + "/movielens")
      #expect(try ratings.dataset() == folders.ratings.dataset())
      #expect(Array(try ratings.dataset()[.movieID]) == orders["100k-ratings"]?.strings)
      let movies = try TFDSFolder("movielens/100k-movies:0.1.1", in: made + "/movielens")
      #expect(try movies.dataset() == folders.movies.dataset())
    }
  }

  private enum Orders: Decodable {
    case numbers([Int])
    case names([String])
    var integers: [Int]? { if case .numbers(let values) = self { values } else { nil } }
    var strings: [String]? { if case .names(let values) = self { values } else { nil } }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let values = try? container.decode([Int].self) {
        self = .numbers(values)
      } else {
        self = .names(try container.decode([String].self))
      }
    }
  }

  private func checkNested(_ folder: TFDSFolder) throws {
    let error = #expect(throws: DataError.self) { try folder.dataset() }
    #expect(error?.location?.field == "matrix")
    let names = [
      "text", "int32", "uint8", "float64", "three", "film/title", "film/kind", "cast/name",
      "cast/age", "cast/role", "numbered",
    ]
    let rows = 0..<6
    let cast = rows.map { Array(0..<$0 % 3) }
    #expect(
      try folder.dataset(features: names)
        == Dataset([
          ("text", .init(rows.map { "text \($0)" })), ("int32", .init(rows.map { -$0 })),
          ("uint8", .init(Array(rows))), ("float64", .init(rows.map { Float($0) / 2 })),
          ("three", .init(rows.map { i in (0..<3).map { Float(i + $0) } })),
          ("film/title", .init(rows.map { "title \($0)" })),
          ("film/kind", .init(rows.map { ["short", "long"][$0 % 2] })),
          ("cast/name", .init(cast.map { $0.map { "n\($0)" } })), ("cast/age", .init(cast)),
          ("cast/role", .init(cast.map { $0.map { ["lead", "other"][$0 % 2] } })),
          ("numbered", .init(rows.map { $0 % 3 })),
        ]))
    let numbers = try folder.dataset(features: ["film/kind"], labels: .numbers)
    #expect(numbers[name: "film/kind"] == .init(rows.map { $0 % 2 }))
  }
}

/// A small made-up data set in the files of MovieLens 100K.
enum MovieLensSource {
  static func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let occupations = [
      "administrator", "doctor", "educator", "engineer", "executive", "healthcare", "marketing",
      "none", "other", "salesman", "technician", "student", "writer", "artist",
    ]
    let users = (1...14).map {
      "\($0)|\($0 * 5)|\($0 % 2 == 0 ? "M" : "F")|\(occupations[$0 - 1])|0\($0)1AB\n"
    }
    let films = (1...30).map { film in
      let flags = (0..<19).map { $0 == film % 19 || $0 == (film * 7) % 19 ? "1" : "0" }
      return "\(film)|Chanson n\u{e9}e \(film) (19\(60 + film))|01-Jan-1995||http://x/\(film)|"
        + flags.joined(separator: "|") + "\n"
    }
    let ratings = (0..<300).map {
      "\($0 * 11 % 14 + 1)\t\($0 * 17 % 30 + 1)\t\($0 % 5 + 1)\t\(880_000_000 + $0 * 977)\n"
    }
    for (name, lines) in [("u.user", users), ("u.item", films), ("u.data", ratings)] {
      try lines.joined().data(using: .isoLatin1)?.write(to: folder.appending(path: name))
    }
  }
}
