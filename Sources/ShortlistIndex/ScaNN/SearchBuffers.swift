internal import ShortlistTensors

/// Scratch memory of one search.
final class SearchBuffers {
  var leaves: CandidateList
  var candidates: CandidateList
  /// For codes; of no blocks where there are none.
  var table: CodeTable
  /// The query as bytes.
  var rounded: ByteRows.Query
  /// The query, filled up with zeros to whole blocks.
  var padded: [Float]
  var rows: [UInt32] = []
  var scores: [Float] = []
  /// Which rows are among the candidates already; clear between searches.
  var met: [UInt64]

  init(count: Int, centroids: ByteRows, leafVectors: LeafVectors) {
    leaves = CandidateList(capacity: max(64, 2 * centroids.rows))
    candidates = CandidateList(capacity: 1024)
    rounded = ByteRows.Query(dimensions: centroids.columns)
    if case .codes(let codebook, _) = leafVectors {
      table = CodeTable(blocks: codebook.blocks)
      padded = [Float](repeating: 0, count: codebook.paddedDimensions)
    } else {
      table = CodeTable(blocks: 0)
      padded = [Float](repeating: 0, count: centroids.columns)
    }
    met = [UInt64](repeating: 0, count: (count + 63) / 64)
  }

  /// Divides the query by its length; zeros stay.
  func normalizeQuery() {
    let squares = padded.span.sumOfSquares()
    guard squares > 0 else { return }
    let factor = 1 / squares.squareRoot()
    // In double precision: the factor of a very short query is infinite as a Float.
    for i in padded.indices { padded[i] = Float(Double(padded[i]) * factor) }
  }

  /// Buffers that wait for their next search.
  final class Pool: Sendable {
    private let count: Int
    private let centroids: ByteRows
    private let leafVectors: LeafVectors
    private let waiting = Guarded<[Box]>([])

    /// `@unchecked Sendable`: a box is in the pool or with one search, never both.
    private struct Box: @unchecked Sendable { let buffers: SearchBuffers }

    init(count: Int, centroids: ByteRows, leafVectors: LeafVectors) {
      self.count = count
      self.centroids = centroids
      self.leafVectors = leafVectors
    }

    func withBuffers<Result>(_ body: (SearchBuffers) throws -> Result) rethrows -> Result {
      let box =
        waiting.withLock { $0.popLast() }
        ?? Box(
          buffers: SearchBuffers(count: count, centroids: centroids, leafVectors: leafVectors))
      defer { waiting.withLock { $0.append(box) } }
      return try body(box.buffers)
    }
  }
}
