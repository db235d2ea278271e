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
  "exact": exactCandidates, "scann": scannCandidates, "options": optionCandidates,
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
    scann(factor == 1 ? "default" : "leaves x \(factor)", base) {
      if factor != 1 { $0.leaves = Int(Double(base.rows).squareRoot() * 2.8 * factor) }
    }
  }
}

/// The default with one parameter changed, for each of them.
func optionCandidates(_ base: Matrix) -> [Candidate] {
  [
    scann("default", base) { _ in },
    scann("anisotropicThreshold 0", base) { $0.anisotropicThreshold = 0 },
    scann("anisotropicThreshold 0.3", base) { $0.anisotropicThreshold = 0.3 },
    scann("soarLambda 0", base) { $0.soarLambda = 0 },
    scann("soarLambda 1.5", base) { $0.soarLambda = 1.5 },
    scann("dimensionsPerBlock 1", base) { $0.dimensionsPerBlock = 1 },
    scann("dimensionsPerBlock 4", base) { $0.dimensionsPerBlock = 4 },
    scann("precision bfloat16", base) { $0.precision = .bfloat16 },
    scann("precision int8", base) { $0.precision = .int8 },
    scann("scoring int8", base) { $0.scoring = .int8 },
    scann("scoring bfloat16", base) { $0.scoring = .bfloat16 },
    scann("leaves 1", base) { $0.leaves = 1 },
    scann("leaves 1, scoring int8", base) { ($0.leaves, $0.scoring) = (1, .int8) },
    scann("spherical", base) { $0.spherical = true },
    scann("iterations 2", base) { $0.iterations = 2 },
  ]
}

private func scann(
  _ variant: String, _ base: Matrix, _ change: (inout ScaNNIndex.Configuration) -> Void
) -> Candidate {
  var configuration = ScaNNIndex.Configuration()
  change(&configuration)
  return Candidate(library: "shortlist", variant: variant) { [configuration] in
    let index = try ScaNNIndex(base, configuration: configuration)
    let precision: [ScaNNIndex.Precision: Int] = [.exact: 4, .bfloat16: 2, .int8: 1]
    let vectorBytes = base.count * (precision[configuration.precision] ?? 4)
    return Built(
      searches: depths.filter { index.configuration.leaves != 1 || $0.leaves == 2 }.map { depth in
        Search(
          parameters: "leaves=\(depth.leaves) reordering=\(depth.reordering)",
          one: { try index.nearest(VectorSet.k, to: $0, depth: depth) },
          together: { try index.nearest(VectorSet.k, to: $0, depth: depth) })
      }, bytes: index.byteCount + vectorBytes, vectorBytes: vectorBytes)
  }
}

private let depths = [25, 30, 40, 60, 80, 100, 150, 250, 400, 600, 800].flatMap { reordering in
  [2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60, 80, 120, 200, 300].map {
    ScaNNIndex.Depth(leaves: $0, reordering: reordering)
  }
}
