import ShortlistMessages

/// The functions of a retrieval model: queries to vectors, and vectors to the best candidates.
extension SavedModelBuilder {
  /// A function of the model and what it takes and gives.
  private struct Form {
    let function: String
    let arguments: [GraphFunction.Argument]
  }

  struct Retrieval {
    let input: QueryInput
    /// How many candidates are given unless k is.
    let k: Int
    let search: any CandidateSearch
  }

  enum Name {
    static let identifiers = "identifiers"
    static let embed = "__inference_embed"
    static let topK = "__inference_top_k"
    static let excluding = "__inference_top_k_excluding"
  }

  private static let k = GraphFunction.Argument("k", .dtInt32)
  private static let exclusions = GraphFunction.Argument("exclusions", .dtString, shape: [-1, -1])

  /// Adds everything but the function `embed`, which has been added.
  mutating func addRetrieval(_ retrieval: Retrieval, dimensions: Int) {
    addTopK(retrieval)
    addTopKExcluding(retrieval)
    let queries = retrieval.input.arguments
    let (query, k) = (retrieval.input.value, PythonValue.tensor(name: "k", .dtInt32, shape: []))
    let exclusions = PythonValue.tensor(name: "exclusions", .dtString, shape: [-1, -1])

    let forms: [(String, [GraphFunction.Argument], [PythonValue], Bool, Int)] = [
      ("call", queries, [query, .none], false, retrieval.k),
      ("call_k", queries + [Self.k], [query, k], false, -1),
      ("excluding", queries + [Self.exclusions], [query, exclusions, .none], true, -1),
      ("excluding_k", queries + [Self.exclusions, Self.k], [query, exclusions, k], true, -1),
    ]
    for (name, arguments, values, isExcluding, width) in forms {
      let function = addForm("__inference_\(name)", arguments, isExcluding, retrieval)
      addConcrete(
        function, arguments: .tuple([.tuple(values), .dictionary([:])]),
        output: .tuple([
          .tensor(name: "tensor_0", .dtFloat, shape: [-1, width]),
          .tensor(name: "tensor_1", .dtString, shape: [-1, width]),
        ]))
    }
    addMethod(
      "__call__", parameters: ["queries", "k"], withDefault: 1,
      functions: ["__inference_call", "__inference_call_k"])
    addMethod(
      "query_with_exclusions", parameters: ["queries", "exclusions", "k"], withDefault: 1,
      functions: ["__inference_excluding", "__inference_excluding_k"])
    addEmbedding(retrieval, dimensions: dimensions)

    let single = retrieval.input.signatureInputs(single: "queries")
    addSignature(
      "serving_default", retrieval.input.signatureInputs(single: "input_1"), false,
      width: retrieval.k, retrieval)
    addSignature("top_k", single + [("k", Self.k)], false, width: -1, retrieval)
    addSignature(
      "query_with_exclusions", single + [("exclusions", Self.exclusions)], true, width: -1,
      retrieval)
    addSignature(
      "query_with_exclusions_k", single + [("exclusions", Self.exclusions), ("k", Self.k)], true,
      width: -1, retrieval)
  }

  // MARK: The functions that compute

  /// (queries, k) -> (scores, identifiers), best first.
  private mutating func addTopK(_ retrieval: Retrieval) {
    var function = function(Name.topK, retrieval.input.arguments + [Self.k])
    let count = retrieval.input.parts.count
    let (queries, k) = (Array(function.inputs[..<count]), function.inputs[count])
    let captured = Array(function.inputs[(count + 1)...])
    let embedded = function.call(Name.embed, queries + captured, giving: [.dtFloat])[0]
    let limit = function.constant(TFTensorProto(Int32(retrieval.search.count)))
    let best = retrieval.search.best(
      function.binary("Minimum", k, limit), of: embedded, in: &function)
    function.give("scores", best.scores)
    function.give(
      "identifiers", function.gather(.init(variable: Name.identifiers), best.rows, .dtString))
    add(function)
  }

