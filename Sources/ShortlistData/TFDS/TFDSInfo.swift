internal import Foundation

/// `dataset_info.json`: a message in the JSON of protocol buffers, where 64-bit integers are strings.
struct TFDSInfo: Codable {
  struct Split: Codable {
    var name: String
    var numBytes: Number?
    var shardLengths: [Number]?
    var filepathTemplate: String?
  }
  struct Location: Codable { var urls: [String]? }

  var name: String
  var configName: String?
  var version: String
  var fileFormat: String?
  var moduleName: String?
  var description: String?
  var citation: String?
  var location: Location?
  var disableShuffling: Bool?
  var splits: [Split]?

  /// An integer, written as a string.
  struct Number: Codable {
    let value: Int
    init(_ value: Int) { self.value = value }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        value = number
      } else if let number = Int(try container.decode(String.self)) {
        value = number
      } else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an integer")
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(String(value))
    }
  }

  static let template = "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}"

  /// The splits with the paths of their files.
  func splits(in folder: URL) throws(DataError) -> [TFDSFolder.Split] {
    let file = folder.appending(path: "dataset_info.json").path(percentEncoded: false)
    let format = fileFormat ?? "tfrecord"
    guard format == "tfrecord" else {
      throw DataError(
        .invalidArgument,
        "the files have the format \"\(format)\"; only tfrecord is read: prepare the data set with"
          + " file_format=\"tfrecord\"", at: .init(file: file))
    }
    var found: [TFDSFolder.Split] = []
    func checked(_ name: String) throws(DataError) -> String {
      guard !name.contains("/"), name.utf8.count <= 255 else {
        throw DataError(
          .malformedText, "\"\(name.prefix(300))\" is no name of a file in this folder",
          at: .init(file: file, field: "filepathTemplate"))
      }
      return name
    }
    for split in splits ?? [] {
      let lengths = (split.shardLengths ?? []).map(\.value)
      guard lengths.count < 100_000, lengths.allSatisfy({ $0 >= 0 }) else {
        throw DataError(
          .malformedText, "split \"\(split.name)\": shardLengths make no sense",
          at: .init(file: file, field: "shardLengths"))
      }
      var files: [String] = []
      for shard in lengths.indices {
        let shards = ShardName(stem: "", shard: shard, of: lengths.count).name.dropFirst()
        // Each by itself first, so that a small file cannot make long names.
        let (dataset, part) = (try checked(name), try checked(split.name))
        let name = try checked(split.filepathTemplate ?? Self.template)
          .replacing("{DATASET}", with: dataset).replacing("{SPLIT}", with: part)
          .replacing("{FILEFORMAT}", with: format).replacing("{SHARD_X_OF_Y}", with: shards)
          .replacing("{SHARD_INDEX}", with: shards.prefix(5))
          .replacing("{NUM_SHARDS}", with: shards.suffix(5))
        files.append(folder.appending(path: try checked(name)).path(percentEncoded: false))
      }
      found.append(.init(name: split.name, shardLengths: lengths, files: files))
    }
    return found
  }
}
