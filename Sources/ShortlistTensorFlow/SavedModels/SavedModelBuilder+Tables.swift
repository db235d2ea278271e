import Foundation
import ShortlistData
import ShortlistMessages

extension SavedModelBuilder {
  /// A file of the model's `assets`.
  struct Asset {
    let name: String
    let lines: [String]
  }

  /// Adds a table that gives the rows of a vocabulary's words, 0 for others.
  ///
  /// The words go to an asset with one word a line, whose numbers are the rows; words that lines cannot hold, into the
  /// graph.
  mutating func addTable(_ name: String, _ words: [String]) -> Asset? {
    let creator = "__inference_create_\(name)"
    let initializer = "__inference_initialize_\(name)"
    let tableAttributes = [
      "key_dtype": TFAttrValue(TFDataType.dtString), "value_dtype": TFAttrValue(TFDataType.dtInt64),
      "shared_name": TFAttrValue(name), "use_node_name_sharing": TFAttrValue(true),
    ]
    var create = GraphFunction(creator, [])
    let node = create.node("HashTableV2", [], tableAttributes)
    create.give(
      "handle", GraphTensor(reference: "\(node):table_handle:0", type: .dtResource))
    create.alwaysRun(node)
    add(create)
    addConcrete(
      creator, arguments: .tuple([.tuple([]), .dictionary([:])]),
      output: .tensor(name: "handle", .dtResource, shape: []), bound: [])

    let asset = words.contains(where: \.needsMoreThanALine) ? nil : lines(of: words, name)
    let recreate = addFunctionObject(creator)
    let initialize = addFunctionObject(initializer)
    let table = addObject(
      .with {
        $0.resource = .init()
        $0.children = [.init(recreate, "_create_resource"), .init(initialize, "_initialize")]
      }, asChild: name)
    graph.append(TFNodeDef("HashTableV2", named: name, tableAttributes))
    addInitializer(initializer, of: name, object: table, asset: asset, words)
    addCapture(.init(name, .dtResource), node: name, object: table)
    return asset
  }

  /// Adds a function without parameters as a member of an object.
  mutating func addFunctionObject(_ function: String) -> Int32 {
    addObject(
      .with {
        $0.function = .with {
          $0.concreteFunctions = [function]
          $0.functionSpec = TFFunctionSpec(signature: .tuple([]))
        }
      })
  }

  /// Line 0 is no word, so that the others have their rows as numbers.
  private func lines(of words: [String], _ name: String) -> Asset {
    var unknown = "[UNK]"
    let known = Set(words)
    while known.contains(unknown) { unknown = "[\(unknown)]" }
    return Asset(name: "\(name).txt", lines: [unknown] + words)
  }

  private mutating func addInitializer(
    _ name: String, of table: String, object: Int32, asset: Asset?, _ words: [String]
  ) {
    var arguments = [GraphFunction.Argument("table", .dtResource)]
    var (bound, inputs) = ([object], [table])
    if let asset {
      arguments.append(.init("filename", .dtString))
      let index = Int32(assets.count)
      bound.append(
        addObject(.with { $0.asset = .with { $0.assetFileDefIndex = index } }))
      // Loaders feed the path of the file in its place.
      let path = "\(table)_path"
      graph.append(TFNodeDef(constant: TFTensorProto([asset.name], shape: []), named: path))
      assets.append(
        .with {
          $0.tensorInfo = TFTensorInfo("\(path):0", .dtString, shape: TFTensorShapeProto([]))
          $0.filename = asset.name
        })
      inputs.append(path)
    }
    var function = GraphFunction(name, arguments)
    let fill: String
    if asset != nil {
      // The key is the whole line, the value its number.
      fill = function.node(
        "InitializeTableFromTextFileV2", function.inputs.map(\.reference),
        [
          "key_index": TFAttrValue(-2), "value_index": TFAttrValue(-1),
          "vocab_size": TFAttrValue(-1), "delimiter": TFAttrValue("\t"),
        ])
    } else {
      let keys = function.constant(TFTensorProto(words, shape: [words.count]))
      let rows = function.constant(TFTensorProto(words.indices.map { Int64($0) + 1 }))
      fill = function.node(
        "LookupTableImportV2", ["table", keys.reference, rows.reference],
        ["Tin": TFAttrValue(TFDataType.dtString), "Tout": TFAttrValue(TFDataType.dtInt64)])
    }
    let one = function.constant(TFTensorProto(1 as Int32))
    let done = function.node(
      "Identity", [one.reference, "^\(fill)"], ["T": TFAttrValue(TFDataType.dtInt32)])
    function.give("done", GraphTensor(reference: "\(done):output:0", type: .dtInt32))
    function.alwaysRun(fill)
    add(function)
    addConcrete(
      name, arguments: .tuple([.tuple([]), .dictionary([:])]),
      output: .tensor(name: "done", .dtInt32, shape: []), bound: bound)
    let call = "initialize_\(table)"
    graph.append(
      TFNodeDef(
        "StatefulPartitionedCall", named: call, inputs: inputs,
        [
          "f": TFAttrValue(function: name), "Tin": TFAttrValue(arguments.map(\.type)),
          "Tout": TFAttrValue([TFDataType.dtInt32]),
        ]))
    initializers.append(call)
  }
}

extension String {
  /// Whether a line of a file that TensorFlow reads does not hold the word: it drops carriage returns.
  fileprivate var needsMoreThanALine: Bool {
    isEmpty || utf8.contains { $0 == 0x0a || $0 == 0x0d }
  }
}
