import ShortlistMessages

/// Finds out what a function of a graph computes, as far as retrieval models need it.
///
/// Only what the outputs depend on is looked at; an operation that is not understood matters where its value is
/// asked for.
struct GraphReader {
  /// A call of a function: what its arguments are, and what of it is known already.
  private final class Frame {
    let arguments: [String: GraphValue]
    let nodes: [String: TFNodeDef]
    var known: [String: GraphValue] = [:]

    init(_ function: TFFunctionDef, _ values: [GraphValue]) {
      arguments = Dictionary(
        zip(function.signature.inputArg.map(\.name), values), uniquingKeysWith: { $1 })
      nodes = Dictionary(function.nodeDef.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    }
  }

  private let model: SavedModelFile
  /// Files may hold functions that call themselves.
  private var depth = 0
  private var steps = 0

  init(_ model: SavedModelFile) { self.model = model }

  /// The outputs of a function, in order.
  mutating func outputs(of name: String, _ arguments: [GraphValue]) throws -> [GraphValue] {
    guard let function = model.functions[name] else {
      throw TensorFlowError(
        .damagedFile, path: model.path, message: "there is no function \(name) in the graph")
    }
    let frame = Frame(function, arguments)
    return try function.signature.outputArg.map { output in
      guard let reference = function.ret[output.name] else {
        return .unknown(operation: "nothing", node: output.name)
      }
      return try value(of: reference, in: frame)
    }
  }

  private mutating func value(of reference: String, in frame: Frame) throws -> GraphValue {
    if let argument = frame.arguments[reference] { return argument }
    if let known = frame.known[reference] { return known }
    steps += 1
    depth += 1
    defer { depth -= 1 }
    guard depth < 400, steps < 100_000 else { throw tooLarge }
    let parts = reference.split(separator: ":", omittingEmptySubsequences: false)
    guard let node = frame.nodes[String(parts[0])] else {
      return .unknown(operation: "nothing", node: reference)
    }
    let output = parts.count > 1 ? String(parts[1]) : ""
    let position = parts.count > 2 ? Int(parts[2]) ?? 0 : 0
    let value = try evaluate(node, output: output, position, in: frame)
    // Towers joined with themselves double.
    if case .vectors(let tower) = value, tower.encoders.count + tower.layers.count > 1000 {
      throw tooLarge
    }
    frame.known[reference] = value
    return value
  }

  private var tooLarge: TensorFlowError {
    TensorFlowError(
      .unsupportedModel, path: model.path,
      message: "the graph is deeper or larger than that of a retrieval model")
  }

  private mutating func evaluate(
    _ node: TFNodeDef, output: String, _ position: Int, in frame: Frame
  ) throws -> GraphValue {
    let unknown = GraphValue.unknown(operation: node.op, node: node.name)
    let references = node.input.filter { !$0.hasPrefix("^") }
    func input(_ place: Int) throws -> GraphValue {
      guard references.indices.contains(place) else { return unknown }
      return try value(of: references[place], in: frame)
    }
    switch node.op {
    case "Identity", "StopGradient", "Snapshot", "Cast": return try input(0)
    case "Const":
      guard case .tensor(let tensor)? = node.attr["value"]?.value else { return unknown }
      return .constant(tensor)
    case "StatefulPartitionedCall", "PartitionedCall":
      guard case .func(let function)? = node.attr["f"]?.value else { return unknown }
      let arguments = try references.map { try value(of: $0, in: frame) }
      let outputs = try outputs(of: function.name, arguments)
      return outputs.indices.contains(position) ? outputs[position] : unknown
    case "ReadVariableOp":
      guard case .object(let variable) = try input(0) else { return unknown }
      return .contents(variable)
    case "TopKV2":
      guard case .scores(let search) = try input(0) else {
        return propagated(try input(0), unknown)
      }
      return output == "indices" ? .bestRows(search) : .bestScores(search)
    case "Scann>TensorsToScann":
      guard case .contents(let vectors) = try input(0),
        case .contents(let configuration) = try input(1)
      else { return unknown }
      return .searcher(vectors: vectors, configuration: configuration)
    case "Scann>ScannSearchBatched":
      guard case .searcher(let vectors, let configuration) = try input(0),
        case .vectors(let tower) = try input(1)
      else { return propagated(try input(1), unknown) }
      let search = GraphValue.Search(
        tower: tower, candidates: vectors, scann: configuration)
      return output == "indices" ? .bestRows(search) : .bestScores(search)
    default:
      let inputs = try references.map { try value(of: $0, in: frame) }
      return meaning(of: node, inputs) ?? propagated(inputs.first, unknown)
    }
  }

  /// The first thing that was not understood is what matters to the user.
  private func propagated(_ value: GraphValue?, _ unknown: GraphValue) -> GraphValue {
    if case .unknown? = value { return value ?? unknown }
    return unknown
  }

