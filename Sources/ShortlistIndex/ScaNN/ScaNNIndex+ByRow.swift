package import ShortlistTensors

extension ScaNNIndex {
  /// The index with one leaf for each row, in the order of rows, as ScaNN itself keeps it: for those who write it
  /// in another form.
  ///
  /// Where rows have a second place (SOAR), the one with the nearer centroid stays.
  package struct ByRow: Sendable {
    /// The leaf of each row.
    package let leaves: [Int32]
    /// The position of each row.
    private let positions: [UInt32]
    private let parts: Parts
    private let configuration: Configuration
    private let vectors: Matrix

    /// - Parameter vectors: those that the index is of, as they are outside; an index of rounded ones has no others.
    /// - Throws: `IndexError` where a damaged file gives a row no place, or too many.
    /// - Precondition: there is a vector for each row, of as many dimensions as the index has.
    package init(_ index: ScaNNIndex, over vectors: Matrix) throws(IndexError) {
      precondition(
        vectors.rows == index.count && vectors.columns == index.dimensions,
        "\(vectors.rows) x \(vectors.columns) vectors for an index of \(index.count) x "
          + "\(index.dimensions)")
      let parts = index.parts
      var first = Places(count: parts.count)
      var second = Places(count: parts.rows.count > parts.count ? parts.count : 0)
      for leaf in 0..<parts.centroids.rows {
        for position in parts.leafOffsets[leaf]..<parts.leafOffsets[leaf + 1] {
          let row = Int(parts.rows[position])
          guard first.take(row, leaf, position) || second.take(row, leaf, position) else {
            throw IndexError(
              .damagedFile,
              "the index has row \(row) of \(parts.count) at position \(position), where it cannot be. "
                + "Build it again")
          }
        }
      }
      self.parts = parts
      self.vectors = vectors
      configuration = index.configuration
      // Every position has found a free place of a row, and there are as many positions as places.
      if !second.leaves.isEmpty { first.improve(by: second, parts, vectors) }
      (leaves, positions) = (first.leaves, first.positions)
    }

    package var similarity: Similarity { parts.door.similarity }
    package var leafCount: Int { parts.centroids.rows }
    /// Of vectors as they are inside: with the column that makes inner products of distances.
    package var dimensions: Int { parts.door.innerDimensions }
    /// What a Euclidean query has one over in its last column.
    package var columnScale: Float { parts.door.columnScale }
    /// leaves x dimensions.
    package var centroids: Matrix { parts.centroids.dequantized }
    /// Leaves that hold as many codes as a search of the index looks at.
    package var leavesToSearch: Int {
      let factor = parts.rows.count > parts.count ? 2 : 1
      return min(leafCount, factor * (configuration.leavesToSearch ?? 1))
    }
    package var reordering: Int { configuration.reordering ?? 1 }
    package var precision: Precision { configuration.precision }
    /// What codes stand for; nil where leaves hold rounded vectors.
    package var codebook: Codebook? {
      guard case .codes(let codebook, _) = parts.leafVectors else { return nil }
      return codebook
    }

    /// Hands over the codes of the rows in order, a byte for each block.
    package func forEachBlockOfCodes(_ body: (Span<UInt8>) throws -> Void) rethrows {
      guard case .codes(let codebook, let codes) = parts.leafVectors else { return }
      let step = 1 << 16
      for start in stride(from: 0, to: positions.count, by: step) {
        var block: [UInt8] = []
        block.reserveCapacity(step * codebook.blocks)
        for position in positions[start..<min(start + step, positions.count)] {
          codes.append(position: Int(position), blocks: codebook.blocks, to: &block)
        }
        try body(block.span)
      }
    }

    /// Hands over the vectors in order, as they are inside and not rounded.
    package func forEachBlockOfVectors(_ body: (Matrix) throws -> Void) rethrows {
      try vectors.forEachBlock(through: parts.door, body)
    }
  }
}

extension Matrix {
  fileprivate func forEachBlock(
    through door: VectorDoor, _ body: (Matrix) throws -> Void
  ) rethrows {
    try forEachBlock { elements in
      try body(door.admit(vectors: Matrix(copying: elements, columns: columns)))
    }
  }
}

/// A place for each row.
private struct Places {
  private static let free: Int32 = -1
  private(set) var leaves: [Int32]
  private(set) var positions: [UInt32]

  init(count: Int) {
    leaves = Array(repeating: Self.free, count: count)
    positions = Array(repeating: 0, count: count)
  }

  /// Whether the row had no place yet.
  mutating func take(_ row: Int, _ leaf: Int, _ position: Int) -> Bool {
    guard row < leaves.count, leaves[row] == Self.free else { return false }
    (leaves[row], positions[row]) = (Int32(leaf), UInt32(position))
    return true
  }

  /// Takes the other place where its centroid is nearer.
  mutating func improve(by other: Places, _ parts: ScaNNIndex.Parts, _ vectors: Matrix) {
    let centroids = parts.centroids.dequantized
    let halves = (0..<centroids.rows).map { Float(centroids[row: $0].sumOfSquares() / 2) }
    var row = 0
    vectors.forEachBlock(through: parts.door) { block in
      for place in 0..<block.rows {
        let here = Int(leaves[row])
        let there = Int(other.leaves[row])
        let vector = block[row: place]
        if vector.dot(centroids[row: there]) - halves[there]
          > vector.dot(centroids[row: here]) - halves[here]
        {
          (leaves[row], positions[row]) = (other.leaves[row], other.positions[row])
        }
        row += 1
      }
    }
  }
}
