import Foundation
import Shortlist
import Testing

@Suite("shortlist convert")
struct ConvertTests {
  @Test(
    "A table goes through every format and comes back equal",
    arguments: ["plays.csv", "plays.tsv", "plays.jsonl"])
  func everyFormat(input: String) throws {
    try withShortlist { shortlist in
      try shortlist.writeInteractions(input)
      let path = { (name: String) in shortlist.folder.appending(path: name).path }
      let first = try shortlist.succeed(
        "convert", input, "-o", "a.tfrecord", "--column", "user:string")
      #expect(first.lines == ["\(Sample.ratings) rows", "saved a.tfrecord"])
      let expected = try Dataset(contentsOf: path("a.tfrecord"))
      #expect(expected.has(Feature<String>("user")) && expected.has(Feature<Int>("time")))
      #expect(expected.has(Feature<Float>("stars")) && expected.rowCount == Sample.ratings)
      try shortlist.succeed("convert", "a.tfrecord", "-o", "b.tfrecord.gz", "--shards", "3")
      try shortlist.succeed("convert", "b.tfrecord-*.gz", "-o", "c.jsonl.gz")
      try shortlist.succeed("convert", "c.jsonl.gz", "-o", "d.csv.gz")
      try shortlist.succeed("convert", "d.csv.gz", "-o", "e.tsv")
      try shortlist.succeed("convert", "e.tsv", "-o", "f.tfrecord", "--column", "user:string")
      let last = try Dataset(contentsOf: path("f.tfrecord"))
      #expect(try last.selecting(expected.columnNames) == expected)
    }
  }

  @Test("Several inputs follow each other, and the answer is JSON if asked")
  func several() throws {
    try withShortlist { shortlist in
      try shortlist.write("a.csv", "n,f\n1,0.5\n")
      try shortlist.write("b.csv", "f,n\n2.5,2\n")
      let outcome = try shortlist.succeed("convert", "a.csv", "b.csv", "-o", "c.jsonl", "--json")
      let json = try outcome.json()
      #expect(json["rows"] as? Int == 2)
      #expect(json["written"] as? [String] == ["c.jsonl"])
      let text = try String(
        contentsOf: shortlist.folder.appending(path: "c.jsonl"), encoding: .utf8)
      #expect(text == "{\"n\": 1, \"f\": 0.5}\n{\"n\": 2, \"f\": 2.5}\n")
    }
  }

  @Test("A TensorFlow data set is written with labels and read by its folder")
  func tfds() throws {
    try withShortlist { shortlist in
      try shortlist.write("plays.csv", "id,genre\n1,rock\n2,jazz\n3,rock\n")
      let outcome = try shortlist.succeed(
        "convert", "plays.csv", "--tfds", "plays/small:1.2.3", "--label", "genre", "-o", "sets")
      #expect(outcome.lines.last?.contains("sets/plays/small/1.2.3") == true)
      let names = try String(
        contentsOf: shortlist.folder.appending(path: "sets/plays/small/1.2.3/genre.labels.txt"),
        encoding: .utf8)
      #expect(names == "jazz\nrock\n")
      try shortlist.succeed("convert", "sets/plays/small/1.2.3", "-o", "back.csv")
      let back = try String(
        contentsOf: shortlist.folder.appending(path: "back.csv"), encoding: .utf8)
      #expect(Set(back.split(separator: "\n").dropFirst()) == ["rock,1", "jazz,2", "rock,3"])
      try shortlist.fail(
        1, ["convert", "plays.csv", "--tfds", "plays/small:1.2.3", "-o", "sets"],
        saying: ["exists already"])
    }
  }

