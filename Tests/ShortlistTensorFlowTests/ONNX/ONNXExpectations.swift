import Foundation
import Shortlist
import ShortlistTensorFlow
import Testing

/// What the models of a retriever must answer, for `onnx_check.py`.
struct ONNXExpectations: Encodable {
  enum Values: Encodable {
    case strings([String])
    case lists([[String]])
    case numbers([Float])

    var column: AnyColumn {
      switch self {
      case .strings(let values): .strings(StringColumn(values))
      case .lists(let values): .stringLists(ListColumn(values))
      case .numbers(let values): .floats(values)
      }
    }
  }

  struct Retrieval: Encodable {
    let k: Int
    let scores: [[Float]]
    let titles: [[String]]
  }

  let name: String
  let order: [String: [String]]
  let queries: [String: Values]
  let queryVectors: [[Float]]
  let candidates: [String: Values]
  let candidateVectors: [[Float]]
  let externalTensors: Int
  let items: Int
  /// Whether scores are without rounding, so that the order is the same.
  let isExact: Bool
  var retrievals: [Retrieval]

  /// Exports a retriever to a folder of a name, and says what Swift answers.
  init(
    _ name: String, of retriever: Retriever, for queries: [String: Values],
    candidates: [String: Values], similarity: Similarity = .innerProduct, externalTensors: Int = 0,
    isExact: Bool = false, counts: [Int], to folder: URL
  ) throws {
    let models = try retriever.exportONNX(
      to: folder.appending(path: name).path(percentEncoded: false))
    #expect(models.map(\.file) == ["query.onnx", "candidate.onnx", "retrieval.onnx"])
    self.name = name
    self.queries = queries
    self.candidates = candidates
    self.externalTensors = externalTensors
    self.isExact = isExact
    items = retriever.catalogue.count
    let model = retriever.model
    order = [
      "query": queries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) },
      "candidate": candidates.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) },
    ]
    let vectors = try model.embedQueries(
      try Dataset(queries.map { (name: $0.key, column: $0.value.column) }))
    queryVectors = vectors.lists
    let items = try model.candidate.bind(
      try Dataset(candidates.map { (name: $0.key, column: $0.value.column) }))
    candidateVectors = model.embedCandidates(items).gathering(items.rowOfExample).lists
    let exact = try ExactIndex(retriever.catalogue.embeddings, similarity: similarity)
    retrievals = try counts.map { k in
      let found = try exact.nearest(
        k, to: vectors, vectors: model.task.queryVectors,
        where: Array(repeating: .all, count: vectors.rows))
      return Retrieval(
        k: k, scores: found.map { $0.map(\.score) },
        titles: found.map { $0.map { retriever.catalogue.identifiers[$0.row] } })
    }
  }
}

extension Matrix {
  fileprivate var lists: [[Float]] {
    (0..<rows).map { row in (0..<columns).map { self[row, $0] } }
  }
}