  /// (queries, exclusions, k) -> (scores, identifiers): k more than there are exclusions are found, those that
  /// are excluded put last, and k taken.
  private mutating func addTopKExcluding(_ retrieval: Retrieval) {
    var function = function(
      Name.excluding, retrieval.input.arguments + [Self.exclusions, Self.k])
    let count = retrieval.input.parts.count
    let queries = Array(function.inputs[..<count])
    let (exclusions, k) = (function.inputs[count], function.inputs[count + 1])
    let captured = Array(function.inputs[(count + 2)...])
    // Before the sum, which a k of "all there is" would overflow.
    let limit = function.constant(TFTensorProto(Int32(retrieval.search.count)))
    let more = function.binary(
      "AddV2", function.binary("Minimum", k, limit), function.size(of: exclusions, along: 1))
    let wide = function.call(
      Name.topK, queries + [more] + captured, giving: [.dtFloat, .dtString])
    // n x found x exclusions
    let isExcluded = function.reduce(
      "Any",
      function.equal(function.expand(wide[1], axis: -1), function.expand(exclusions, axis: 1)),
      axis: -1)
    let last = function.constant(TFTensorProto(-Float.infinity))
    let order = function.select(isExcluded, last, wide[0])
    let width = function.size(of: order, along: 1)
    let best = function.topK(order, function.binary("Minimum", k, width))
    function.give("scores", function.gatherInRows(wide[0], best.indices))
    function.give("identifiers", function.gatherInRows(wide[1], best.indices))
    add(function)
  }

  // MARK: The functions that are called

  /// A function that hands its arguments, whatever their order, and k to one that computes.
  private mutating func addForm(
    _ name: String, _ arguments: [GraphFunction.Argument], _ isExcluding: Bool,
    _ retrieval: Retrieval, outputs: [String] = ["scores", "identifiers"]
  ) -> String {
    var function = function(name, arguments)
    let given = Dictionary(
      zip(arguments.map(\.name), function.inputs), uniquingKeysWith: { $1 })
    let captured = Array(function.inputs[arguments.count...])
    let k = given["k"] ?? function.constant(TFTensorProto(Int32(retrieval.k)))
    var inputs = retrieval.input.arguments.compactMap { given[$0.name] }
    if isExcluding, let exclusions = given["exclusions"] { inputs.append(exclusions) }
    let found = function.call(
      isExcluding ? Name.excluding : Name.topK, inputs + [k] + captured,
      giving: [.dtFloat, .dtString])
    for (output, tensor) in zip(outputs, found) { function.give(output, tensor) }
    add(function)
    return name
  }

  private mutating func addSignature(
    _ key: String, _ inputs: [(name: String, argument: GraphFunction.Argument)],
    _ isExcluding: Bool, width: Int, _ retrieval: Retrieval
  ) {
    let inputs = inputs.sortedAsParameters
    let function = addForm(
      "__inference_signature_\(key)", inputs.map(\.argument), isExcluding, retrieval,
      outputs: ["output_1", "output_2"])
    addSignature(
      key, inputs: inputs,
      outputs: [("output_1", .dtFloat, [-1, width]), ("output_2", .dtString, [-1, width])],
      function: function)
  }

  /// The method and signature `embed_queries`.
  private mutating func addEmbedding(_ retrieval: Retrieval, dimensions: Int) {
    let inputs = retrieval.input.signatureInputs(single: "queries").sortedAsParameters
    for (name, arguments) in [
      ("__inference_embed_queries", retrieval.input.arguments),
      ("__inference_signature_embed_queries", inputs.map(\.argument)),
    ] {
      var function = function(name, arguments)
      let given = Dictionary(
        zip(arguments.map(\.name), function.inputs), uniquingKeysWith: { $1 })
      let queries = retrieval.input.arguments.compactMap { given[$0.name] }
      let vectors = function.call(
        Name.embed, queries + function.inputs[arguments.count...], giving: [.dtFloat])[0]
      function.give("embeddings", vectors)
      add(function)
    }
    addConcrete(
      "__inference_embed_queries",
      arguments: .tuple([.tuple([retrieval.input.value]), .dictionary([:])]),
      output: .tensor(name: "embeddings", .dtFloat, shape: [-1, dimensions]))
    addMethod(
      "embed_queries", parameters: ["queries"], withDefault: 0,
      functions: ["__inference_embed_queries"])
    addSignature(
      "embed_queries", inputs: inputs,
      outputs: [("embeddings", .dtFloat, [-1, dimensions])],
      function: "__inference_signature_embed_queries")
  }
}
