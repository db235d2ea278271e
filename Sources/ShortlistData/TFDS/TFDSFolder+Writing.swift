internal import Foundation
internal import ShortlistTensors

/// What a folder of TensorFlow Datasets says of its data.
public struct TFDSDescription: Sendable, Hashable {
  /// The name of the data set, in the letters of an identifier: `movielens`.
  public var name: String
  /// One of several forms of the data set: `100k-ratings`; nil where there is one.
  public var configuration: String?
  /// Three numbers: `1.0.0`.
  public var version: String
  public var text: String
  public var citation: String
  public var urls: [String]
  /// The Python module that defines the data set, where there is one.
  public var module: String?
  /// Features that are class labels, with the names of the classes in order.
  public var labels: [String: [String]]
  /// Columns of integers, all 0 or 1, that are booleans.
  public var booleans: Set<String>

  public init(
    name: String, configuration: String? = nil, version: String = "1.0.0", text: String = "",
    citation: String = "", urls: [String] = [], module: String? = nil,
    labels: [String: [String]] = [:], booleans: Set<String> = []
  ) {
    self.name = name
    self.configuration = configuration
    self.version = version
    self.text = text
    self.citation = citation
    self.urls = urls
    self.module = module
    self.labels = labels
    self.booleans = booleans
  }
}

extension TFDSDescription {
  /// A data set named `NAME`, `NAME/CONFIGURATION` or `NAME/CONFIGURATION:1.0.0`, which is the version where there
  /// is none.
  ///
  /// - Throws: `DataError` for another form.
  public init(named text: String) throws(DataError) {
    let name = try TFDSName(text)
    self.init(
      name: name.name, configuration: name.configuration, version: name.version ?? "1.0.0")
  }
}

extension TFDSFolder {
  /// Writes tables as a data set that `tfds.load` and `tfds.builder_from_directory` read.
  ///
  /// ```swift
  /// try TFDSFolder.write(
  ///   [("train", plays)], to: "tensorflow_datasets",
  ///   as: TFDSDescription(name: "plays", labels: ["genre": ["jazz", "rock"]]))
  /// ```
  ///
  /// Records stand in the order that TensorFlow Datasets gives rows with the keys 0, 1, 2, ..., in as many files as
  /// it would make. The folder `NAME/CONFIGURATION/VERSION` appears whole or not at all.
  ///
  /// - Parameters:
  ///   - splits: the tables, which have the same columns; none is empty.
  ///   - folder: where data sets stand.
  ///   - shards: into how many files each split goes; nil for the number that TensorFlow Datasets would choose.
  /// - Throws: `DataError` for a name, label or table that does not fit, `FileError` (`exists` where the version
  ///   is there already).
  @discardableResult
  public static func write(
    _ splits: [(name: String, dataset: Dataset)], to folder: String,
    as description: TFDSDescription, shards: Int? = nil
  ) throws -> TFDSFolder {
    try description.check()
    guard let first = splits.first?.dataset else {
      throw DataError(.invalidArgument, "a data set without a split")
    }
    var tables: [(name: String, dataset: Dataset)] = []
    for (name, dataset) in splits {
      guard name.wholeMatch(of: /\w+/) != nil, !tables.contains(where: { $0.name == name }) else {
        throw DataError(
          .invalidArgument,
          "\"\(name)\" is no name of a split, or is there twice; expected \"train\"")
      }
      guard dataset.rowCount > 0, !dataset.columnNames.isEmpty else {
        throw DataError(
          .invalidArgument, "split \"\(name)\" is empty, which TensorFlow Datasets refuses")
      }
      if let shards, !(1...min(99_999, dataset.rowCount)).contains(shards) {
        throw DataError(
          .invalidArgument,
          "\(shards) shards of \(dataset.rowCount) rows; expected at least a row in each")
      }
      // Says what differs.
      _ = try first.prefix(0).appending(rows: dataset.selecting(first.columnNames).prefix(0))
      tables.append((name, try description.encoded(dataset)))
    }
    var url = URL(filePath: folder, directoryHint: .isDirectory).appending(path: description.name)
    if let configuration = description.configuration { url.append(path: configuration) }
    url.append(path: description.version)
    try AtomicFolder.write(to: url) { temporary in
      var info = TFDSInfo(description)
      for (name, table) in tables {
        info.splits?.append(
          try write(table, split: name, of: description.name, to: temporary, shards: shards))
      }
      try json(info, to: temporary.appending(path: "dataset_info.json"))
      try json(
        description.features(of: first), to: temporary.appending(path: "features.json"))
      for (feature, names) in description.labels where first[name: feature] != nil {
        try AtomicFile.write(to: temporary.appending(path: "\(feature).labels.txt")) { file in
          try file.write(names.joined(separator: "\n") + "\n")
        }
      }
    }
    return try TFDSFolder(at: url.path(percentEncoded: false))
  }

