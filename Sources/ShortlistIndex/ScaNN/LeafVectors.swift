internal import ShortlistTensors

/// What the vectors in the leaves are scored by, in the order of positions.
enum LeafVectors: Sendable {
  /// Codes of what the leaf's centroid leaves over.
  case codes(Codebook, PackedCodes)
  case int8(ByteRows)
  case bfloat16(HalfRows)

  var byteCount: Int {
    switch self {
    case .codes(let codebook, let codes): codes.storage.count + codebook.centers.count * 4
    case .int8(let rows): rows.storage.count + rows.rows * 4
    case .bfloat16(let rows): rows.storage.count
    }
  }
}

/// The vectors that candidates are scored with in the end, by row.
enum ReorderingVectors: Sendable {
  /// With a factor for each score where the similarity asks for it.
  case exact(Matrix, factors: [Float]?)
  case bfloat16(HalfRows)
  case int8(ByteRows)

  /// The inner products of a query with rows.
  func scores(
    of query: Span<Float>, with rows: Span<UInt32>, into scores: inout MutableSpan<Float>
  ) {
    switch self {
    case .exact(let vectors, let factors):
      vectors.innerProducts(of: query, withRows: rows, into: &scores)
      guard let factors else { return }
      for i in 0..<rows.count { scores[i] *= factors[Int(rows[i])] }
    case .bfloat16(let vectors): vectors.innerProducts(of: query, withRows: rows, into: &scores)
    case .int8(let vectors): vectors.innerProducts(of: query, withRows: rows, into: &scores)
    }
  }
}
