internal import ShortlistTensors

/// Scratch memory of one search: a value that goes through it by reference, so that nothing is counted or
/// checked on the way.
struct SearchBuffers: ~Copyable {
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
  /// For `appendDistinct`.
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
  mutating func normalizeQuery() {
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
    private final class Box: @unchecked Sendable {
      var buffers: SearchBuffers

      init(_ buffers: consuming SearchBuffers) { self.buffers = buffers }
    }

    init(count: Int, centroids: ByteRows, leafVectors: LeafVectors) {
      self.count = count
      self.centroids = centroids
      self.leafVectors = leafVectors
    }

    func withBuffers<Result>(_ body: (inout SearchBuffers) throws -> Result) rethrows -> Result {
      let box =
        waiting.withLock { $0.popLast() }
        ?? Box(SearchBuffers(count: count, centroids: centroids, leafVectors: leafVectors))
      defer { waiting.withLock { $0.append(box) } }
      return try body(&box.buffers)
    }
  }
}
