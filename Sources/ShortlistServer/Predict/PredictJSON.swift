import Foundation
import ShortlistMessages
import ShortlistServing
import ShortlistTensorFlow

/// The JSON of TensorFlow Serving's `:predict`, in rows (`instances`) and in columns (`inputs`).
struct PredictJSON {
  enum Form { case rows, columns }

  let form: Form
  let signature: String
  private let value: JSONValue

  /// - Throws: `ServingError.invalidArgument` for what is no such request.
  init(_ body: [UInt8]) throws(ServingError) {
    let json: JSONValue
    do {
      json = try JSONReader.read(body)
    } catch {
      throw ServingError(
        .invalidArgument, "JSON Parse error: \(error.message) at offset: \(error.offset)")
    }
    guard case .object(let members) = json else {
      throw ServingError(
        .invalidArgument, "JSON Value: the request is \(json.kind); expected an object")
    }
    switch json["signature_name"] {
    case nil: signature = ""
    case .string(let name)?: signature = name
    case let other?:
      throw ServingError(
        .invalidArgument, "'signature_name' is \(other.kind); expected a string")
    }
    switch (json["instances"], json["inputs"]) {
    case (let rows?, nil):
      guard case .array(let elements) = rows, !elements.isEmpty else {
        throw ServingError(
          .invalidArgument, "Request data invalid: 'instances' must be an array with elements")
      }
      (form, value) = (.rows, rows)
    case (nil, let columns?): (form, value) = (.columns, columns)
    case (nil, nil):
      throw ServingError(
        .invalidArgument,
        "Missing 'inputs' or 'instances' key; the request has "
          + (members.isEmpty ? "none" : members.map(\.name).joined(separator: ", ")))
    case (_?, _?):
      throw ServingError(
        .invalidArgument, "Not formatted correctly: both 'inputs' and 'instances' are given")
    }
  }

  // MARK: Inputs

  /// The tensors of the request for a signature's inputs.
  func inputs(of signature: Signature) throws(ServingError) -> [String: TFTensorProto] {
    var tensors: [String: TFTensorProto] = [:]
    switch form {
    case .columns:
      for port in signature.inputs {
        let value = try column(port, isOnly: signature.inputs.count == 1)
        tensors[port.name] = try Self.tensor(value, port)
      }
    case .rows:
      guard case .array(let rows) = value else { return [:] }
      for port in signature.inputs {
        var values: [JSONValue] = []
        for row in rows { values.append(try field(row, port, signature)) }
        tensors[port.name] = try Self.tensor(.array(values), port)
      }
    }
    return tensors
  }

  private func column(_ port: Signature.Port, isOnly: Bool) throws(ServingError) -> JSONValue {
    guard case .object(let members) = value else {
      if isOnly { return value }
      throw ServingError(
        .invalidArgument, "'inputs' is \(value.kind); expected an object with the inputs by name")
    }
    if let named = value[port.name] { return named }
    // A string as bytes, alone.
    if isOnly, members.count == 1, members[0].name == "b64" { return value }
    throw ServingError(
      .invalidArgument,
      "Missing named input: \(port.name) in 'inputs' object.")
  }

  private func field(
    _ row: JSONValue, _ port: Signature.Port, _ signature: Signature
  ) throws(ServingError) -> JSONValue {
    let isOnly = signature.inputs.count == 1
    guard case .object(let members) = row, members.map(\.name) != ["b64"] else {
      if isOnly { return row }
      throw ServingError(
        .invalidArgument,
        "an instance is \(row.kind); expected an object with "
          + signature.inputs.map(\.name).joined(separator: ", "))
    }
    guard let value = row[port.name], members.count == signature.inputs.count else {
      throw ServingError(
        .invalidArgument,
        "Failed to process element: an instance has \(members.map(\.name).joined(separator: ", ")); expected "
          + signature.inputs.map(\.name).joined(separator: ", "))
    }
    return value
  }

  // MARK: Tensors

