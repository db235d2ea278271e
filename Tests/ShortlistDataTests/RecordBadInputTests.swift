import Foundation
import ShortlistData
import Testing

private let columns: [ColumnSpecification] = [
  .init("s", .string), .init("n", .integer), .init("f", .float), .init("l", .strings()),
]

private let good = Wire.example(
  Wire.strings("s", "a"), Wire.integers("n", 1), Wire.floats("f", 1), Wire.strings("l", "x"))

/// Entries of a second record and what the user is told of it.
struct BadExample: Sendable, CustomTestStringConvertible {
  var example: [UInt8]
  var code: DataError.Code
  var field: String?
  var message: String
  var testDescription: String { "\(code), \(message)" }

  init(_ example: [UInt8], _ code: DataError.Code, _ field: String?, _ message: String) {
    self.example = example
    self.code = code
    self.field = field
    self.message = message
  }
}

private let badExamples = [
  BadExample([0x0a], .malformedText, nil, "this is not a tf.Example"),
  BadExample([0x0a, 0x7f, 0], .malformedText, nil, "this is not a tf.Example"),
  BadExample([0x00], .malformedText, nil, "this is not a tf.Example"),
  BadExample([0x0b, 0x08], .malformedText, nil, "this is not a tf.Example"),
  BadExample(Array(repeating: 0xff, count: 12), .malformedText, nil, "this is not a tf.Example"),
  BadExample(
    Wire.example(Wire.strings("s", "a"), Wire.floats("f", 1)), .missingColumn, "n",
    "the record lacks the feature"),
  BadExample(
    Wire.example(Wire.strings("s", "a"), Wire.integers("n", 1, 2), Wire.floats("f", 1)),
    .wrongType, "n", "2 values instead of one"),
  BadExample(
    Wire.example(Wire.strings("s", "a"), Wire.integers("n"), Wire.floats("f", 1)),
    .wrongType, "n", "0 values instead of one"),
  BadExample(
    Wire.example(Wire.strings("s", "a"), Wire.strings("n", "1"), Wire.floats("f", 1)),
    .wrongType, "n", "the value is not a number"),
  BadExample(
    Wire.example(Wire.strings("s", "a"), Wire.integers("n", 1), Wire.floats("f", .nan)),
    .notANumber, "f", "NaN and infinity are not accepted"),
  BadExample(
    Wire.example(
      Wire.strings("s", "a"), Wire.integers("n", 1), Wire.entry("f", 2, Wire.field(1, [0, 0, 0]))),
    .malformedText, "f", "this is not a tf.Example"),
  BadExample(
    Wire.example(
      Wire.entry("s", 1, Wire.field(1, [0x61, 0xff])), Wire.integers("n", 1), Wire.floats("f", 1)),
    .wrongEncoding, "s", "is not UTF-8"),
  BadExample(
    Wire.example(
      Wire.strings("s", "a"), Wire.integers("n", 1), Wire.floats("f", 1),
      Wire.entry("l", 1, Wire.field(1, "x") + Wire.field(1, [0xc0]))),
    .wrongEncoding, "l", "is not UTF-8"),
]

@Suite("Bad TFRecord files")
struct RecordBadInputTests {
  @Test("The user is told what, in which record and feature", arguments: badExamples)
  func badExample(bad: BadExample) throws {
    try withTemporaryFolder { folder in
      let path = try folder.file("a.tfrecord", Wire.file([good, bad.example, good])).path
      let error = #expect(throws: DataError.self) {
        try Dataset(contentsOf: path, columns: columns)
      }
      #expect(error?.code == bad.code)
      #expect(error?.location == .init(file: path, record: 2, field: bad.field))
      #expect(error?.message.contains(bad.message) == true, "\(error?.message ?? "")")

      // Left out and counted, also where the file begins and ends so.
      try folder.file(
        "a.tfrecord", Wire.file([bad.example, good, bad.example, bad.example, good, bad.example]))
      let (dataset, skipped) = try Dataset.read(path, columns: columns, malformedRows: .skip)
      #expect(skipped.count == 4)
      #expect(skipped.first.map(\.location?.record) == [1, 3, 4, 6])
      #expect(
        try dataset
          == Dataset([
            ("s", .init(["a", "a"])), ("n", .init([1, 1])), ("f", .init([1, 1] as [Float])),
            ("l", .init([["x"], ["x"]])),
          ]))
    }
  }

  @Test("Without columns, a feature of two kinds is an error")
  func twoKinds() throws {
    try withTemporaryFolder { folder in
      let path = try folder.file(
        "a.tfrecord",
        Wire.file([Wire.example(Wire.integers("n", 1)), Wire.example(Wire.floats("n", 1))])
      ).path
      let error = #expect(throws: DataError.self) { try Dataset(contentsOf: path) }
      #expect(error?.description == #"\#(path), record 2, field "n": the value is not a number"#)
    }
  }

  @Test("A list that no record has is missed")
  func missingList() throws {
    try withTemporaryFolder { folder in
      let path = try folder.file("a.tfrecord", Wire.file([good])).path
      let error = #expect(throws: DataError.self) {
        try Dataset(contentsOf: path, columns: [.init("genres", .strings())])
      }
      #expect(
        error?.message
          == #"no record has the feature "genres"; the features are "s", "n", "f", "l""#)
    }
  }

  @Test("Damaged frames are told, and never skipped")
  func damage() throws {
    try withTemporaryFolder { folder in
      var bytes = Wire.file([good, good])
      bytes[bytes.count - 6] ^= 4
      let path = try folder.file("a.tfrecord", bytes).path
      let error = #expect(throws: DataError.self) {
        try Dataset.read(path, columns: columns, malformedRows: .skip)
      }
      #expect(error?.code == .damagedArchive)
      #expect(error?.location == .init(file: path, record: 2))
      try folder.file("a.tfrecord", "user_id,item\n1,2\nthese are no records\n")
      let text = #expect(throws: DataError.self) { try Dataset(contentsOf: path) }
      #expect(text?.message.contains("no TFRecord file") == true)
    }
  }

  @Test("A malformed record is left out where an optional feature begins late")
  func lateFeature() throws {
    try withTemporaryFolder { folder in
      let late = Wire.example(Wire.integers("n", 2), Wire.integers("late", 3))
      let early = Wire.example(Wire.integers("n", 1))
      let path = try folder.file(
        "a.tfrecord",
        Wire.file(
          Array(repeating: early, count: 600) + Array(repeating: late, count: 400) + [[0x0a], late])
      ).path
      let (dataset, skipped) = try Dataset.read(
        path,
        columns: [.init("n", .integer), .init("late", .integer, isRequired: false)],
        malformedRows: .skip)
      #expect(skipped.count == 1)
      #expect(
        try dataset
          == Dataset([
            ("n", .init(Array(repeating: 1, count: 600) + Array(repeating: 2, count: 401)))
          ]))
    }
  }

  @Test("A feature in every record of its own is refused before memory is gone")
  func tooManyFeatures() throws {
    try withTemporaryFolder { folder in
      let many = (0..<5000).map { Wire.example(Wire.integers("feature \($0)", 1)) }
      let path = try folder.file("a.tfrecord", Wire.file(many)).path
      let error = #expect(throws: DataError.self) { try Dataset(contentsOf: path) }
      #expect(error?.message.contains("give the columns") == true)
      let chosen: [ColumnSpecification] = [.init("feature 4999", .integers())]
      #expect(try Dataset(contentsOf: path, columns: chosen).rowCount == 5000)
    }
  }
}
