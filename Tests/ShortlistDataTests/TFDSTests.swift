import Foundation
import Testing

@testable import ShortlistData

@Suite("TensorFlow data sets")
struct TFDSTests {
  private static let description = TFDSDescription(
    name: "plays", configuration: "small", version: "1.10.0",
    labels: ["genre": ["jazz", "rock"]], booleans: ["loud"])

  private func plays() throws -> Dataset {
    try Dataset([
      ("id", .init(Array(0..<40))), ("loud", .init((0..<40).map { $0 % 2 })),
      ("genre", .init((0..<40).map { ["rock", "jazz"][$0 % 2] })),
    ])
  }

  @Test("Rows are written in the order of the MD5 of split and number")
  func order() {
    // python3: sorted(range(10), key=lambda i: hashlib.md5(b"train" + str(i).encode()).digest())
    #expect(TFDSOrder.writing(10, split: "train") == [6, 5, 4, 0, 8, 3, 1, 9, 7, 2])
  }

  @Test("Shards are counted as TensorFlow Datasets does")
  func shardCount() {
    let mib = 1 << 20
    #expect(TFDSOrder.shardCount(payloadBytes: 127 * mib, records: 10_000) == 1)
    #expect(TFDSOrder.shardCount(payloadBytes: 128 * mib, records: 10_000) == 2)
    #expect(TFDSOrder.shardCount(payloadBytes: 1000 * mib, records: 10_000) == 8)
    #expect(TFDSOrder.shardCount(payloadBytes: 1000 * mib, records: 7) == 4)
    #expect(TFDSOrder.shardCount(payloadBytes: 100 << 30, records: 1 << 30) == 1024)
    #expect(TFDSOrder.shardCount(payloadBytes: 2000 << 30, records: 1 << 30) == 2048)
  }

  @Test("Reading takes blocks of 16 in turn from 16 files")
  func interleaving() {
    #expect(TFDSOrder.reading([3]) == [0, 1, 2])
    #expect(TFDSOrder.reading([17, 2]) == Array(0..<16) + [17, 18, 16])
    #expect(TFDSOrder.reading(Array(repeating: 1, count: 20)) == Array(0..<20))
    #expect(Set(TFDSOrder.reading([40, 0, 33, 16])) == Set(0..<89))
  }

