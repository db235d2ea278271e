import ShortlistIndex
import ShortlistMessages
import ShortlistModels
import ShortlistTensors

extension ONNXGraph {
  /// Rows that inner products propose beyond k where distances decide.
  private static let spare = 64

  /// Adds the search of a catalogue: every item is scored, and the k best are given out. Of equal scores the
  /// item that comes first in the catalogue is the first.
  ///
  /// - Parameters:
  ///   - queries: n x (vectors * dimensions).
  ///   - vectors: vectors a query; the largest of their scores counts.
  ///   - k: an integer in a list; more than there are items is all of them.
  /// - Returns: scores and titles, both n x k.
  mutating func search(
    _ catalogue: Catalogue, for queries: String, vectors: Int, k: String, similarity: Similarity
  ) -> (scores: String, titles: String) {
    scope = "retrieval"
    defer { scope = "" }
    let width = catalogue.embeddings.columns
    let items = integers("items", catalogue.count)
    let wanted = add("Min", k, items)
    let titles = constant(
      "titles", [catalogue.count], .strings(catalogue.identifiers))
    let single =
      vectors == 1 ? queries : add("Reshape", queries, integers("one by one", -1, width))
    let embeddings = catalogue.embeddings
    let table = constant("candidates", [catalogue.count, width], .matrix(embeddings))

    let scores: String
    switch similarity {
    case .innerProduct: scores = innerProducts(single, table)
    case .cosine:
      let scales = constant(
        "scales", [catalogue.count], .matrix(Matrix(row: embeddings.inverseLengths())))
      scores = add("Mul", innerProducts(normalize(single), table), scales)
    case .euclidean:
      let halves = (0..<catalogue.count).map { Float(-0.5 * embeddings[row: $0].sumOfSquares()) }
      let bias = constant(
        "half squares", [catalogue.count],
        .matrix(Matrix(row: halves)))
      let inner = innerProducts(single, table, plus: bias)
      // What all items have in common matters where the scores of several vectors are compared.
      scores = vectors == 1 ? inner : add("Sub", inner, halfSquares(of: single))
    }
    let best = largest(scores, of: vectors, over: catalogue.count)
    guard similarity == .euclidean else {
      let found = top(wanted, of: best)
      return (found.values, add("Gather", titles, found.places))
    }

    let proposals = add("Min", add("Add", k, integers("spare", Self.spare)), items)
    let proposed = top(proposals, of: best).places
    // In the order of the catalogue, for ties.
    let rows = add(
      "TopK", [proposed, proposals], [.integer("largest", 0)], outputs: 2)[0]
    let distances = distances(
      from: add("Reshape", queries, integers("queries", -1, vectors, 1, width)),
      to: add("Gather", table, rows))
    let found = top(wanted, of: distances)
    let chosen = add(
      "GatherElements", rows, found.places, attributes: [.integer("axis", 1)])
    return (found.values, add("Gather", titles, chosen))
  }

  private mutating func innerProducts(
    _ queries: String, _ table: String, plus bias: String? = nil
  ) -> String {
    add(
      "Gemm", [queries, table] + (bias.map { [$0] } ?? []), [.integer("transB", 1)], outputs: 1)[0]
  }

  private mutating func halfSquares(of queries: String) -> String {
    let squares = add("ReduceSumSquare", queries, attributes: [.integers("axes", [1])])
    return add("Mul", squares, number("half", 0.5))
  }

  /// Each row divided by its length; rows of zeros stay. The largest element is divided out first, so that
  /// squares neither vanish nor overflow.
  private mutating func normalize(_ queries: String) -> String {
    let largest = add("ReduceMax", add("Abs", queries), attributes: [.integers("axes", [1])])
    let scaled = add(
      "Div", queries, add("Max", largest, number("least", .leastNormalMagnitude)))
    let squares = add("ReduceSumSquare", scaled, attributes: [.integers("axes", [1])])
    return add("Div", scaled, add("Sqrt", add("Max", squares, number("one", 1))))
  }

  /// The largest score of a query's vectors.
  private mutating func largest(_ scores: String, of vectors: Int, over items: Int) -> String {
    guard vectors > 1 else { return scores }
    return add(
      "ReduceMax", add("Reshape", scores, integers("by query", -1, vectors, items)),
      attributes: [.integers("axes", [1]), .integer("keepdims", 0)])
  }

  private mutating func top(_ k: String, of scores: String) -> (values: String, places: String) {
    let found = add("TopK", [scores, k], outputs: 2)
    return (found[0], found[1])
  }

  /// Minus the squared distances, in double precision from the elements themselves, as `ExactIndex` has them.
  ///
  /// - Parameters:
  ///   - queries: n x vectors x 1 x dimensions.
  ///   - items: n x p x dimensions.
  /// - Returns: n x p.
  private mutating func distances(from queries: String, to items: String) -> String {
    func double(_ value: String, _ graph: inout Self) -> String {
      graph.add("Cast", value, attributes: [.integer("to", Element.double.rawValue)])
    }
    let items = add("Unsqueeze", items, integers("vectors", 1))
    let difference = add("Sub", double(queries, &self), double(items, &self))
    let squares = add(
      "ReduceSumSquare", difference, attributes: [.integers("axes", [3]), .integer("keepdims", 0)])
    let single = add("Cast", squares, attributes: [.integer("to", Element.float.rawValue)])
    return add(
      "ReduceMax", add("Sub", number("zero", 0), single),
      attributes: [.integers("axes", [1]), .integer("keepdims", 0)])
  }
}
