import Shortlist

/// One way to build an index, and the ways to search what was built.
struct Candidate {
  /// The library that a line names.
  let library: String
  /// How it is built, for people.
  let variant: String
  /// Builds the index on all cores.
  let build: () throws -> Built
}

/// An index that is ready.
struct Built {
  /// From fast to thorough.
  let searches: [Search]
  /// Bytes of the index with the vectors that it keeps for exact scores, and of those vectors alone.
  let bytes: Int
  let vectorBytes: Int
}

/// One way to search an index.
struct Search {
  /// For people.
  let parameters: String
  let one: (Span<Float>) throws -> [Neighbor]
  let together: (Matrix) throws -> [[Neighbor]]
}

/// What there is to measure, by the name of `--index`.
let candidates: [String: @Sendable (_ base: Matrix) -> [Candidate]] = [
  "exact": exactCandidates, "scann": scannCandidates,
]

func exactCandidates(_ base: Matrix) -> [Candidate] {
  [
    Candidate(library: "shortlist exact", variant: "") {
      let index = try ExactIndex(base)
      let bytes = base.count * MemoryLayout<Float>.stride
      let search = Search(
        parameters: "", one: { try index.nearest(VectorSet.k, to: $0) },
        together: { try index.nearest(VectorSet.k, to: $0) })
      return Built(searches: [search], bytes: bytes, vectorBytes: bytes)
    }
  ]
}

/// The configuration as it is by default, and with fewer and more leaves.
func scannCandidates(_ base: Matrix) -> [Candidate] {
  [1.0, 0.6, 1.8].map { factor in
    var configuration = ScaNNIndex.Configuration()
    if factor != 1 {
      configuration.leaves = Int(Double(base.rows).squareRoot() * 2.8 * factor)
    }
    let variant = configuration.leaves.map { "leaves=\($0)" } ?? "default"
    return Candidate(library: "shortlist", variant: variant) { [configuration] in
      let index = try ScaNNIndex(base, configuration: configuration)
      let vectorBytes = base.count * MemoryLayout<Float>.stride
      return Built(
        searches: depths.map { depth in
          Search(
            parameters: "leaves=\(depth.leaves) reordering=\(depth.reordering)",
            one: { try index.nearest(VectorSet.k, to: $0, depth: depth) },
            together: { try index.nearest(VectorSet.k, to: $0, depth: depth) })
        }, bytes: index.byteCount + vectorBytes, vectorBytes: vectorBytes)
    }
  }
}

private let depths = [25, 30, 40, 60, 80, 100, 150, 250, 400, 600, 800].flatMap { reordering in
  [2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60, 80, 120, 200, 300].map {
    ScaNNIndex.Depth(leaves: $0, reordering: reordering)
  }
}
