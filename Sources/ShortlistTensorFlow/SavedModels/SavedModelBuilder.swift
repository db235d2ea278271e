import ShortlistMessages

/// A SavedModel while it is being made. What is added is said twice, as the format wants it: in the object graph,
/// which Python loads, and in the main graph with its signatures, which sessions and servers load. Both call
/// the same functions.
struct SavedModelBuilder {
  struct Variable {
    let name: String
    let type: TFDataType
    let shape: [Int]
    /// Its key in the tensor bundle.
    var key: String { "\(name)/.ATTRIBUTES/VARIABLE_VALUE" }
  }

  /// What functions take beside their arguments: the handle of a variable or a table.
  struct Capture {
    let argument: GraphFunction.Argument
    let node: String
    let object: Int32
  }

  private(set) var variables: [Variable] = []
  private(set) var captures: [Capture] = []
  var graph: [TFNodeDef] = []
  private var functions: [TFFunctionDef] = []
  private var concrete: [String: TFSavedConcreteFunction] = [:]
  // The first is the root, whose children are known at the end.
  private var objects = [TFSavedObject()]
  private var children: [TFObjectReference] = []
  private var signatureObjects: [TFObjectReference] = []
  private var signatures: [String: TFSignatureDef] = [:]
  var assets: [TFAssetFileDef] = []
  var initializers: [String] = []

  // MARK: Objects and functions

  mutating func addObject(_ object: TFSavedObject, asChild name: String? = nil) -> Int32 {
    let id = Int32(objects.count)
    objects.append(object)
    if let name { children.append(.init(id, name)) }
    return id
  }

  mutating func add(_ function: GraphFunction) { functions.append(function.definition) }

  /// A function of arguments and all captures.
  func function(_ name: String, _ arguments: [GraphFunction.Argument]) -> GraphFunction {
    GraphFunction(name, arguments + captures.map(\.argument))
  }

  /// Says how Python calls a function: its arguments, what they are in Python, and what comes back.
  mutating func addConcrete(
    _ function: String, arguments: PythonValue, output: PythonValue, bound: [Int32]? = nil
  ) {
    concrete[function] = .with {
      $0.boundInputs = bound ?? captures.map(\.object)
      $0.canonicalizedInputSignature = TFStructuredValue(arguments)
      $0.outputSignature = TFStructuredValue(output)
    }
  }

  mutating func addVariable(_ variable: Variable) {
    let object = addObject(
      .with {
        $0.variable = .with {
          $0.dtype = variable.type
          $0.shape = TFTensorShapeProto(variable.shape)
          $0.name = variable.name
        }
      }, asChild: variable.name)
    graph.append(
      TFNodeDef(
        "VarHandleOp", named: variable.name,
        [
          "dtype": TFAttrValue(variable.type),
          "shape": TFAttrValue(TFTensorShapeProto(variable.shape)),
          "shared_name": TFAttrValue(variable.name), "container": TFAttrValue(""),
        ]))
    variables.append(variable)
    addCapture(
      .init(variable.name, .dtResource, content: (variable.type, variable.shape)),
      node: variable.name, object: object)
  }

  mutating func addCapture(
    _ argument: GraphFunction.Argument, node: String, object: Int32
  ) {
    captures.append(Capture(argument: argument, node: node, object: object))
  }

  /// Adds a method of the loaded object: the same parameters in several forms.
  mutating func addMethod(
    _ name: String, parameters: [String], withDefault: Int, functions: [String]
  ) {
    _ = addObject(
      .with {
        $0.function = .with {
          $0.concreteFunctions = functions
          $0.functionSpec = TFFunctionSpec(parameters: parameters, withDefault: withDefault)
        }
      }, asChild: name)
  }

  /// Adds a signature that calls a function of the inputs, in the order of their names, and all captures.
  mutating func addSignature(
    _ key: String, inputs: [(name: String, argument: GraphFunction.Argument)],
    outputs: [(name: String, type: TFDataType, shape: [Int])], function: String
  ) {
    func tensors<Element>(_ list: [Element], _ spec: (Element) -> (String, PythonValue))
      -> PythonValue
    { .dictionary(Dictionary(list.map(spec), uniquingKeysWith: { $1 })) }
    addConcrete(
      function,
      arguments: .tuple([
        .tuple([]),
        tensors(inputs) {
          ($0.name, .tensor(name: $0.name, $0.argument.type, shape: $0.argument.shape))
        },
      ]), output: tensors(outputs) { ($0.name, .tensor(name: $0.name, $0.type, shape: $0.shape)) })
    let keywords = inputs.map(\.name)
    let object = addObject(
      .with {
        $0.bareConcreteFunction = .with {
          $0.concreteFunctionName = function
          $0.argumentKeywords = keywords
          $0.allowedPositionalArguments = keywords.count == 1 ? 1 : 0
          $0.functionSpec = TFFunctionSpec(keywords: keywords)
        }
      })
    signatureObjects.append(.init(object, key))

    var feeds: [String] = []
    var definition = TFSignatureDef.with { $0.methodName = "tensorflow/serving/predict" }
    for input in inputs {
      let node = unused("\(key)_\(input.name.asGraphName)")
      let shape = TFTensorShapeProto(input.argument.shape)
      graph.append(
        TFNodeDef(
          "Placeholder", named: node,
          ["dtype": TFAttrValue(input.argument.type), "shape": TFAttrValue(shape)]))
      feeds.append(node)
      definition.inputs[input.name] = TFTensorInfo("\(node):0", input.argument.type, shape: shape)
    }
    let call = unused("\(key)_call")
    for (position, output) in outputs.enumerated() {
      definition.outputs[output.name] = TFTensorInfo(
        "\(call):\(position)", output.type, shape: TFTensorShapeProto(output.shape))
    }
    signatures[key] = definition
    graph.append(
      TFNodeDef(
        "StatefulPartitionedCall", named: call, inputs: feeds + captures.map(\.node),
        [
          "f": TFAttrValue(function: function),
          "Tin": TFAttrValue(inputs.map(\.argument.type) + captures.map(\.argument.type)),
          "Tout": TFAttrValue(outputs.map(\.type)),
        ]))
  }

