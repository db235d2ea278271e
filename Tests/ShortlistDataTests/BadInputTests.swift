import Foundation
import ShortlistData
import Testing

private let columns: [ColumnSpecification] = [
  .init(.userID), .init("item", .string), .init(.userRating, from: "rating"),
]

/// A file that cannot be read, and what the user is told.
struct BadFile: Sendable, CustomTestStringConvertible {
  var name = "plays.csv"
  var bytes: Data
  var code: DataError.Code
  var line: Int?
  var field: String?
  var message: String
  var testDescription: String { "\(code), \(message)" }

  init(
    _ text: String, _ code: DataError.Code, line: Int? = nil, field: String? = nil,
    _ message: String, name: String = "plays.csv"
  ) {
    self.init(Data(text.utf8), code, line: line, field: field, message, name: name)
  }

  init(
    _ bytes: Data, _ code: DataError.Code, line: Int? = nil, field: String? = nil,
    _ message: String, name: String = "plays.csv"
  ) {
    self.bytes = bytes
    self.code = code
    self.line = line
    self.field = field
    self.message = message
    self.name = name
  }
}

private let gzip = Data(
  base64Encoded: """
    H4sIAAAAAAACAz2SO27EMAxE+5wiB3AhkuLvNEGAXQQukmKze//IIUeV4THMp6fh6/f++Dhvx/m8fx+Pz+f58/X2\
    Wtn7+I/WY9R7UlZCOQ6qLCQqkxgHV+bqlamPQyozt8rcxjEr09TKUjdDaTbDBIwp0gwVMES5GVPAYKdmrB+acR21\
    GCxg0ICHGBgMDTYgckKDDIgwaAwDwqM1Ig0IH9BYrEYYtwZngqGzNWYkGNNawzzBuG63GJZgXGMq421BrcHOQJC0\
    xjQGQtvC1i02IR0W60hNiGwL1d03QWLq7lsgIbr7Vkiw7r4dEqRAXN41L3bdAxLLBnUzJNZH1D3bQjN23dYWHrEt\
    UAUAgi2mXTUztph21ZOwxbTG/wHgckkRJgMAAA==
    """)!