  @Test("A data set is found by its name, its newest version and its default configuration")
  func names() throws {
    try withTemporaryFolder { folder in
      for version in ["1.9.0", "1.10.0"] {
        var description = Self.description
        description.version = version
        try TFDSFolder.write([("train", plays())], to: folder.path, as: description)
      }
      for name in ["plays", "plays/small", "plays:1.10.0", "plays/small:1.10.0"] {
        #expect(try TFDSFolder(name, in: folder.path).version == "1.10.0")
      }
      #expect(try TFDSFolder("plays:1.9.0", in: folder.path).version == "1.9.0")
      let dataset = try TFDSFolder("plays", in: folder.path).dataset()
      #expect(dataset.rowCount == 40)
      #expect(dataset.has(Feature<String>("genre")) && dataset.has(Feature<Int>("loud")))
      let wrong = [
        ("games", "there is no data set \"games\"; there are \"plays\""),
        ("plays:2.0.0", "there is no version 2.0.0; there are \"1.10.0\", \"1.9.0\""),
        ("plays/../plays", "names no data set"), ("", "names no data set"),
      ]
      for (name, message) in wrong {
        let error = #expect(throws: DataError.self) { try TFDSFolder(name, in: folder.path) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
      }
      try FileManager.default.createDirectory(
        atPath: folder.path + "/plays/large", withIntermediateDirectories: true)
      let two = #expect(throws: DataError.self) { try TFDSFolder("plays", in: folder.path) }
      #expect(two?.message == "name one of the configurations \"large\", \"small\"")
      try folder.file("plays/.config/metadata.json", #"{"default_config_name": "small"}"#)
      #expect(try TFDSFolder("plays", in: folder.path).version == "1.10.0")
    }
  }

  @Test("Without features.json the data and the files of labels tell")
  func withoutFeatures() throws {
    try withTemporaryFolder { folder in
      let written = try TFDSFolder.write(
        [("train", plays())], to: folder.path, as: Self.description, shards: 3)
      let expected = try written.dataset()
      try FileManager.default.removeItem(atPath: written.path + "/features.json")
      let bare = try TFDSFolder(at: written.path).dataset()
      #expect(try bare.selecting(expected.columnNames) == expected)
      let numbers = try TFDSFolder(at: written.path).dataset(labels: .numbers)
      #expect(numbers[name: "genre"]?.typeName == "integers")
    }
  }

  @Test("Files that do not fit are told")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let written = try TFDSFolder.write(
        [("train", plays())], to: folder.path, as: Self.description)
      let url = URL(filePath: written.path)
      let info = try String(contentsOf: url.appending(path: "dataset_info.json"), encoding: .utf8)
      func error(_ change: (String) -> String) throws -> DataError? {
        try url.file("dataset_info.json", change(info))
        return #expect(throws: DataError.self) { try TFDSFolder(at: url.path).dataset() }
      }
      #expect(
        try error { $0.replacing("\"40\"", with: "\"41\"") }?.message.contains("40 records") == true
      )
      #expect(
        try error { $0.replacing("\"40\"", with: "\"-1\"") }?.message.contains("make no sense")
          == true)
      #expect(
        try error { $0.replacing("\"40\"", with: "\"x\"") }?.message.contains("not an integer")
          == true)
      #expect(
        try error { $0.replacing("{DATASET}-", with: "../{DATASET}-") }?.location?.field
          == "filepathTemplate")
      #expect(
        try error { $0.replacing("\"train\"", with: "\"test\"") }?.message.contains(
          "the splits are \"test\"") == true)
      #expect(
        try error { $0.replacing("\"tfrecord\"", with: "\"array_record\"") }?.message.contains(
          "only tfrecord") == true)
      let long = String(repeating: "{DATASET}", count: 20000)
      #expect(
        try error { $0.replacing("{DATASET}-", with: long) }?.description.utf8.count ?? 0 < 1000)
      #expect(try error { String($0.dropLast(9)) }?.code == .malformedText)
      try url.file("dataset_info.json", info)
      try url.file("genre.labels.txt", "jazz\n")
      let label = #expect(throws: DataError.self) { try TFDSFolder(at: url.path).dataset() }
      #expect(label?.message.contains("the label 1 is not one of the 1") == true)
      try url.file("features.json", #"{"featuresDict": {"features": {"id": {"tensor": 3}}}}"#)
      let features = #expect(throws: DataError.self) { try TFDSFolder(at: url.path) }
      #expect(features?.message.contains("featuresDict.features.id.tensor") == true)
      let missing = #expect(throws: DataError.self) { try TFDSFolder(at: folder.path) }
      #expect(missing?.code == .missingFile)
    }
  }

  @Test("What TensorFlow Datasets could not read is not written")
  func refused() throws {
    try withTemporaryFolder { folder in
      func error(_ dataset: Dataset, _ change: (inout TFDSDescription) -> Void = { _ in })
        -> String?
      {
        var description = Self.description
        change(&description)
        let error = #expect(throws: DataError.self) {
          try TFDSFolder.write([("train", dataset)], to: folder.path, as: description)
        }
        return error?.message
      }
      let plays = try plays()
      #expect(error(plays) { $0.name = "../x" }?.contains("no name of a data set") == true)
      #expect(
        error(plays) { $0.configuration = "a/b" }?.contains("no name of a configuration") == true)
      #expect(error(plays) { $0.version = "1" }?.contains("no version") == true)
      #expect(
        error(plays) { $0.labels = ["genre": ["jazz"]] }?.contains(
          "\"rock\" is not one of the 1 labels") == true)
      #expect(
        error(plays) { $0.labels = ["genre": ["jazz", "rock", " x"]] }?.contains("spaces around it")
          == true)
      #expect(error(plays) { $0.booleans = ["id"] }?.contains("no column of booleans") == true)
      #expect(error(plays.prefix(0))?.contains("is empty") == true)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.isEmpty)
    }
  }
}