  /// A name that no node of the graph has yet.
  private func unused(_ name: String) -> String {
    var name = name
    while graph.contains(where: { $0.name == name }) { name += "_" }
    return name
  }

  // MARK: The whole

  /// The file `saved_model.pb`.
  consuming func savedModel() -> TFSavedModel {
    let map = TFSavedObject.with {
      $0.children = signatureObjects
      $0.userObject = .versioned("signature_map")
    }
    children.append(.init(addObject(map), "signatures"))
    objects[0] = .with {
      $0.children = children
      $0.userObject = .plain
    }
    addInitialization()
    let saver = addSaver()
    let meta = TFMetaGraphDef.with {
      $0.metaInfoDef = .with {
        $0.tags = ["serve"]
        $0.tensorflowVersion = "2.20.0"
        $0.strippedDefaultAttrs = true
      }
      $0.graphDef = .with {
        $0.node = graph
        $0.library = .with { $0.function = functions }
        $0.versions = .with {
          $0.producer = 1882
          $0.minConsumer = 12
        }
      }
      $0.saverDef = saver
      $0.collectionDef = [
        "saved_model_main_op": .with { $0.nodeList = .with { $0.value = ["init_op"] } }
      ]
      $0.signatureDef = signatures
      $0.assetFileDef = assets
      $0.objectGraphDef = .with {
        $0.nodes = objects
        $0.concreteFunctions = concrete
      }
    }
    return .with {
      $0.savedModelSchemaVersion = 1
      $0.metaGraphs = [meta]
    }
  }

  /// What the tensor bundle says of the object graph, so that Python finds the variables.
  var checkpointGraph: TFTrackableObjectGraph {
    .with {
      $0.nodes =
        [
          .with {
            $0.children = variables.enumerated().map {
              .init(Int32($0.offset) + 1, $0.element.name)
            }
          }
        ]
        + variables.map { variable in
          .with {
            $0.attributes = [
              .with {
                $0.name = "VARIABLE_VALUE"
                $0.fullName = variable.name
                $0.checkpointKey = variable.key
              }
            ]
          }
        }
    }
  }

  private mutating func addInitialization() {
    graph.append(TFNodeDef("NoOp", named: "init_op", inputs: initializers.map { "^\($0)" }))
    signatures["__saved_model_init_op"] = .with {
      $0.outputs["__saved_model_init_op"] = TFTensorInfo(
        "init_op", .dtInvalid, shape: .ofAnyRank)
    }
  }

  /// Nodes that restore the variables, and save them, for sessions.
  private mutating func addSaver() -> TFSaverDef {
    let types = TFAttrValue(variables.map(\.type))
    let count = variables.count
    graph.append(
      TFNodeDef(
        "Placeholder", named: "saver_filename",
        ["dtype": TFAttrValue(TFDataType.dtString), "shape": TFAttrValue(TFTensorShapeProto([]))]))
    graph.append(
      TFNodeDef(
        constant: TFTensorProto(variables.map(\.key), shape: [count]), named: "restore/names"))
    graph.append(
      TFNodeDef(
        constant: TFTensorProto(Array(repeating: "", count: count), shape: [count]),
        named: "restore/slices"))
    let names = ["saver_filename", "restore/names", "restore/slices"]
    graph.append(
      TFNodeDef("RestoreV2", named: "restore/all", inputs: names, ["dtypes": types]))
    for (position, variable) in variables.enumerated() {
      graph.append(
        TFNodeDef(
          "AssignVariableOp", named: "restore/assign_\(variable.name)",
          inputs: [variable.name, "restore/all:\(position)"],
          ["dtype": TFAttrValue(variable.type)]))
      graph.append(
        TFNodeDef(
          "ReadVariableOp", named: "\(variable.name)/Read", inputs: [variable.name],
          ["dtype": TFAttrValue(variable.type)]))
    }
    graph.append(
      TFNodeDef(
        "NoOp", named: "restore/done", inputs: variables.map { "^restore/assign_\($0.name)" }))
    graph.append(
      TFNodeDef(
        "SaveV2", named: "save/write", inputs: names + variables.map { "\($0.name)/Read" },
        ["dtypes": types]))
    graph.append(
      TFNodeDef(
        "Identity", named: "save/path", inputs: ["saver_filename", "^save/write"],
        ["T": TFAttrValue(TFDataType.dtString)]))
    return .with {
      $0.filenameTensorName = "saver_filename:0"
      $0.saveTensorName = "save/path:0"
      $0.restoreOpName = "restore/done"
      $0.version = .v2
    }
  }
}

extension TFObjectReference {
  init(_ id: Int32, _ name: String) {
    self.init()
    nodeID = id
    localName = name
  }
}

extension TFSavedUserObject {
  /// An object of nothing but members.
  static let plain = versioned("_generic_user_object")

  fileprivate static func versioned(_ identifier: String) -> Self {
    .with {
      $0.identifier = identifier
      $0.version = .with {
        $0.producer = 1
        $0.minConsumer = 1
      }
    }
  }
}

extension String {
  /// The name with what graphs do not take in names replaced.
  var asGraphName: String {
    String(
      unicodeScalars.map { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
        default: "_"
        }
      })
  }
}
