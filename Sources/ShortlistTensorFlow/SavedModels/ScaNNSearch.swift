import ShortlistIndex
import ShortlistMessages
import ShortlistTensors

/// Searches a `ScaNNIndex` by the operations of the Python package `scann`.
struct ScaNNSearch: CandidateSearch {
  private let index: ScaNNIndex.ByRow
  private let description: ScaNNDescription
  private let tensors: ScaNNTensors
  private let fingerprint: String

  private static let recreate = "__inference_recreate_handle"

  /// - Parameters:
  ///   - k: neighbours where the caller does not say.
  ///   - queryVectors: vectors of a query.
  /// - Throws: `TensorFlowError.unsupportedModel` for what the operations have no way to say.
  init(_ index: ScaNNIndex.ByRow, k: Int, queryVectors: Int) throws {
    let count = index.leaves.count
    guard queryVectors == 1 else {
      throw TensorFlowError(
        .unsupportedModel,
        message:
          "queries have \(queryVectors) vectors, and scann searches with one. Export the model "
          + "with exact search")
    }
    guard count <= Int(Int32.max) else {
      throw TensorFlowError(
        .unsupportedModel,
        message: "the index has \(count) rows, and scann numbers them up to \(Int32.max)")
    }
    self.index = index
    // scann ends the process where it is to compare all vectors and they are bytes.
    let isBruteForce = index.leafCount == 1 && index.codebook == nil
    description = ScaNNDescription(
      k: max(1, min(k, count)), dimensions: index.dimensions, leaves: index.leafCount,
      leavesToSearch: index.leavesToSearch, dimensionsPerBlock: index.codebook?.width,
      reordering: min(index.reordering, count),
      isInt8: index.precision == .int8 && !isBruteForce, isBfloat16: index.precision == .bfloat16)
    tensors = try ScaNNTensors(index, description)
    fingerprint = try tensors.fingerprint()
  }

  var count: Int { index.leaves.count }

  var variables: [SavedModelBuilder.Variable] {
    tensors.parts.map { .init(name: $0.name, type: $0.type, shape: $0.shape) }
  }

  func write(_ variable: SavedModelBuilder.Variable, to bundle: inout BundleWriter) throws {
    for part in tensors.parts where part.name == variable.name {
      try bundle.write(part, as: variable.key)
    }
  }

  // MARK: The graph

  /// The function that makes the searcher, or finds it where it has been made; and the object that scann's
  /// `searcher_from_module` takes.
  func addParts(to builder: inout SavedModelBuilder) {
    let captures = tensors.parts.compactMap { part in
      builder.captures.first { $0.node == part.name }
    }
    var function = GraphFunction(Self.recreate, captures.map(\.argument))
    let values = zip(function.inputs, tensors.parts).map { function.read($0, $1.type) }
    let node = function.node(
      "Scann>TensorsToScann", values.map(\.reference),
      [
        "container": TFAttrValue(""),
        // With a name all signatures of a session share a searcher, without each makes its own.
        "shared_name": TFAttrValue("shortlist-scann-\(fingerprint)"),
      ])
    function.give(
      "handle", GraphTensor(reference: "\(node):searcher_handle:0", type: .dtResource))
    function.alwaysRun(node)
    builder.add(function)
    builder.addConcrete(
      Self.recreate, arguments: .tuple([.tuple([]), .dictionary([:])]),
      output: .tensor(name: "handle", .dtResource, shape: []), bound: captures.map(\.object))
    let recreate = builder.addFunctionObject(Self.recreate)
    _ = builder.addObject(
      .with {
        $0.children =
          captures.map { .init($0.object, $0.node) } + [.init(recreate, "recreate_handle")]
        $0.userObject = .plain
      }, asChild: "_serialized_searcher")
  }

  func best(
    _ k: GraphTensor, of vectors: GraphTensor, in function: inout GraphFunction
  ) -> (scores: GraphTensor, rows: GraphTensor) {
    let handles = tensors.parts.map { GraphTensor(variable: $0.name) }
    let searcher = function.call(Self.recreate, handles, giving: [.dtResource])[0]
    let (queries, squares) = admit(vectors, in: &function)
    let one = function.constant(TFTensorProto(1 as Int32))
    // None is an error to scann, and -1 a default.
    let wanted = function.binary("Maximum", k, one)
    // With fewer than k results would lack.
    let reordering = function.binary(
      "Maximum", wanted, function.constant(TFTensorProto(Int32(description.reordering))))
    // Searching no queries fails unless it is in parallel, which is slower for a few.
    let none = function.equal(
      function.size(of: queries, along: 0), function.constant(TFTensorProto(0 as Int32)))
    let inputs = [
      searcher, queries, wanted, reordering, depth(for: wanted, one, in: &function), none,
    ]
    let found = function.node("Scann>ScannSearchBatched", inputs.map(\.reference))
    let rows = GraphTensor(reference: "\(found):indices:0", type: .dtInt32)
    var scores = GraphTensor(reference: "\(found):distances:0", type: .dtFloat)
    if let squares {
      // |q - x|² = |q|² - 2 (q · x - |x|² / 2)
      let two = function.constant(TFTensorProto(2 as Float))
      scores = function.binary("Sub", function.binary("Mul", scores, two), squares)
      scores = function.binary("Minimum", scores, function.constant(TFTensorProto(0 as Float)))
    }
    return (function.columns(of: scores, upTo: k), function.columns(of: rows, upTo: k))
  }

  /// Queries as they are inside, and their squared lengths for distances.
  private func admit(
    _ vectors: GraphTensor, in function: inout GraphFunction
  ) -> (queries: GraphTensor, squares: GraphTensor?) {
    switch index.similarity {
    case .innerProduct: return (vectors, nil)
    case .cosine: return (function.normalize(vectors, epsilon: 1e-30), nil)
    case .euclidean:
      let squares = function.reduce(
        "Sum", function.unary("Square", vectors), axis: -1, keepingAxis: true)
      let column = function.binary(
        "AddV2", function.unary("ZerosLike", squares),
        function.constant(TFTensorProto(1 / index.columnScale)))
      return (function.concatenate([vectors, column], axis: 1), squares)
    }
  }

  /// How many leaves are searched: as many as the index was tuned to, and so many that they hold k rows, because scann
  /// fills up what lacks with row 0.
  private func depth(
    for k: GraphTensor, _ one: GraphTensor, in function: inout GraphFunction
  ) -> GraphTensor {
    guard description.leaves > 1 else { return function.constant(TFTensorProto(-1 as Int32)) }
    var sizes = [Int32](repeating: 0, count: description.leaves)
    for leaf in index.leaves { sizes[Int(leaf)] += 1 }
    sizes.sort()
    for place in sizes.indices.dropFirst() { sizes[place] += sizes[place - 1] }
    // Element l - 1 is the number of rows that any l leaves have at least.
    let least = function.constant(
      TFTensorProto(.dtInt32, shape: [1, sizes.count]) { $0.intVal = sizes })
    let place = function.operation(
      "LowerBound", [least, function.reshape(k, to: [1, 1])],
      ["T": TFAttrValue(TFDataType.dtInt32), "out_type": TFAttrValue(TFDataType.dtInt32)],
      output: "output", .dtInt32)
    let needed = function.binary("AddV2", function.reshape(place, to: []), one)
    return function.binary(
      "Maximum", needed, function.constant(TFTensorProto(Int32(description.leavesToSearch))))
  }
}