  private static func write(
    _ table: Dataset, split: String, of name: String, to folder: URL, shards: Int?
  ) throws -> TFDSInfo.Split {
    let rows = TFDSOrder.writing(table.rowCount, split: split)
    var encoder = table.exampleEncoder
    let bytes = (0..<table.rowCount).reduce(0) { $0 + encoder.encode(row: $1).count }
    let count = shards ?? TFDSOrder.shardCount(payloadBytes: bytes, records: table.rowCount)
    var lengths: [TFDSInfo.Number] = []
    for shard in 0..<count {
      let range = Dataset.rows(ofShard: shard, of: count, among: table.rowCount)
      let file = ShardName(stem: "\(name)-\(split).tfrecord", shard: shard, of: count).name
      try CompressedFile.write(to: folder.appending(path: file), gzip: false) { append in
        for row in rows[range] {
          let example = encoder.encode(row: row)
          try append { TFRecord.append(example, to: &$0) }
        }
      }
      lengths.append(.init(range.count))
    }
    return TFDSInfo.Split(
      name: split, numBytes: .init(bytes), shardLengths: lengths,
      filepathTemplate: TFDSInfo.template)
  }

  private static func json(_ value: some Encodable, to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(value), as: UTF8.self)
    try AtomicFile.write(to: url) { file in try file.write(text + "\n") }
  }
}

extension TFDSInfo {
  fileprivate init(_ description: TFDSDescription) {
    self.init(
      name: description.name, configName: description.configuration, version: description.version,
      fileFormat: "tfrecord", moduleName: description.module, description: description.text,
      citation: description.citation,
      location: description.urls.isEmpty ? nil : Location(urls: description.urls), splits: [])
  }
}

extension TFDSDescription {
  fileprivate func check() throws(DataError) {
    guard name.wholeMatch(of: /[A-Za-z_]\w*/) != nil else {
      throw DataError(
        .invalidArgument,
        "\"\(name)\" is no name of a data set; expected letters, digits and underscores")
    }
    if let configuration, configuration.wholeMatch(of: /\w[\w.-]*/) == nil {
      throw DataError(
        .invalidArgument,
        "\"\(configuration)\" is no name of a configuration; expected letters, digits and \"_-.\"")
    }
    guard version.wholeMatch(of: /\d{1,9}\.\d{1,9}\.\d{1,9}/) != nil else {
      throw DataError(
        .invalidArgument, "\"\(version)\" is no version; expected three numbers, as 1.0.0")
    }
    for (feature, names) in labels {
      let isPlain = names.allSatisfy { name in
        !name.isEmpty && name == name.trimmingCharacters(in: .whitespacesAndNewlines)
          && !name.contains(where: \.isNewline)
      }
      guard isPlain, Set(names).count == names.count else {
        throw DataError(
          .invalidArgument,
          "a label of \"\(feature)\" is empty, there twice, or has spaces around it or newlines in it"
        )
      }
    }
  }

  /// The table with numbers in place of labels.
  fileprivate func encoded(_ dataset: Dataset) throws(DataError) -> Dataset {
    var columns: [(name: String, column: AnyColumn)] = []
    for (name, column) in zip(dataset.columnNames, dataset.columns) {
      guard !name.isEmpty, !name.contains("/") else {
        throw DataError(
          .invalidArgument, "a feature cannot have the name \"\(name)\"; rename the column")
      }
      var column = column
      if let names = labels[name] {
        column = try column.numbering(by: names, at: .init(file: self.name, field: name))
      }
      if booleans.contains(name) {
        guard case .integers(let values) = column, values.allSatisfy({ $0 == 0 || $0 == 1 }) else {
          throw DataError(
            .wrongType, "column \"\(name)\" is no column of booleans: of integers 0 and 1")
        }
      }
      columns.append((name, column))
    }
    return try Dataset(columns)
  }

  /// The tree of features.json.
  fileprivate func features(of dataset: Dataset) -> TFDSFeature.Node {
    var features: [String: TFDSFeature.Node] = [:]
    for (name, column) in zip(dataset.columnNames, dataset.columns) {
      let (dtype, isList) =
        switch column {
        case .strings: ("string", false)
        case .integers: (booleans.contains(name) ? "bool" : "int64", false)
        case .floats: ("float32", false)
        case .stringLists: ("string", true)
        case .integerLists: ("int64", true)
        case .floatLists: ("float32", true)
        }
      let node: TFDSFeature.Node
      if let names = labels[name] {
        node = TFDSFeature.Node("class_label_feature.ClassLabel")
        node.classLabel = .init(numClasses: String(names.count))
      } else {
        node = TFDSFeature.Node("tensor_feature.Tensor")
        node.tensor = .init(shape: .init(), dtype: dtype, encoding: "none")
      }
      guard isList else {
        features[name] = node
        continue
      }
      let list = TFDSFeature.Node("sequence_feature.Sequence")
      list.sequence = .init(feature: node, length: "-1")
      features[name] = list
    }
    let root = TFDSFeature.Node("features_dict.FeaturesDict")
    root.featuresDict = .init(features: features)
    return root
  }
}
