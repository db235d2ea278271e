import Shortlist
import ShortlistMessages
import ShortlistServing
import ShortlistTensorFlow

extension PredictService {
  /// Inputs are exactly those of the signature, each of its type.
  func check(
    _ inputs: [String: TFTensorProto], _ signature: Signature
  ) throws(ServingError) {
    let wanted = signature.inputs.map(\.name).sorted()
    let missing = wanted.filter { inputs[$0] == nil }
    let unknown = inputs.keys.filter { !wanted.contains($0) }.sorted()
    guard missing.isEmpty, unknown.isEmpty else {
      throw ServingError(
        .invalidArgument,
        "input keys do not match the signature: sent were {\(inputs.keys.sorted().joined(separator: ","))}, "
          + "expected is {\(wanted.joined(separator: ","))}")
    }
    for port in signature.inputs {
      guard let tensor = inputs[port.name], tensor.dtype != port.type else { continue }
      throw ServingError(
        .invalidArgument,
        "the input \(port.name) is of the type \(tensor.dtype.text); expected \(port.type.text)")
    }
  }

  /// The queries of a request as a table.
  func dataset(
    of inputs: [String: TFTensorProto], _ signature: Signature
  ) throws(ServingError) -> Dataset {
    var columns: [(name: String, column: AnyColumn)] = []
    for (part, port) in zip(signature.query.parts, signature.inputs) {
      guard let tensor = inputs[port.name] else { continue }
      let column: AnyColumn
      switch part.kind {
      case .string:
        column = .strings(
          StringColumn(try strings(tensor, port.name, dimensions: 1).joined()))
      case .strings:
        let lists = try strings(tensor, port.name, dimensions: 2)
        column = .stringLists(ListColumn(lists.map { $0.filter { !$0.isEmpty } }))
      case .number:
        let shape = try shape(of: tensor, port.name, dimensions: 1)
        guard let numbers = tensor.floats, numbers.count == shape[0] else {
          throw Self.incomplete(port.name)
        }
        guard numbers.allSatisfy(\.isFinite) else {
          throw ServingError(.invalidArgument, "the input \(port.name) holds NaN or infinity")
        }
        column = .floats(numbers)
      }
      columns.append((part.feature, column))
    }
    do {
      return try Dataset(columns)
    } catch {
      throw ServingError(.invalidArgument, "inputs of different lengths: \(error.message)")
    }
  }

  /// The strings of a tensor, row by row; of one dimension each row has one.
  func strings(
    _ tensor: TFTensorProto, _ name: String, dimensions: Int
  ) throws(ServingError) -> [[String]] {
    let shape = try shape(of: tensor, name, dimensions: dimensions)
    guard let values = tensor.strings else { throw Self.incomplete(name) }
    var texts: [String] = []
    texts.reserveCapacity(values.count)
    for value in values {
      guard let text = String(validating: value, as: UTF8.self) else {
        throw ServingError(.invalidArgument, "the input \(name) holds a string that is not UTF-8")
      }
      texts.append(text)
    }
    let width = dimensions == 1 ? 1 : shape[1]
    return (0..<shape[0]).map { Array(texts[$0 * width..<($0 + 1) * width]) }
  }

  func scalar(_ tensor: TFTensorProto, _ name: String) throws(ServingError) -> Int {
    _ = try shape(of: tensor, name, dimensions: 0)
    guard let number = tensor.integers?.first else { throw Self.incomplete(name) }
    return number
  }

  private func shape(
    of tensor: TFTensorProto, _ name: String, dimensions: Int
  ) throws(ServingError) -> [Int] {
    let sizes = tensor.tensorShape.dim.map { Int($0.size) }
    guard !tensor.tensorShape.unknownRank, sizes.count == dimensions else {
      throw ServingError(
        .invalidArgument,
        "the input \(name) has \(sizes.count) dimensions; expected \(dimensions)")
    }
    // The first is the number of queries; the second is bounded by what a message can hold.
    guard sizes.allSatisfy({ $0 >= 0 }), (sizes.first ?? 0) <= limits.batch else {
      throw ServingError(
        .invalidArgument,
        "the input \(name) has the sizes \(sizes); \(limits.batch) queries in one call are the limit"
      )
    }
    return sizes
  }

  private static func incomplete(_ name: String) -> ServingError {
    ServingError(
      .invalidArgument, "the input \(name) does not hold as many values as its shape says")
  }
}
