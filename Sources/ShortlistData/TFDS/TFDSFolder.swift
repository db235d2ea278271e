internal import Foundation

/// A data set as TensorFlow Datasets keeps it on disk: record files, `dataset_info.json`, `features.json`, and a
/// file of names for each feature of class labels.
///
/// ```swift
/// let folder = try TFDSFolder("movielens/100k-ratings", in: "tensorflow_datasets")
/// let ratings = try folder.dataset(split: "train")
/// ```
///
/// Rows have the order in which `tfds.load(..., shuffle_files=False)` gives them.
public struct TFDSFolder: Sendable {
  /// A part of the data set.
  public struct Split: Sendable, Hashable {
    public let name: String
    /// The number of records in each file.
    public let shardLengths: [Int]
    let files: [String]
  }

  /// What becomes of class labels.
  public enum Labels: String, Sendable, Hashable, CaseIterable {
    /// Strings, where the folder holds their names.
    case names
    /// Integers, as they stand in the files.
    case numbers
  }

  /// The folder of one version.
  public let path: String
  public let name: String
  /// nil where the data set has none.
  public let configuration: String?
  public let version: String
  public let splits: [Split]
  /// Whether the files are read one after the other, as is right for data whose order has a meaning.
  let isOrdered: Bool
  /// nil without `features.json`; the data then tell.
  let features: [TFDSFeature]?

  /// The folder of one version: the one that holds `dataset_info.json`.
  ///
  /// - Throws: `DataError` for a file that is missing or does not fit.
  public init(at path: String) throws(DataError) {
    let folder = URL(filePath: path, directoryHint: .isDirectory)
    let info: TFDSInfo = try Self.decode(folder.appending(path: "dataset_info.json"))
    self.path = path
    name = info.name
    configuration = info.configName.flatMap { $0.isEmpty ? nil : $0 }
    version = info.version
    isOrdered = info.disableShuffling ?? false
    splits = try info.splits(in: folder)
    let features = folder.appending(path: "features.json")
    if FileManager.default.fileExists(atPath: features.path(percentEncoded: false)) {
      self.features = try TFDSFeature.all(inFileAt: features)
    } else {
      self.features = nil
    }
  }

  /// A data set by its name.
  ///
  /// - Parameters:
  ///   - name: `NAME`, `NAME/CONFIGURATION`, each perhaps with `:VERSION` after it; without a version the newest,
  ///     without a configuration the default one, or the only one.
  ///   - folder: where data sets stand, the `data_dir` of TensorFlow Datasets.
  /// - Throws: `DataError` that says what is there.
  public init(_ name: String, in folder: String) throws(DataError) {
    try self.init(at: TFDSName(name).path(in: folder))
  }

  /// The rows of a split.
  ///
  /// Strings, texts and the names of class labels become strings, integers and booleans integers, floats of any
  /// width floats; sequences and tensors with one dimension become lists. Features inside features have names with
  /// a slash: `film/title`.
  ///
  /// - Parameters:
  ///   - features: which ones are taken; nil takes all.
  ///   - labels: whether class labels become their names.
  /// - Throws: `DataError` for a split that is not there, a feature that no column can hold (an image), and files
  ///   that are damaged or do not fit the description.
  public func dataset(
    split: String = "train", features wanted: [String]? = nil, labels: Labels = .names
  ) throws(DataError) -> Dataset {
    guard let split = splits.first(where: { $0.name == split }) else {
      throw DataError(
        .invalidArgument,
        "there is no split \"\(split)\"; the splits are \(splits.map(\.name).listed)",
        at: .init(file: path))
    }
    let chosen = try features.map { all throws(DataError) in try self.choose(wanted, among: all) }
    var reading = TFRecordReading(columns: chosen.map { $0.compactMap(\.specification) })
    var dataset = try reading.run(split.files).dataset
    for (file, (found, expected)) in zip(split.files, zip(reading.rowCounts, split.shardLengths))
    where found != expected {
      throw DataError(
        .malformedText,
        "\(found) records; dataset_info.json says \(expected). Are the files of one version?",
        at: .init(file: file))
    }
    if chosen == nil, let wanted { dataset = try dataset.selecting(wanted) }
    if !isOrdered, split.files.count > 1 {
      dataset = dataset.rows(at: TFDSOrder.reading(split.shardLengths))
    }
    return labels == .names ? try naming(labelsIn: dataset, chosen) : dataset
  }

  private func choose(
    _ wanted: [String]?, among all: [TFDSFeature]
  ) throws(DataError) -> [TFDSFeature] {
    var chosen = all
    if let wanted {
      chosen = []
      for name in wanted {
        guard let feature = all.first(where: { $0.name == name }) else {
          throw DataError(
            .missingColumn,
            "there is no feature \"\(name)\"; the features are \(all.map(\.name).listed)",
            at: .init(file: path))
        }
        chosen.append(feature)
      }
    }
    for feature in chosen where feature.type == nil {
      throw DataError(
        .wrongType,
        "it is of the kind \(feature.kind), which no column holds; name the features that are wanted",
        at: .init(file: path, field: feature.name))
    }
    return chosen
  }

  /// The table with names in place of class labels, where there are names.
  private func naming(
    labelsIn dataset: Dataset, _ features: [TFDSFeature]?
  ) throws(DataError) -> Dataset {
    var columns: [(name: String, column: AnyColumn)] = []
    for (name, column) in zip(dataset.columnNames, dataset.columns) {
      let feature = features?.first { $0.name == name }
      // Without features.json a file of names tells class labels.
      guard feature?.isLabel ?? (features == nil),
        let names = try labelNames(feature?.fileName ?? name.replacing("/", with: "-"))
      else {
        columns.append((name, column))
        continue
      }
      columns.append((name, try column.naming(by: names, at: .init(file: path, field: name))))
    }
    return try Dataset(columns)
  }

  /// The names of a feature's class labels; nil without a file of them.
  public func labelNames(of feature: String) throws(DataError) -> [String]? {
    try labelNames(
      features?.first { $0.name == feature }?.fileName ?? feature.replacing("/", with: "-"))
  }

  private func labelNames(_ fileName: String) throws(DataError) -> [String]? {
    let url = URL(filePath: path, directoryHint: .isDirectory)
      .appending(path: "\(fileName).labels.txt")
    let file = url.path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    guard let data = FileManager.default.contents(atPath: file),
      let text = String(bytes: data, encoding: .utf8)
    else {
      throw DataError(
        .unreadableFile, "the names of labels cannot be read as UTF-8 text", at: .init(file: file))
    }
    return text.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  static func decode<Value: Decodable>(_ url: URL) throws(DataError) -> Value {
    let file = url.path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: file) else {
      throw DataError(
        .missingFile,
        "there is no such file; expected the folder of one version of a data set, as"
          + " movielens/100k-ratings/0.1.1", at: .init(file: file))
    }
    guard let data = FileManager.default.contents(atPath: file) else {
      throw DataError(.unreadableFile, "the file cannot be read", at: .init(file: file))
    }
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch {
      throw DataError(
        .malformedText, "this is not the JSON that was expected: \(error.reason)",
        at: .init(file: file))
    }
  }
}

extension Error {
  /// Where in the JSON, and what.
  fileprivate var reason: String {
    guard let error = self as? DecodingError else { return localizedDescription }
    let context: DecodingError.Context
    switch error {
    case .keyNotFound(let key, let found):
      return (found.codingPath + [key]).map(\.stringValue).joined(separator: ".") + " is missing"
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
      context = found
    @unknown default: return "\(error)"
    }
    let place = context.codingPath.map(\.stringValue).joined(separator: ".")
    return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
  }
}
