import ShortlistMessages
import ShortlistTensors

/// A graph of ONNX that grows node by node, in the order in which they are computed.
struct ONNXGraph {
  typealias Element = ONNXTensorProto.DataType

  /// A tensor that stands in the model.
  struct Constant {
    enum Content {
      case matrix(Matrix)
      case floats([Float])
      case integers([Int64])
      case strings([String])
    }
    let name: String
    let shape: [Int]
    let content: Content
  }

  /// A length, or the name of one that may be any.
  enum Dimension: Hashable {
    case length(Int)
    case any(String)
  }

  /// A tensor that goes in or comes out.
  struct Port: Hashable {
    let name: String
    let element: Element
    let shape: [Dimension]
    let meaning: String
  }

  /// The name of the model's file without its ending.
  let name: String
  let meaning: String
  private(set) var nodes: [ONNXNodeProto] = []
  private(set) var constants: [Constant] = []
  private(set) var inputs: [Port] = []
  private(set) var outputs: [Port] = []
  /// Stands in front of the names of nodes.
  var scope = ""
  private let reserved: Set<String>
  private var names: Set<String>

  /// - Parameter reserving: names that features may not have, because outputs or other inputs do.
  init(_ name: String, meaning: String, reserving reserved: Set<String>) {
    self.name = name
    self.meaning = meaning
    self.reserved = reserved
    names = reserved
  }

  // MARK: Building

  /// Adds a node.
  ///
  /// - Returns: the names of its outputs.
  mutating func add(
    _ operation: String, _ inputs: [String], _ attributes: [ONNXAttributeProto] = [],
    domain: String = "", outputs count: Int
  ) -> [String] {
    let label = scope.isEmpty ? operation : "\(scope)/\(operation)"
    let results = (0..<count).map { unique(count == 1 ? label : "\(label):\($0)") }
    nodes.append(
      .with {
        $0.name = results[0]
        $0.opType = operation
        $0.domain = domain
        $0.input = inputs
        $0.output = results
        $0.attribute = attributes
      })
    return results
  }

  /// Adds a node of one output.
  ///
  /// - Returns: the output's name.
  mutating func add(
    _ operation: String, _ inputs: String..., attributes: [ONNXAttributeProto] = [],
    domain: String = ""
  ) -> String {
    add(operation, inputs, attributes, domain: domain, outputs: 1)[0]
  }

  /// Adds a tensor.
  mutating func constant(_ name: String, _ shape: [Int], _ content: Constant.Content) -> String {
    let name = unique(scope.isEmpty ? name : "\(scope)/\(name)")
    constants.append(Constant(name: name, shape: shape, content: content))
    return name
  }

  /// Adds a number.
  mutating func number(_ name: String, _ value: Float) -> String {
    constant(name, [], .floats([value]))
  }

  /// Adds a list of integers, such as axes or a shape.
  mutating func integers(_ name: String, _ values: Int...) -> String {
    constant(name, [values.count], .integers(values.map { Int64($0) }))
  }

  /// Adds an input by which callers give a feature's values.
  ///
  /// - Throws: `TensorFlowError` if the name is empty or reserved.
  mutating func addFeature(
    _ name: String, _ element: Element, _ shape: [Dimension], _ meaning: String
  ) throws(TensorFlowError) {
    guard !name.isEmpty, !reserved.contains(name) else {
      throw TensorFlowError(
        .unsupportedModel,
        message: "a feature named \"\(name)\" cannot be an input of \(self.name).onnx, where "
          + "\(reserved.sorted().joined(separator: ", ")) have another meaning and every input has a "
          + "name. Rename the feature")
    }
    names.insert(name)
    inputs.append(Port(name: name, element: element, shape: shape, meaning: meaning))
  }

  /// Adds an input whose name was reserved.
  mutating func input(_ port: Port) { inputs.append(port) }

  /// Gives a value out under a name that was reserved.
  mutating func output(_ value: String, as port: Port) {
    nodes.append(
      .with {
        $0.name = "\(port.name) out"
        $0.opType = "Identity"
        $0.input = [value]
        $0.output = [port.name]
      })
    outputs.append(port)
  }

  private mutating func unique(_ name: String) -> String {
    var candidate = name
    var number = 2
    while !names.insert(candidate).inserted {
      candidate = "\(name) \(number)"
      number += 1
    }
    return candidate
  }
}

extension ONNXGraph.Port {
  var typeName: String {
    switch element {
    case .float: "float"
    case .int64: "int64"
    default: "string"
    }
  }

  /// As callers see it.
  var value: ONNXModel.Value {
    ONNXModel.Value(
      name: name, type: typeName,
      shape: shape.map {
        switch $0 {
        case .length(let length): "\(length)"
        case .any(let name): name
        }
      }, meaning: meaning)
  }
}

extension ONNXAttributeProto {
  static func integer(_ name: String, _ value: Int) -> Self {
    .with { ($0.name, $0.type, $0.i) = (name, .int, Int64(value)) }
  }

  static func integers(_ name: String, _ values: [Int64]) -> Self {
    .with { ($0.name, $0.type, $0.ints) = (name, .ints, values) }
  }

  static func number(_ name: String, _ value: Float) -> Self {
    .with { ($0.name, $0.type, $0.f) = (name, .float, value) }
  }
}