  static func tensor(
    _ value: JSONValue, _ port: Signature.Port
  ) throws(ServingError) -> TFTensorProto {
    var shape: [Int] = []
    var leaf = value
    while case .array(let elements) = leaf {
      shape.append(elements.count)
      guard let first = elements.first else { break }
      leaf = first
    }
    // An empty array has the dimensions of the signature.
    while shape.last == 0, shape.count < port.shape.count { shape.append(0) }
    var tensor = TFTensorProto()
    tensor.dtype = port.type
    tensor.tensorShape = TFTensorShapeProto(shape)
    try fill(&tensor, with: value, shape[...], port)
    return tensor
  }

  private static func fill(
    _ tensor: inout TFTensorProto, with value: JSONValue, _ shape: ArraySlice<Int>,
    _ port: Signature.Port
  ) throws(ServingError) {
    let mixed = ServingError(
      .invalidArgument,
      "the input \(port.name) has lists and values side by side; expected lists of one length")
    if case .array(let elements) = value {
      guard let size = shape.first else { throw mixed }
      guard elements.count == size else {
        throw ServingError(
          .invalidArgument,
          "Encountered list at unexpected size: \(elements.count) at level of expected size: \(size) "
            + "in the input \(port.name)")
      }
      for element in elements { try fill(&tensor, with: element, shape.dropFirst(), port) }
      return
    }
    guard shape.isEmpty else { throw mixed }
    switch (port.type, value) {
    case (.dtString, .string(let text)): tensor.stringVal.append(Data(text.utf8))
    case (.dtString, .object(let members)) where members.map(\.name) == ["b64"]:
      guard case .string(let text) = members[0].value, let data = Data(base64Encoded: text) else {
        throw ServingError(.invalidArgument, "the input \(port.name): b64 is no base64")
      }
      tensor.stringVal.append(data)
    case (.dtFloat, .integer(let number)): tensor.floatVal.append(Float(number))
    case (.dtFloat, .number(let number)):
      let float = Float(number)
      guard float.isFinite == number.isFinite else {
        throw ServingError(
          .invalidArgument, "the input \(port.name): \(number) is beyond the numbers of float32")
      }
      tensor.floatVal.append(float)
    case (.dtInt32, .integer(let number)):
      guard let small = Int32(exactly: number) else {
        throw ServingError(
          .invalidArgument, "the input \(port.name): \(number) is beyond the numbers of int32")
      }
      tensor.intVal.append(small)
    default:
      throw ServingError(
        .invalidArgument,
        "JSON Value: \(value.kind) for the input \(port.name) is not of expected type: \(port.type.text)"
      )
    }
  }

  // MARK: Outputs

  /// The answer in the form of the request.
  func response(
    _ outputs: [String: TFTensorProto], _ signature: Signature
  ) throws(ServingError) -> HTTPResponse {
    let ports = signature.outputs.filter { outputs[$0.name] != nil }
    let cursors = ports.compactMap { port in
      outputs[port.name].map { (port.name, TensorRows($0)) }
    }
    return HTTPResponse { json in
      switch form {
      case .columns:
        json.name("outputs")
        if cursors.count == 1 { return cursors[0].1.write(to: &json) }
        json.object { json in
          for (name, tensor) in cursors {
            json.name(name)
            tensor.write(to: &json)
          }
        }
      case .rows:
        json.array("predictions") { json in
          for row in 0..<(cursors.first?.1.count ?? 0) {
            if cursors.count == 1 {
              cursors[0].1.write(row: row, to: &json)
              continue
            }
            json.object { json in
              for (name, tensor) in cursors {
                json.name(name)
                tensor.write(row: row, to: &json)
              }
            }
          }
        }
      }
    }
  }
}

/// A tensor of two dimensions, row by row.
private struct TensorRows {
  let count: Int
  private let width: Int
  private let tensor: TFTensorProto

  init(_ tensor: TFTensorProto) {
    self.tensor = tensor
    let sizes = tensor.tensorShape.dim.map { Int($0.size) }
    count = sizes.first ?? 0
    width = sizes.count > 1 ? sizes[1] : 1
  }

  func write(to json: inout JSONWriter) {
    json.array { json in for row in 0..<count { write(row: row, to: &json) } }
  }

  func write(row: Int, to json: inout JSONWriter) {
    json.array { json in
      for place in row * width..<(row + 1) * width {
        if tensor.dtype == .dtString {
          json.string(String(decoding: tensor.stringVal[place], as: UTF8.self))
        } else {
          json.float(tensor.floatVal[place])
        }
      }
    }
  }
}
