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
    self = try Self.build(
      VectorSource.memory(vectors), vectors, configuration, similarity)
  }

  /// Builds an index of vectors that stay in a file, for catalogues larger than memory: the file is read
  /// block by block, four times, and mapped for reordering. In memory stand a code and up to two row
  /// numbers for each vector, the sample that the tree is learnt from, and while it is built about 40 bytes more
  /// for each vector.
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
    let source = VectorSource.file(
      try MatrixFile(file, tensor: tensor),
      blockRows: max(1, blockRows ?? VectorSource.blockRows(dimensions: vectors.columns)))
    self = try Self.build(source, vectors, configuration, similarity)
  }

  /// - Parameter vectors: the same as the source gives, mapped where they are in a file.
  private static func build(
    _ source: VectorSource, _ vectors: Matrix, _ configuration: Configuration,
    _ similarity: Similarity
  ) throws -> ScaNNIndex {
    let count = vectors.rows
    var configuration = try configuration.resolved(
      count: count, dimensions: vectors.columns, similarity)
    var door = VectorDoor(similarity: similarity, dimensions: vectors.columns)
    let outside = VectorDoor(similarity: .innerProduct, dimensions: vectors.columns)
    try source.forEachBlock(through: outside) { try door.inspect($0, firstRow: $1) }
    var random = RandomStream(seed: configuration.seed, stream: 1)
    let drawn = try source.sample(configuration.trainingSample, of: vectors, random: &random)
    door.scaleColumn(toFit: drawn)
    let sample = door.admit(vectors: drawn)
    let columns = door.innerDimensions
    let tree = PartitionTree(
      training: sample, leaves: configuration.leaves ?? 1, iterations: configuration.iterations,
      spherical: configuration.spherical, columns: columns, random: &random)
    // A small sample has fewer.
    configuration.leaves = tree.leaves
    configuration.leavesToSearch = min(tree.leaves, configuration.leavesToSearch ?? tree.leaves)

    var first: [Int32] = []
    var second: [Int32] = []
    try source.forEachBlock(through: outside) { block, _ in
      let block = door.admit(vectors: block)
      let leaves = tree.assign(block)
      first += leaves
      if let lambda = configuration.soarLambda, lambda > 0 {
        second += tree.spill(block, from: leaves, lambda: lambda)
      }
    }
    let positions = Positions(first: first, second: second, leaves: tree.leaves)
    var filling = LeafFilling(
      tree: tree, configuration: configuration, positions: positions, sample: sample,
      columns: columns, random: &random)
    var reordering = ReorderingVectors(
      configuration.precision, vectors, columns: columns, factors: similarity.factors(of: vectors))
    try source.forEachBlock(through: outside) { block, firstRow in
      let block = door.admit(vectors: block)
      filling.fill(block, firstRow: firstRow, leaves: first, places: positions.first)
      if !second.isEmpty {
        filling.fill(block, firstRow: firstRow, leaves: second, places: positions.second)
      }
      reordering.set(block, firstRow: firstRow)
    }
    return ScaNNIndex(
      configuration: configuration,
      parts: Parts(
        count: count, door: door, centroids: tree.centroids, leafOffsets: positions.offsets,
        rows: RowNumbers(positions.rows, below: count), leafVectors: filling.vectors,
        vectors: reordering))
  }
}

extension VectorSource {
  /// As many vectors as asked, at random, or all where there are not more.
  fileprivate func sample(
    _ wanted: Int, of vectors: Matrix, random: inout RandomStream
  ) throws -> Matrix {
    let count = vectors.rows
    if case .memory(let vectors) = self, count <= wanted { return vectors }
    let outside = VectorDoor(similarity: .innerProduct, dimensions: vectors.columns)
    let rows =
      count <= wanted
      ? Array(0..<count) : random.permutation(of: count).prefix(wanted).sorted()
    var parts: [Matrix] = []
    var next = 0
    try forEachBlock(through: outside) { block, firstRow in
      var here: [Int32] = []
      while next < rows.count, rows[next] < firstRow + block.rows {
        here.append(Int32(rows[next] - firstRow))
        next += 1
      }
      parts.append(block.gathering(here))
    }
    return Matrix(stacking: parts, columns: vectors.columns)
  }
}
