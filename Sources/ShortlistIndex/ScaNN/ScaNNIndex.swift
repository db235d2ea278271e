internal import ShortlistTensors

/// Finds nearly all of the nearest vectors in a fraction of the time of an exact search.
///
/// ```swift
/// let index = try ScaNNIndex(vectors)
/// let ten = try index.nearest(10, to: query)
/// ```
///
/// A tree parts the vectors into leaves, and a search looks only into the leaves whose centroids have the
/// largest inner products with the query. There it scores codes of four bits for every two dimensions, made
/// by anisotropic product quantisation (Guo et al., 2020); the best candidates are scored again with better
/// vectors. With SOAR (Sun et al., 2023) every vector stands in two leaves, so that fewer need be searched.
///
/// The same vectors, configuration and seed give the same index. Scores are exact where the exact vectors are
/// kept (`Configuration.precision`); a search gives k results wherever k rows pass the filter.
///
/// - Complexity: O(leaves + leavesToSearch · count / leaves + reordering) · dimensions for a query.
public struct ScaNNIndex: VectorIndex {
  /// The configuration with everything chosen.
  public internal(set) var configuration: Configuration
  /// What was measured when the index was tuned.
  public internal(set) var measurements: IndexMeasurements?
  let parts: Parts

  public var count: Int { parts.count }
  public var dimensions: Int { parts.door.dimensions }
  /// What scores measure.
  public var similarity: Similarity { parts.door.similarity }
  public var isExact: Bool { false }

  /// Bytes of the index in memory, without the vectors that candidates are reordered with.
  public var byteCount: Int { parts.byteCount }

  /// What an index is made of; copies share it.
  final class Parts: Sendable {
    let count: Int
    let door: VectorDoor
    let centroids: ByteRows
    /// The centroids as floats, for distances: rounded queries do not suit their column. Else without rows.
    let floatCentroids: Matrix
    /// Leaf l has the positions `leafOffsets[l]..<leafOffsets[l + 1]`.
    let leafOffsets: [Int]
    /// The row at each position; with SOAR a row has two positions.
    let rows: RowNumbers
    let leafVectors: LeafVectors
    let vectors: ReorderingVectors
    let buffers: SearchBuffers.Pool

    init(
      count: Int, door: VectorDoor, centroids: ByteRows, leafOffsets: [Int], rows: RowNumbers,
      leafVectors: LeafVectors, vectors: ReorderingVectors
    ) {
      self.count = count
      self.door = door
      self.centroids = centroids
      self.leafOffsets = leafOffsets
      self.rows = rows
      self.leafVectors = leafVectors
      self.vectors = vectors
      floatCentroids =
        door.similarity == .euclidean
        ? centroids.dequantized : Matrix(rows: 0, columns: centroids.columns)
      buffers = SearchBuffers.Pool(count: count, centroids: centroids, leafVectors: leafVectors)
    }

    var byteCount: Int {
      leafVectors.byteCount + rows.storage.count + centroids.storage.count + centroids.rows * 4
        + leafOffsets.count * 8 + floatCentroids.count * 4
    }
  }
}
