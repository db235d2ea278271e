internal import ShortlistTensors

/// Fills the leaves with vectors, block by block of the source.
struct LeafFilling {
  private(set) var vectors: LeafVectors
  private let encoder: ResidualEncoder

  /// - Parameter sample: vectors that a codebook is learnt from.
  init(
    tree: PartitionTree, configuration: ScaNNIndex.Configuration, positions: Positions,
    sample: Matrix, columns: Int, random: inout RandomStream
  ) {
    encoder = ResidualEncoder(tree: tree, configuration: configuration, dimensions: columns)
    switch configuration.scoring {
    case .codes:
      let codebook = encoder.codebook(learning: sample, random: &random)
      vectors = .codes(codebook, PackedCodes(count: positions.count, quads: codebook.quads))
    case .int8: vectors = .int8(ByteRows(rows: positions.count, columns: columns))
    case .bfloat16: vectors = .bfloat16(HalfRows(rows: positions.count, columns: columns))
    }
  }

  /// - Parameters:
  ///   - leaves, places: the leaf and the position of every row of the index.
  mutating func fill(_ block: Matrix, firstRow: Int, leaves: [Int32], places: [Int]) {
    switch vectors {
    case .codes(let codebook, let codes):
      encoder.encode(block, firstRow: firstRow, leaves: leaves, with: codebook) { row, code in
        codes.set(code, at: places[row])
      }
    case .int8(var rows):
      // The one reference, so that the rows are not copied.
      vectors = .int8(ByteRows(rows: 0, columns: 0))
      for row in 0..<block.rows { rows.set(block[row: row], at: places[firstRow + row]) }
      vectors = .int8(rows)
    case .bfloat16(let rows):
      for row in 0..<block.rows { rows.set(block[row: row], at: places[firstRow + row]) }
    }
  }
}
