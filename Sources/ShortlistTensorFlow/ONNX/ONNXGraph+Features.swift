import Foundation
import ShortlistData
import ShortlistMessages
import ShortlistModels
import ShortlistTensors

extension ONNXGraph {
  /// Adds the inputs of a tower's features.
  ///
  /// - Throws: `TensorFlowError` for a feature that cannot be an input.
  mutating func addInputs(of tower: Tower) throws {
    var lists = 0
    for part in try QueryInput(tower, reserved: []).parts {
      switch part.kind {
      case .string: try addFeature(part.feature, .string, [.any("n")], "One value a row.")
      case .number: try addFeature(part.feature, .float, [.any("n")], "One number a row.")
      case .strings:
        lists += 1
        try addFeature(
          part.feature, .string, [.any("n"), .any(lists == 1 ? "m" : "m\(lists)")],
          "A list a row, padded with empty strings, which stand for nothing.")
      }
    }
  }

  /// Adds what makes vectors of a feature whose input is there: n x dimensions.
  ///
  /// - Throws: `TensorFlowError` for a hashed vocabulary.
  mutating func encode(_ encoder: any FeatureEncoder, _ parameters: Parameters) throws -> String {
    switch encoder {
    case let embedding as Embedding:
      guard embedding.vocabulary?.isHashing != true else {
        throw TensorFlowError(
          .unsupportedModel,
          message:
            "the feature \"\(embedding.name)\" is hashed, and ONNX has no operator for XXH64. "
            + "Train with a vocabulary of words")
      }
      let table = try parameter("embedding", parameters)
      let words = embedding.vocabulary?.words ?? []
      guard let pooling = embedding.pooling else {
        // An encoder of no words has its default for an answer; it wants a word nevertheless.
        let rows = lookUp(
          embedding.featureName, words: words.isEmpty ? [""] : words,
          rows: words.isEmpty ? [0] : Array(1...Int64(words.count)))
        return add("Gather", table, rows)
      }
      // What pads has row -1.
      let numbered = words.enumerated().filter { !$1.isEmpty }
      let rows = lookUp(
        embedding.featureName, words: [""] + numbered.map(\.element),
        rows: [-1] + numbered.map { Int64($0.offset + 1) })
      return pool(rows, of: table, by: pooling)
    case let numeric as Numeric:
      let centred = add("Sub", numeric.featureName, number("mean", numeric.mean))
      let scaled = add("Div", centred, number("deviation", numeric.deviation))
      return add("Unsqueeze", scaled, integers("columns", 1))
    default: preconditionFailure("an encoder \(encoder.name) without an input")
    }
  }

  /// Rows of strings; 0 for those that are not among the words.
  private mutating func lookUp(_ strings: String, words: [String], rows: [Int64]) -> String {
    let keys = ONNXAttributeProto.with {
      ($0.name, $0.type) = ("keys_strings", .strings)
      $0.strings = words.map { Data($0.utf8) }
    }
    return add(
      "LabelEncoder", strings,
      attributes: [keys, .integers("values_int64s", rows), .integer("default_int64", 0)],
      domain: "ai.onnx.ml")
  }

  /// The rows that are not negative, n x m, pooled: n x dimensions.
  private mutating func pool(_ rows: String, of table: String, by pooling: Pooling) -> String {
    let zero = constant("zero", [], .integers([0]))
    let isThere = add("GreaterOrEqual", rows, zero)
    let mask = add(
      "Cast", isThere, attributes: [.integer("to", Element.float.rawValue)])
    let vectors = add("Gather", table, add("Max", rows, zero))
    let axis = integers("list", 1)
    let kept = add("Mul", vectors, add("Unsqueeze", mask, integers("columns", 2)))
    let sum = add("ReduceSum", kept, axis, attributes: [.integer("keepdims", 0)])
    if pooling == .sum { return sum }
    let count = add("Max", add("ReduceSum", mask, axis), number("one", 1))
    return add("Div", sum, pooling == .mean ? count : add("Sqrt", count))
  }
}