  /// What an operation of one output means; nil if it is not understood.
  private func meaning(of node: TFNodeDef, _ inputs: [GraphValue]) -> GraphValue? {
    guard let first = inputs.first else { return nil }
    let second = inputs.count > 1 ? inputs[1] : nil
    switch (node.op, first, second) {
    case ("LookupTableFindV2", .object(let table), .input(let name)?):
      guard inputs.count > 2, let unknown = number(inputs[2]) else { return nil }
      return .rows(input: name, table: table, unknown: unknown)
    case ("ResourceGather", .object(let variable), let rows?),
      ("GatherV2", .contents(let variable), let rows?):
      switch rows {
      case .rows(let input, let table, let unknown):
        return .vectors(
          ImportedTower([
            .embedding(input: input, table: table, unknown: unknown, variable: variable)
          ]))
      case .bestRows(let search): return .identifiers(search, variable: variable)
      default: return nil
      }
    case ("StridedSlice", .bestRows, let start?), ("StridedSlice", .bestScores, let start?):
      // The first columns, as our own models have it.
      return tensor(start)?.integers?.allSatisfy { $0 == 0 } == true ? first : nil
    case ("ConcatV2", .vectors, _):
      return concatenation(inputs)
    case ("MatMul", .vectors(let tower), .contents(let variable)?):
      guard node.attr["transpose_a"]?.b != true else { return nil }
      if node.attr["transpose_b"]?.b == true {
        return .scores(.init(tower: tower, candidates: variable))
      }
      return .vectors(tower.adding(.dense(kernel: variable, bias: nil, activation: nil)))
    case ("BiasAdd", .vectors(let tower), .contents(let variable)?),
      ("AddV2", .vectors(let tower), .contents(let variable)?):
      return tower.adding(bias: variable).map { .vectors($0) }
    case ("Relu", .vectors(let tower), _), ("Tanh", .vectors(let tower), _),
      ("Sigmoid", .vectors(let tower), _):
      guard let activation = ImportedTower.Activation(rawValue: node.op) else { return nil }
      return tower.adding(activation).map { .vectors($0) }
    default: return normalization(node, first, second) ?? standardization(node, first, second)
    }
  }

  private func concatenation(_ inputs: [GraphValue]) -> GraphValue? {
    var encoders: [ImportedTower.Encoder] = []
    for input in inputs.dropLast() {
      guard case .vectors(let tower) = input, tower.layers.isEmpty else { return nil }
      encoders += tower.encoders
    }
    guard let axis = number(inputs[inputs.count - 1]), axis == 1 || axis == -1 else { return nil }
    return .vectors(ImportedTower(encoders))
  }

  /// x / √max(Σ x², epsilon), step by step.
  private func normalization(
    _ node: TFNodeDef, _ first: GraphValue, _ second: GraphValue?
  ) -> GraphValue? {
    switch (node.op, first, second) {
    case ("Square", .vectors(let tower), _): return .squares(tower)
    case ("Sum", .squares(let tower), let axis?):
      return node.attr["keep_dims"]?.b == true && [1, -1].contains(number(axis))
        ? .sumOfSquares(tower) : nil
    case ("Maximum", .sumOfSquares(let tower), let least?):
      return float(least).map { .boundedSum(tower, epsilon: $0) }
    case ("Rsqrt", .boundedSum(let tower, let epsilon), _):
      return .inverseLength(tower, epsilon: epsilon)
    case ("Mul", .vectors(let tower), .inverseLength(let other, let epsilon)?):
      return tower === other ? .vectors(tower.adding(.l2Normalize(epsilon: epsilon))) : nil
    default: return nil
    }
  }

  /// (x - mean) / deviation as a column, step by step.
  private func standardization(
    _ node: TFNodeDef, _ first: GraphValue, _ second: GraphValue?
  ) -> GraphValue? {
    switch (node.op, first, second) {
    case ("Sub", .input(let name), let mean?):
      return float(mean).map { .centred(input: name, mean: $0) }
    case ("RealDiv", .centred(let name, let mean), let deviation?):
      return float(deviation).map { .standard(input: name, mean: mean, deviation: $0) }
    case ("ExpandDims", .standard(let name, let mean, let deviation), let axis?):
      guard [1, -1].contains(number(axis)), deviation > 0 else { return nil }
      return .vectors(
        ImportedTower([.numeric(input: name, mean: mean, deviation: deviation)]))
    default: return nil
    }
  }

  // MARK: Constants

  private func tensor(_ value: GraphValue) -> TFTensorProto? {
    switch value {
    case .constant(let tensor): tensor
    case .object(let id): model.constant(id)
    default: nil
    }
  }

  private func number(_ value: GraphValue) -> Int? { tensor(value)?.integers?.only }
  private func float(_ value: GraphValue) -> Float? {
    tensor(value)?.floats?.only.flatMap { $0.isFinite ? $0 : nil }
  }

  // MARK: Tables

  /// The node that fills a table, and its inputs.
  mutating func filling(of initializer: String, _ arguments: [GraphValue]) throws -> (
    node: TFNodeDef, inputs: [GraphValue]
  )? {
    guard let function = model.functions[initializer] else { return nil }
    let frame = Frame(function, arguments)
    let operations = [
      "LookupTableImportV2", "InitializeTableV2", "InitializeTableFromTextFileV2",
    ]
    guard let node = function.nodeDef.first(where: { operations.contains($0.op) }) else {
      return nil
    }
    let references = node.input.filter { !$0.hasPrefix("^") }
    return (node, try references.map { try value(of: $0, in: frame) })
  }

  /// The tensor that a value is, if it is constant.
  func constant(_ value: GraphValue) -> TFTensorProto? { tensor(value) }
}

extension Array {
  /// The element of an array that has one.
  fileprivate var only: Element? { count == 1 ? self[0] : nil }
}
