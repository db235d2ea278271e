import Foundation
import Shortlist

/// Vectors, queries, and the true neighbours of every query: a file of peers/ann_data.py.
struct VectorSet {
  let name: String
  let base: Matrix
  let queries: Matrix
  private let truth: [Set<Int>]

  /// Neighbours that are asked for and counted.
  static let k = 10

  init(_ file: URL) throws {
    name = file.deletingPathExtension().lastPathComponent
    let tensors = try Safetensors(contentsOf: file)
    base = try tensors.matrix("base")
    queries = try tensors.matrix("queries")
    let width = try tensors.shape(of: "neighbors")[1]
    let neighbors = try tensors.elements("neighbors", as: Int32.self)
    truth = (0..<queries.rows).map { query in
      Set(neighbors[query * width..<query * width + Self.k].map(Int.init))
    }
  }

  /// The share of the true neighbours that were found.
  func recall(_ found: [[Neighbor]]) -> Double {
    let hits = zip(found, truth).map { found, expected in
      found.count { expected.contains($0.row) }
    }
    return Double(hits.reduce(0, +)) / Double(truth.count * Self.k)
  }
}
