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
  /// From fast to thorough: the parameters for people, and an index that searches so.
  let searches: [(parameters: String, index: any VectorIndex)]
  /// Bytes of the index with the vectors that it keeps for exact scores, and of those vectors alone.
  let bytes: Int
  let vectorBytes: Int
}

/// What there is to measure, by the name of `--index`.
let candidates: [String: @Sendable (_ base: Matrix) -> [Candidate]] = [
  "exact": exactCandidates
]

func exactCandidates(_ base: Matrix) -> [Candidate] {
  [
    Candidate(library: "shortlist exact", variant: "") {
      let index = try ExactIndex(base)
      let bytes = base.count * MemoryLayout<Float>.stride
      return Built(searches: [("", index)], bytes: bytes, vectorBytes: bytes)
    }
  ]
}
