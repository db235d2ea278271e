public import Foundation
public import ShortlistTensors

extension ScaNNIndex {
  /// Builds an index of vectors in memory, on all cores.
  ///
  /// - Parameters:
  ///   - vectors: one vector a row.
  ///   - configuration: how; what is nil in it is chosen by the number and dimensions of the vectors.
  ///   - similarity: what scores measure.
  /// - Throws: `IndexError` that names the row if an element is NaN or infinite, or if the configuration is
  ///   out of range.
  public init(
    _ vectors: Matrix, configuration: Configuration = Configuration(),
    similarity: Similarity = .innerProduct
  ) throws {
    try IndexError.check(count: vectors.rows, dimensions: vectors.columns)
    let prepared = similarity == .cosine ? vectors.normalizingRows() : vectors
    let configuration = try configuration.resolved(
      count: vectors.rows, dimensions: vectors.columns)
    self = try Self.build(
      VectorSource.memory(prepared), count: vectors.rows, dimensions: vectors.columns,
      configuration,
      similarity, exact: .exact(vectors, factors: similarity.factors(of: vectors)))
  }

  /// Builds an index of vectors that stay in a file, for catalogues larger than memory: the file is read
  /// block by block, three times, and mapped for reordering. In memory stand a code and up to two row
  /// numbers for each vector, and the sample that the tree is learnt from.
  ///
  /// - Parameters:
  ///   - file: a safetensors file; it must not change while the index lives.
  ///   - tensor: the name of the tensor, of type F32 and shape [count, dimensions].
  ///   - blockRows: vectors in memory at a time; 8 MiB of them if nil.
  /// - Throws: `FileError` and `TensorFileError` if the file cannot be read or is damaged, `IndexError` as the
  ///   form with vectors in memory.
  public init(
    streaming file: URL, tensor: String, configuration: Configuration = Configuration(),
    similarity: Similarity = .innerProduct, blockRows: Int? = nil
  ) throws {
    let vectors = try Safetensors(contentsOf: file).matrix(tensor)
    try IndexError.check(count: vectors.rows, dimensions: vectors.columns)
    let configuration = try configuration.resolved(
      count: vectors.rows, dimensions: vectors.columns)
    let source = VectorSource.file(
      try MatrixFile(file, tensor: tensor),
      blockRows: max(1, blockRows ?? VectorSource.blockRows(dimensions: vectors.columns)),
      normalizing: similarity == .cosine)
    self = try Self.build(
      source, count: vectors.rows, dimensions: vectors.columns, configuration, similarity,
      exact: .exact(vectors, factors: similarity.factors(of: vectors)))
  }

  static func build(
    _ source: VectorSource, count: Int, dimensions: Int, _ configuration: Configuration,
    _ similarity: Similarity, exact: ReorderingVectors
  ) throws -> ScaNNIndex {
    var random = RandomStream(seed: configuration.seed, stream: 1)
    let sample = try source.sample(configuration.trainingSample, of: count, random: &random)
    let tree = PartitionTree(
      training: sample, leaves: configuration.leaves ?? 1, iterations: configuration.iterations,
      spherical: configuration.spherical, columns: dimensions, random: &random)

    var first: [Int32] = []
    var second: [Int32] = []
    try source.forEachBlock { block, firstRow in
      try IndexError.check(vectors: block, firstRow: firstRow)
      let leaves = tree.assign(block)
      first += leaves
      if let lambda = configuration.soarLambda, lambda > 0 {
        second += tree.spill(block, from: leaves, lambda: lambda)
      }
    }
    let positions = Positions(first: first, second: second, leaves: tree.leaves)
    var filling = LeafFilling(
      tree: tree, configuration: configuration, positions: positions, sample: sample,
      columns: dimensions, random: &random)
    try source.forEachBlock { block, firstRow in
      filling.fill(block, firstRow: firstRow, leaves: first, places: positions.first)
      if !second.isEmpty {
        filling.fill(block, firstRow: firstRow, leaves: second, places: positions.second)
      }
    }
    return ScaNNIndex(
      count: count, dimensions: dimensions, similarity: similarity, configuration: configuration,
      centroids: tree.centroids, leafOffsets: positions.offsets,
      rows: RowNumbers(positions.rows, below: count), leafVectors: filling.vectors,
      vectors: try exact.rounded(to: configuration.precision, source))
  }
}

extension VectorSource {
  /// As many vectors as asked, at random, or all where there are not more.
  fileprivate func sample(
    _ wanted: Int, of count: Int, random: inout RandomStream
  ) throws -> Matrix {
    if case .memory(let vectors) = self, count <= wanted { return vectors }
    let rows =
      count <= wanted
      ? Array(0..<count) : random.permutation(of: count).prefix(wanted).sorted()
    var parts: [Matrix] = []
    var next = 0
    var columns = 0
    try forEachBlock { block, firstRow in
      columns = block.columns
      var here: [Int32] = []
      while next < rows.count, rows[next] < firstRow + block.rows {
        here.append(Int32(rows[next] - firstRow))
        next += 1
      }
      parts.append(block.gathering(here))
    }
    return Matrix(stacking: parts, columns: columns)
  }
}

extension ReorderingVectors {
  /// The same vectors as a precision asks.
  fileprivate func rounded(
    to precision: ScaNNIndex.Precision, _ source: VectorSource
  ) throws -> ReorderingVectors {
    guard case .exact(let vectors, _) = self else { return self }
    switch precision {
    case .exact: return self
    case .bfloat16:
      let rows = HalfRows(rows: vectors.rows, columns: vectors.columns)
      try source.forEachBlock { block, firstRow in
        for row in 0..<block.rows { rows.set(block[row: row], at: firstRow + row) }
      }
      return .bfloat16(rows)
    case .int8:
      var rows = ByteRows(rows: vectors.rows, columns: vectors.columns)
      try source.forEachBlock { block, firstRow in
        for row in 0..<block.rows { rows.set(block[row: row], at: firstRow + row) }
      }
      return .int8(rows)
    }
  }
}
