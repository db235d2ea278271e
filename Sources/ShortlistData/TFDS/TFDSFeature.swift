internal import Foundation

/// A feature of `features.json`, by the name it has in the records.
struct TFDSFeature {
  let name: String
  /// What files about it begin with.
  let fileName: String
  /// Its class, for messages: `Image`.
  let kind: String
  /// The type of its column; nil where no column can hold it.
  let type: ColumnSpecification.ValueType?
  let isLabel: Bool

  var specification: ColumnSpecification? { type.map { ColumnSpecification(name, $0) } }

  /// The features of a file, those inside others by themselves, in the order of their names.
  ///
  /// - Throws: `DataError` for a file that does not fit.
  static func all(inFileAt url: URL) throws(DataError) -> [TFDSFeature] {
    let root: Node = try TFDSFolder.decode(url)
    guard root.featuresDict != nil else {
      throw DataError(
        .wrongType, "the records are no dictionaries of features",
        at: .init(file: url.path(percentEncoded: false)))
    }
    var found: [TFDSFeature] = []
    root.collect(into: &found, name: nil, fileName: nil, isList: false)
    return found.sorted { $0.name < $1.name }
  }

  /// A message of feature.proto in JSON.
  final class Node: Codable {
    struct Features: Codable { var features: [String: Node] }
    struct Shape: Codable { var dimensions: [String]? }
    struct Tensor: Codable {
      var shape: Shape
      var dtype: String
      var encoding: String?
    }
    struct Label: Codable { var numClasses: String? }
    struct Sequence: Codable {
      var feature: Node
      var length: String?
    }
    struct Text: Codable {}

    var pythonClassName: String?
    var featuresDict: Features?
    var tensor: Tensor?
    var classLabel: Label?
    var sequence: Sequence?
    var text: Text?

    init(_ className: String) { pythonClassName = "tensorflow_datasets.core.features." + className }

    fileprivate func collect(
      into found: inout [TFDSFeature], name: String?, fileName: String?, isList: Bool
    ) {
      if let featuresDict {
        for (key, node) in featuresDict.features {
          let part = key.replacing("/", with: ".")
          node.collect(
            into: &found, name: name.map { $0 + "/" + key } ?? key,
            fileName: fileName.map { $0.replacing("/", with: "-") + "-" + part } ?? part,
            isList: isList)
        }
      } else if let sequence, !isList {
        sequence.feature.collect(into: &found, name: name, fileName: fileName, isList: true)
      } else {
        found.append(
          TFDSFeature(
            name: name ?? "", fileName: fileName ?? "",
            kind: pythonClassName?.split(separator: ".").last.map(String.init) ?? "unknown",
            type: type(isList: isList), isLabel: classLabel != nil))
      }
    }

    private func type(isList: Bool) -> ColumnSpecification.ValueType? {
      if text != nil { return isList ? .strings() : .string }
      if classLabel != nil { return isList ? .integers() : .integer }
      guard let tensor, tensor.encoding.map({ $0 == "none" }) ?? true else { return nil }
      let dimensions = tensor.shape.dimensions?.count ?? 0
      guard dimensions + (isList ? 1 : 0) <= 1 else { return nil }
      let isList = isList || dimensions == 1
      switch tensor.dtype {
      case "string": return isList ? .strings() : .string
      case "float16", "bfloat16", "float32", "float64": return isList ? .floats() : .float
      case "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32":
        return isList ? .integers() : .integer
      default: return nil
      }
    }
  }
}