private let badFiles: [BadFile] = [
  BadFile("", .emptyFile, "the file is empty"),
  BadFile("\n\n", .emptyFile, "no header line"),
  BadFile(
    "user_id,item,stars\na,b,1\n", .missingColumn,
    #"there is no column "rating"; the columns are "user_id", "item", "stars""#),
  BadFile(
    "user_id,item,item,rating\n", .duplicateColumn, line: 1, #"two columns are named "item""#),
  BadFile(
    "user_id,item,rating\na,b,1\na,b\n", .wrongNumberOfFields, line: 3, "2 fields instead of 3"),
  BadFile(
    "user_id,item,rating\na,b,1,4\n", .wrongNumberOfFields, line: 2, "4 fields instead of 3"),
  BadFile(
    "user_id,item,rating\na,\"x\ny\",1\na,b,good\n", .notANumber, line: 4, field: "rating",
    #""good" is not a number"#),
  BadFile(
    "user_id,item,rating\na,b,\n", .notANumber, line: 2, field: "rating",
    "nothing is not a number"),
  BadFile(
    "user_id,item,rating\na,b,nan\n", .notANumber, line: 2, field: "rating",
    "NaN and infinity are not accepted"),
  BadFile(
    "user_id,item,rating\na,b,1e99\n", .notANumber, line: 2, field: "rating",
    #""1e99" is not a finite number"#),
  BadFile(
    "user_id,item,rating\na,b\"c,1\n", .malformedText, line: 2, "a quote stands inside a field"),
  BadFile(
    "user_id,item,rating\na,\"b\"c,1\n", .malformedText, line: 2, "text follows a closing one"),
  BadFile(
    "user_id,item,rating\na,b,1\na,\"b,1\nc,d,2\n", .malformedText, line: 3,
    "a quote opens here and is never closed"),
  BadFile(
    Data("user_id,item,rating\na,b,1\nx,".utf8) + Data([0xe9, 0x74]) + Data(",1\n".utf8),
    .wrongEncoding, line: 3, field: "item", "declare the encoding as latin1"),
  BadFile(
    Data([0xff, 0xfe, 0x61, 0x00]), .wrongEncoding, "this is UTF-16"),
  BadFile(gzip.dropLast(20), .damagedArchive, "the gzip data are damaged (it ends too early)"),
  BadFile(
    gzip.prefix(40) + Data([0x55, 0xaa]) + gzip.dropFirst(42), .damagedArchive,
    "the gzip data are damaged"),
  BadFile(gzip + Data("rest".utf8), .damagedArchive, "other bytes follow its end"),
  BadFile(Data([0x50, 0x4b, 3, 4, 0, 0]), .malformedText, "this is a ZIP archive"),
  BadFile("a", .invalidArgument, "name it .csv, .tsv, .jsonl or .tfrecord", name: "plays.parquet"),
  BadFile(
    #"{"user_id": "a", "item": "b"}"#, .missingColumn, line: 1, field: "rating",
    "the object lacks the key", name: "a.jsonl"),
  BadFile(
    "{\"user_id\": \"a\", \"item\": \"b\", \"rating\": 1}\n{\"user_id\": \"a\", \"item\": \"b\", \"rating\": \"5\"}",
    .wrongType, line: 2, field: "rating", "the value is not a number", name: "a.jsonl"),
  BadFile(
    "{\"user_id\": \"a\", \"item\": \"b\", \"rating\": 1}\n\n{\"user_id\": \"a\" \"item\"}",
    .malformedText,
    line: 3, "this is not a JSON object: what is wrong is at \"\"item\"}\"", name: "a.jsonl"),
  BadFile("[1]", .malformedText, line: 1, "this is not a JSON object", name: "a.jsonl"),
]

@Suite("Bad input")
struct BadInputTests {
  @Test("The user is told what, where, and what to do", arguments: badFiles)
  func badFile(file: BadFile) throws {
    try withTemporaryFolder { folder in
      let path = try folder.file(file.name, file.bytes).path
      let error = #expect(throws: DataError.self) {
        try Dataset(contentsOf: path, columns: columns)
      }
      #expect(error?.code == file.code)
      #expect(error?.location == .init(file: path, line: file.line, field: file.field))
      #expect(error?.message.contains(file.message) == true, "\(error?.message ?? "")")
    }
  }

  @Test("A message reads as one sentence with its place")
  func description() {
    let error = DataError(
      .notANumber, "\"x\" is not a number", at: .init(file: "a.csv", line: 3, field: "rating"))
    #expect(error.description == #"a.csv, line 3, field "rating": "x" is not a number"#)
    #expect(error.localizedDescription == error.description)
  }

  @Test("A missing file and a folder are named")
  func unreadable() throws {
    try withTemporaryFolder { folder in
      let missing = #expect(throws: DataError.self) {
        try Dataset(contentsOf: folder.path + "/none.csv", columns: columns)
      }
      #expect(missing?.code == .missingFile)
      #expect(missing?.location?.file == folder.path + "/none.csv")
      let isFolder = #expect(throws: DataError.self) {
        try Dataset(contentsOf: folder.path, format: .csv, columns: columns)
      }
      #expect(isFolder?.code == .unreadableFile)
    }
  }

  @Test("Skipping keeps the good rows and counts the others")
  func skipping() throws {
    try withTemporaryFolder { folder in
      var text = Data("user_id,item,rating\na,b,1\nshort,2\na,b,bad\nc,\"d\"x,4\n\ne,f,5\n".utf8)
      text += Data("x,".utf8) + Data([0xe9]) + Data(",1\ng,h,6\ny,\"z\nlast,one,7\n".utf8)
      let path = try folder.file("a.csv", text).path
      let (dataset, skipped) = try Dataset.read(path, columns: columns, malformedRows: .skip)
      #expect(Array(dataset[.userID]) == ["a", "e", "g", "last"])
      #expect(dataset[.userID].distinct == ["a", "e", "g", "last"])
      #expect(dataset[.userRating] == [1, 5, 6, 7])
      #expect(skipped.count == 5)
      #expect(skipped.first.compactMap { $0.location?.line } == [3, 4, 5, 8, 10])
    }
  }

  @Test("Skipping works across chunks, and reports ten rows", arguments: ["csv", "jsonl"])
  func skippingMany(kind: String) throws {
    try withTemporaryFolder { folder in
      var text = kind == "csv" ? "user_id,item,rating\n" : ""
      for i in 0..<30_000 {
        let rating = i.isMultiple(of: 100) ? "?" : "\(i)"
        text +=
          kind == "csv"
          ? "u\(i),\"item \(i)\",\(rating)\n"
          : "{\"user_id\":\"u\(i)\",\"item\":\"item \(i)\",\"rating\":\(rating)}\n"
      }
      let path = try folder.file("a.\(kind)", text).path
      let (dataset, skipped) = try Dataset.read(path, columns: columns, malformedRows: .skip)
      let kept = (0..<30_000).filter { !$0.isMultiple(of: 100) }
      #expect(dataset[.userRating] == kept.map(Float.init))
      #expect(Array(dataset[.userID]) == kept.map { "u\($0)" })
      #expect(skipped.count == 300)
      let offset = kind == "csv" ? 2 : 1
      #expect(skipped.first.compactMap { $0.location?.line } == (0..<10).map { $0 * 100 + offset })
    }
  }
}
