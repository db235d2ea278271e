import Foundation
import Testing

@testable import ShortlistData

@Suite("File patterns")
struct FilePatternTests {
  @Test(
    "Stars, question marks and brackets stand for characters of a name",
    arguments: [
      ("*", "a.csv", true), ("*.csv", "a.csv", true), ("*.csv", "a.tsv", false),
      ("a*b*c", "a-bb-c", true), ("a*b*c", "a-bb-d", false), ("?", "é", true), ("?", "", false),
      ("[a-c]x", "bx", true), ("[a-c]x", "dx", false), ("[!a-c]x", "dx", true),
      ("[]a]", "]", true), ("[a-]", "-", true), ("[z-a]", "m", false), ("[ab", "[ab", true),
      ("**", "x", true), ("a*", "a", true), ("*a", "b", false),
    ])
  func fits(pattern: String, name: String, expected: Bool) {
    #expect(FilePattern.fits(Array(name)[...], Array(pattern)[...]) == expected)
  }

  @Test("Files come in the order of their names, from any folder, without hidden ones")
  func order() throws {
    try withTemporaryFolder { folder in
      for name in ["b/2.csv", "a/10.csv", "a/9.csv", "a/.3.csv", "c.csv/1.txt", "a/x/4.csv"] {
        try folder.file(name, "n\n1\n")
      }
      let files = try FilePattern(folder.path + "/*/*.csv").files()
      #expect(
        files.map { $0.dropFirst(folder.path.count) } == ["/a/10.csv", "/a/9.csv", "/b/2.csv"])
      let dataset = try Dataset(
        contentsOf: folder.path + "/[ab]/*.csv", columns: [.init("n", .integer)])
      #expect(dataset[name: "n"] == .init([1, 1, 1]))
    }
  }

  @Test("A pattern that fits nothing is an error, and a file may be named like a pattern")
  func nothing() throws {
    try withTemporaryFolder { folder in
      let pattern = folder.path + "/ratings-*.tfrecord"
      let error = #expect(throws: DataError.self) { try FilePattern(pattern).files() }
      #expect(error?.code == .missingFile)
      #expect(error?.description == "\(pattern): no file has a name like this pattern")
      let literal = try folder.file("a[1].csv", "n\n1\n").path
      #expect(try FilePattern(literal).files() == [literal])
    }
  }

  @Test("A missing shard is named, and shards of two sets are not mixed")
  func shards() throws {
    try withTemporaryFolder { folder in
      let pattern = folder.path + "/r.tfrecord*"
      try folder.file("r.tfrecord-00000-of-00003", "")
      try folder.file("r.tfrecord-00002-of-00003", "")
      let missing = #expect(throws: DataError.self) { try FilePattern(pattern).files() }
      #expect(missing?.location?.file == folder.path + "/r.tfrecord-00001-of-00003")
      #expect(missing?.message == "this shard of 3 is missing")
      try folder.file("r.tfrecord-00001-of-00003", "")
      #expect(try FilePattern(pattern).files().count == 3)
      try folder.file("r.tfrecord-00000-of-00001", "")
      let mixed = #expect(throws: DataError.self) { try FilePattern(pattern).files() }
      #expect(mixed?.code == .invalidArgument)
      // A name alone must not ask for much.
      try folder.file("s.tfrecord-00000-of-999999999", "")
      let many = #expect(throws: DataError.self) {
        try FilePattern(folder.path + "/s.*").files()
      }
      #expect(many?.location?.file == folder.path + "/s.tfrecord-00001-of-999999999")
    }
  }

  @Test(
    "The name tells TFRecord",
    arguments: [
      "a.tfrecord", "a.TFRECORDS.gz", "a.tfrec", "x/a.tfrecord-00000-of-00003",
      "a.tfrecord-00002-of-00003.gz", "a.tfrecord.gz-00002-of-00003",
    ])
  func format(name: String) throws {
    #expect(try TableFormat(ofFileNamed: name) == .tfRecord)
  }

  @Test("A dot in a folder's name tells nothing")
  func folderName() {
    #expect(throws: DataError.self) { try TableFormat(ofFileNamed: "a.tfrecord/b") }
  }
}
