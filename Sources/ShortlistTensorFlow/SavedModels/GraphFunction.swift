import ShortlistMessages

/// A value inside a function of a graph: an argument, or what an operation gives.
struct GraphTensor {
  /// How an operation names it as an input.
  let reference: String
  let type: TFDataType
}

extension GraphTensor {
  /// The handle of a variable, which every function takes.
  init(variable name: String) { self.init(reference: name, type: .dtResource) }
}

/// A function of a TensorFlow graph while it is being made: every call adds an operation.
struct GraphFunction {
  struct Argument {
    let name: String
    let type: TFDataType
    /// -1 where a size is not known.
    let shape: [Int]
    /// What a variable holds, where the argument is the handle of one.
    var content: (type: TFDataType, shape: [Int])?

    init(
      _ name: String, _ type: TFDataType, shape: [Int] = [],
      content: (type: TFDataType, shape: [Int])? = nil
    ) {
      self.name = name
      self.type = type
      self.shape = shape
      self.content = content
    }
  }

  let name: String
  let arguments: [Argument]
  private var nodes: [TFNodeDef] = []
  private var results: [(name: String, tensor: GraphTensor)] = []
  private var controls: [String] = []

  init(_ name: String, _ arguments: [Argument]) {
    self.name = name
    self.arguments = arguments
  }

  /// The values of the arguments, in order.
  var inputs: [GraphTensor] {
    arguments.map { GraphTensor(reference: $0.name, type: $0.type) }
  }

  /// Adds a node, and gives its name.
  @discardableResult
  mutating func node(
    _ operation: String, _ inputs: [String], _ attributes: [String: TFAttrValue] = [:]
  ) -> String {
    let name = "\(operation.asGraphName)_\(nodes.count)"
    nodes.append(TFNodeDef(operation, named: name, inputs: inputs, attributes))
    return name
  }

  /// Adds an operation with one output.
  ///
  /// - Parameter output: how the operation's definition names its output.
  mutating func operation(
    _ operation: String, _ inputs: [GraphTensor], _ attributes: [String: TFAttrValue] = [:],
    output: String, _ type: TFDataType
  ) -> GraphTensor {
    let name = node(operation, inputs.map(\.reference), attributes)
    return GraphTensor(reference: "\(name):\(output):0", type: type)
  }

  /// Calls another function.
  mutating func call(
    _ function: String, _ inputs: [GraphTensor], giving types: [TFDataType]
  ) -> [GraphTensor] {
    let name = node(
      "StatefulPartitionedCall", inputs.map(\.reference),
      [
        "f": TFAttrValue(function: function), "Tin": TFAttrValue(inputs.map(\.type)),
        "Tout": TFAttrValue(types),
      ])
    return types.enumerated().map {
      GraphTensor(reference: "\(name):output:\($0.offset)", type: $0.element)
    }
  }

  mutating func give(_ name: String, _ tensor: GraphTensor) { results.append((name, tensor)) }

  /// Has a node run though nothing reads its output.
  mutating func alwaysRun(_ node: String) { controls.append(node) }

  var resultTypes: [TFDataType] { results.map(\.tensor.type) }

  var definition: TFFunctionDef {
    var definition = TFFunctionDef()
    definition.signature = .with {
      $0.name = name
      $0.inputArg = arguments.map { argument in
        .with {
          $0.name = argument.name
          $0.type = argument.type
          if let content = argument.content {
            $0.handleData = [
              .with {
                $0.dtype = content.type
                $0.shape = TFTensorShapeProto(content.shape)
              }
            ]
          }
        }
      }
      $0.outputArg = results.map { result in
        .with {
          $0.name = result.name
          $0.type = result.tensor.type
        }
      }
      $0.isStateful = true
      $0.controlOutput = controls
    }
    definition.nodeDef = nodes
    for result in results { definition.ret[result.name] = result.tensor.reference }
    for control in controls { definition.controlRet[control] = control }
    if !arguments.isEmpty {
      definition.attr["_input_shapes"] = TFAttrValue(
        arguments.map { TFTensorShapeProto($0.shape) })
    }
    return definition
  }
}