  @Test("MovieLens becomes the data sets of TensorFlow Datasets")
  func movieLens() throws {
    try withShortlist { shortlist in
      try shortlist.fail(
        1, ["convert", "movielens-100k", "--tfds", "movielens", "-o", "sets"],
        saying: ["Run `shortlist fetch movielens-100k` first"])
      try shortlist.writeMovieLens()
      let outcome = try shortlist.succeed(
        "convert", "movielens-100k", "--tfds", "movielens", "-o", "sets")
      #expect(outcome.lines.first == "\(Sample.ratings + Sample.items) rows")
      let ratings = try TFDSFolder(
        "movielens/100k-ratings", in: shortlist.folder.appending(path: "sets").path)
      #expect(ratings.version == "0.1.1")
      #expect(try ratings.dataset().rowCount == Sample.ratings)
    }
  }

  @Test("Models are trained from TFRecord files, patterns and their columns")
  func training() throws {
    try withShortlist { shortlist in
      try shortlist.writeInteractions("plays.csv")
      // Users are integers here, and stand for their digits.
      try shortlist.succeed("convert", "plays.csv", "-o", "plays.tfrecord.gz", "--shards", "4")
      try shortlist.write(
        "recipe.yaml",
        Sample.fileRecipe("{ interactions: plays.tfrecord-*.gz }", "split: { kind: none }"))
      try shortlist.succeed("train", "recipe.yaml", "-o", "art", "--quiet")
      let json = try shortlist.succeed("recommend", "art", "--user", "4", "-k", "3", "--json")
        .json()
      let items = (json["items"] as? [[String: Any]])?.compactMap { $0["identifier"] as? String }
      #expect(Set(items ?? []) == Sample.unseen(by: 4))

      try FileManager.default.removeItem(
        at: shortlist.folder.appending(path: "plays.tfrecord-00002-of-00004.gz"))
      try shortlist.fail(
        1, ["train", "recipe.yaml", "-o", "art"],
        saying: ["plays.tfrecord-00002-of-00004.gz: this shard of 4 is missing"])
      try shortlist.fail(
        1, ["train", "--data", "none-*.tfrecord", "--user", "user", "--item", "item", "-o", "art"],
        saying: ["none-*.tfrecord: no file has a name like this pattern"])
    }
  }

  @Test("Bad input is told, and nothing is written")
  func badInput() throws {
    try withShortlist { shortlist in
      try shortlist.write("a.csv", "n,l\n1,a\n2,a|b\n")
      try shortlist.write("a.tfrecord", "this is no record file at all\n")
      let before = shortlist.names()
      let cases: [(Int32, [String], [String])] = [
        (2, ["a.csv", "-o", "b.parquet"], ["--output b.parquet: expected a name that ends in"]),
        (2, ["a.csv", "-o", "b.csv", "--shards", "2"], ["--shards is for .tfrecord"]),
        (2, ["a.csv", "-o", "b.csv", "--column", "n"], ["--column n: expected NAME:TYPE"]),
        (2, ["a.csv", "-o", "b.csv", "--format", "xml"], ["--format is xml; expected csv, jsonl"]),
        (2, ["a.csv", "-o", "b.csv", "--label", "l"], ["--label is for --tfds"]),
        (1, ["none.csv", "-o", "b.csv"], ["none.csv: there is no such file"]),
        (1, ["a.csv", "-o", "b.csv", "--column", "l:integer"], ["a.csv, line 2, field \"l\""]),
        (1, ["a.csv", "-o", "b.csv", "--column", "m:list"], ["there is no column \"m\""]),
        (
          1, ["a.tfrecord", "-o", "b.csv"],
          ["a.tfrecord, record 1: the checksum of the record's length is wrong"]
        ),
        (1, ["a.csv", "-o", "b", "--tfds", "a/../b"], ["names no data set"]),
        (1, ["a.csv", "-o", "b", "--tfds", "a", "--label", "n"], ["holds integers, not strings"]),
        (1, ["a.csv", "-o", "b", "--tfds", "a", "--shards", "9"], ["9 shards of 2 rows"]),
        (1, ["a.csv", "-o", "none/b.tfrecord"], ["none/b.tfrecord: could not"]),
      ]
      for (code, arguments, texts) in cases {
        try shortlist.fail(code, ["convert"] + arguments, saying: texts)
        #expect(shortlist.names() == before, "\(arguments)")
      }
    }
  }
}
