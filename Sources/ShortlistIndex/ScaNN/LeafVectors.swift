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

  /// - Parameters:
  ///   - vectors: as they are outside.
  ///   - columns: of the vectors inside, which rounded ones are.
  init(_ precision: ScaNNIndex.Precision, _ vectors: Matrix, columns: Int, factors: [Float]?) {
    switch precision {
    case .exact: self = .exact(vectors, factors: factors)
    case .bfloat16: self = .bfloat16(HalfRows(rows: vectors.rows, columns: columns))
    case .int8: self = .int8(ByteRows(rows: vectors.rows, columns: columns))
    }
  }

  /// Rounds a block of vectors as they are inside; exact ones are there already.
  mutating func set(_ block: Matrix, firstRow: Int) {
    switch self {
    case .exact: break
    case .bfloat16(let rows):
      for row in 0..<block.rows { rows.set(block[row: row], at: firstRow + row) }
    case .int8(var rows):
      // The one reference, so that the rows are not copied.
      self = .int8(ByteRows(rows: 0, columns: 0))
      for row in 0..<block.rows { rows.set(block[row: row], at: firstRow + row) }
      self = .int8(rows)
    }
  }

  /// The scores of rows by what similarity measures.
  ///
  /// - Parameter query: as it is inside, perhaps filled up with zeros.
  func scores(
    of query: [Float], with rows: Span<UInt32>, _ door: VectorDoor,
    into scores: inout MutableSpan<Float>
  ) {
    switch self {
    case .exact(let vectors, let factors):
      let query = query.span.extracting(first: vectors.columns)
      if door.similarity == .euclidean {
        for i in 0..<rows.count {
          scores[i] = door.distanceScore(of: query, with: vectors[row: Int(rows[i])])
        }
        return
      }
      vectors.innerProducts(of: query, withRows: rows, into: &scores)
      guard let factors else { return }
      for i in 0..<rows.count { scores[i] *= factors[Int(rows[i])] }
    case .bfloat16(let vectors):
      vectors.innerProducts(
        of: query.span.extracting(first: vectors.columns), withRows: rows, into: &scores)
      door.turnBack(&scores, count: rows.count, query: query)
    case .int8(let vectors):
      vectors.innerProducts(
        of: query.span.extracting(first: vectors.columns), withRows: rows, into: &scores)
      door.turnBack(&scores, count: rows.count, query: query)
    }
  }
}

extension VectorDoor {
  /// Makes inner products inside what similarity measures outside.
  fileprivate func turnBack(_ scores: inout MutableSpan<Float>, count: Int, query: [Float]) {
    guard similarity == .euclidean else { return }
    let squares = Float(query.span.extracting(first: dimensions).sumOfSquares())
    for i in 0..<count { scores[i] = min(0, 2 * scores[i] - squares) }
  }
}
