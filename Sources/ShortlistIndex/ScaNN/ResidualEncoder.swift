internal import ShortlistTensors

/// Turns vectors into codes of what their leaf's centroid leaves over.
struct ResidualEncoder {
  let tree: PartitionTree
  let configuration: ScaNNIndex.Configuration

  let dimensions: Int

  private static let trainingRows = 20_000

  private var width: Int { configuration.dimensionsPerBlock }

  /// What an error along the vector counts more than one across it, less 1: η - 1 with
  /// η = (d - 1) T² / (1 - T²), and never less than 0.
  private var weight: Float {
    let threshold = configuration.anisotropicThreshold
    let share = threshold * threshold
    return max(0, Float(dimensions - 1) * share / (1 - share) - 1)
  }

  /// A codebook of the residuals of vectors.
  func codebook(learning sample: Matrix, random: inout RandomStream) -> Codebook {
    let columns = (dimensions + width - 1) / width * width
    guard sample.rows > 0 else {
      let centers = Matrix(rows: columns, columns: Codebook.centersPerBlock)
      return Codebook(width: width, blocks: columns / width, centers: centers)
    }
    let vectors =
      sample.rows <= Self.trainingRows
      ? sample
      : sample.gathering(
        random.permutation(of: sample.rows).prefix(Self.trainingRows).map { Int32($0) })
    let leaves = tree.assign(vectors)
    var residuals = Matrix(rows: vectors.rows, columns: columns)
    var directions = residuals
    for row in 0..<vectors.rows {
      var residual = residuals[mutableRow: row]
      var direction = directions[mutableRow: row]
      split(vectors[row: row], leaf: Int(leaves[row]), &residual, &direction)
    }
    return CodebookTraining(
      residuals: residuals, directions: directions, weight: weight, width: width
    ).codebook(random: &random)
  }

  /// Encodes rows and hands their codes on, in order.
  ///
  /// - Parameters:
  ///   - firstRow: the row of the index that the first is.
  ///   - leaves: of every row of the index.
  func encode(
    _ vectors: Matrix, firstRow: Int, leaves: [Int32], with codebook: Codebook,
    _ body: (_ row: Int, _ codes: Span<UInt8>) -> Void
  ) {
    let chunk = 1024
    let group = 32
    let weight = weight
    for start in stride(from: 0, to: vectors.rows, by: chunk * group) {
      let chunks = (min(chunk * group, vectors.rows - start) + chunk - 1) / chunk
      let parts = Parallel.map(chunks) { index in
        let rows = start + index * chunk..<min(start + (index + 1) * chunk, vectors.rows)
        var codes = [UInt8](repeating: 0, count: rows.count * codebook.blocks)
        var residuals = Matrix(rows: 1, columns: codebook.paddedDimensions)
        var directions = residuals
        for row in rows {
          var residual = residuals[mutableRow: 0]
          var direction = directions[mutableRow: 0]
          split(vectors[row: row], leaf: Int(leaves[firstRow + row]), &residual, &direction)
          var target = codes.mutableSpan
          codebook.choose(
            residual.span, direction: direction.span, weight: weight,
            rounds: weight > 0 ? CodebookTraining.rounds : 0, into: &target,
            at: (row - rows.lowerBound) * codebook.blocks)
        }
        return codes
      }
      for (index, codes) in parts.enumerated() {
        for place in 0..<codes.count / codebook.blocks {
          body(
            firstRow + start + index * chunk + place,
            codes.span.extracting(place * codebook.blocks..<(place + 1) * codebook.blocks))
        }
      }
    }
  }

  /// What the centroid leaves over, and the direction of the vector.
  private func split(
    _ vector: Span<Float>, leaf: Int, _ residual: inout MutableSpan<Float>,
    _ direction: inout MutableSpan<Float>
  ) {
    let centroid = tree.vectors[row: leaf]
    let squares = vector.sumOfSquares()
    let factor = squares > 0 ? Float(1 / squares.squareRoot()) : 0
    for i in 0..<vector.count {
      residual[i] = vector[i] - centroid[i]
      direction[i] = vector[i] * factor
    }
  }
}
