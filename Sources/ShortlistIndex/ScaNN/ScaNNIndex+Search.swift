public import ShortlistTensors

extension ScaNNIndex {
  /// How deep one search goes.
  public struct Depth: Sendable, Hashable, Codable {
    /// Leaves to look into.
    public var leaves: Int
    /// Candidates to score again.
    public var reordering: Int

    public init(leaves: Int, reordering: Int) {
      self.leaves = leaves
      self.reordering = reordering
    }
  }

  public func nearest(
    _ k: Int, to query: Span<Float>, where filter: RowFilter
  ) throws -> [Neighbor] {
    try nearest(k, to: query, where: filter, depth: nil)
  }

  /// The best `k` rows for a query, best first, searched as deep as asked.
  ///
  /// - Parameter depth: the configuration's if nil.
  /// - Throws: `IndexError`, as the form without depth.
  public func nearest(
    _ k: Int, to query: Span<Float>, where filter: RowFilter = .all, depth: Depth?
  ) throws -> [Neighbor] {
    try IndexError.check(k: k)
    try IndexError.check(dimensions: query.count, expected: dimensions)
    try parts.door.check(query: query)
    guard count > 0 else { return [] }
    return search(min(k, count), query, filter, depth ?? defaultDepth)
  }

  public func nearest(
    _ k: Int, to queries: Matrix, where filters: [RowFilter]
  ) throws -> [[Neighbor]] {
    try nearest(k, to: queries, where: filters, depth: nil)
  }

  /// The best `k` rows for each query, best first, searched as deep as asked.
  ///
  /// - Throws: `IndexError`, as the form without depth.
  public func nearest(
    _ k: Int, to queries: Matrix, where filters: [RowFilter] = [.all], depth: Depth?
  ) throws -> [[Neighbor]] {
    try IndexError.check(k: k)
    try IndexError.check(dimensions: queries.columns, expected: dimensions)
    guard queries.rows > 0 else { return [] }
    try IndexError.check(filters: filters.count, queries: queries.rows)
    for row in 0..<queries.rows { try parts.door.check(query: queries[row: row], number: row) }
    guard count > 0 else { return Array(repeating: [], count: queries.rows) }
    let depth = depth ?? defaultDepth
    let piece = 16
    return Parallel.map((queries.rows + piece - 1) / piece) { index in
      (index * piece..<min((index + 1) * piece, queries.rows)).map { row in
        search(
          min(k, count), queries[row: row], filters.count == 1 ? filters[0] : filters[row], depth)
      }
    }.flatMap { $0 }
  }

  var defaultDepth: Depth {
    Depth(leaves: configuration.leavesToSearch ?? 1, reordering: configuration.reordering ?? 100)
  }

  private func search(
    _ k: Int, _ query: Span<Float>, _ filter: RowFilter, _ depth: Depth
  ) -> [Neighbor] {
    var passing = count
    if filter != .all { passing = filter.passingCount(among: count) }
    let wanted = min(k, passing)
    guard wanted > 0 else { return [] }
    return parts.buffers.withBuffers { buffers in
      prepare(query, &buffers)
      // A row may come twice.
      let reordering = max(depth.reordering, parts.rows.count > count ? 2 * wanted : wanted)
      var leaves = min(max(1, depth.leaves), parts.centroids.rows)
      if passing < count {
        // Leaves hold fewer rows that pass, so more are searched.
        let factor = min(8, Double(count) / Double(passing))
        leaves = min(parts.centroids.rows, Int((Double(leaves) * factor).rounded()))
      }
      // Where few rows pass, or nearly all are wanted, looking at them one by one is as fast and misses none.
      let scanned = leaves * parts.rows.count / parts.centroids.rows
      let few = passing < count ? max(Self.fewRows, scanned / 8) : Self.fewRows
      if passing <= few || 4 * wanted >= passing || reordering >= passing {
        buffers.rows = filter.passingRows(among: count).map { UInt32($0) }
        return best(wanted, &buffers)
      }
      // Rows that pass may lie far away: the first few that are met need not be the best.
      let enough = passing < count ? min(reordering, 4 * wanted) : wanted
      while true {
        collect(leaves, reordering, passing < count ? filter : nil, &buffers)
        if leaves == parts.centroids.rows || buffers.rows.count >= enough { break }
        leaves = min(parts.centroids.rows, 4 * leaves)
      }
      // The codes of a query beyond all measure have no scores.
      if buffers.rows.count < wanted {
        buffers.rows = filter.passingRows(among: count).map { UInt32($0) }
      }
      return best(wanted, &buffers)
    }
  }

  /// Rows that are scored one by one rather than searched for.
  private static let fewRows = 2048

  private func prepare(_ query: Span<Float>, _ buffers: inout SearchBuffers) {
    for i in 0..<query.count { buffers.padded[i] = query[i] }
    if similarity == .cosine { buffers.normalizeQuery() }
    if similarity == .euclidean { buffers.padded[query.count] = 1 / parts.door.columnScale }
    let padded = buffers.padded
    buffers.rounded.set(padded.span.extracting(first: parts.centroids.columns))
    if case .codes(let codebook, _) = parts.leafVectors {
      buffers.table.set(padded.span, codebook)
    }
  }

  /// Finds the rows of the best candidates in the best leaves.
  private func collect(
    _ leaves: Int, _ reordering: Int, _ filter: RowFilter?, _ buffers: inout SearchBuffers
  ) {
    buffers.leaves.reset(limit: leaves)
    if similarity == .euclidean {
      buffers.leaves.setScores(of: buffers.padded, with: parts.floatCentroids)
    } else {
      buffers.leaves.setScores(of: buffers.rounded, with: parts.centroids)
    }
    buffers.leaves.cut()
    if buffers.candidates.capacity < 4 * reordering {
      buffers.candidates = CandidateList(capacity: 4 * reordering)
    }
    buffers.candidates.reset(limit: reordering)
    let isWanted = filter.map { filter in
      { (position: Int) in filter.contains(Int(parts.rows[position])) }
    }
    for place in 0..<buffers.leaves.count {
      let leaf = buffers.leaves[place]
      let range = parts.leafOffsets[leaf.position]..<parts.leafOffsets[leaf.position + 1]
      switch parts.leafVectors {
      case .codes(_, let codes):
        buffers.candidates.scan(
          codes, range, buffers.table, offset: leaf.score, where: isWanted)
      case .int8(let vectors):
        buffers.candidates.scan(vectors, range, buffers.rounded, where: isWanted)
      case .bfloat16(let vectors):
        buffers.candidates.scan(
          vectors, range, buffers.padded, where: isWanted)
      }
    }
    buffers.candidates.cut()
    buffers.rows.removeAll(keepingCapacity: true)
    buffers.candidates.appendDistinct(
      parts.rows, below: count, to: &buffers.rows, met: &buffers.met)
  }

  /// The best of `buffers.rows` by the better vectors.
  private func best(_ k: Int, _ buffers: inout SearchBuffers) -> [Neighbor] {
    if buffers.scores.count < buffers.rows.count {
      buffers.scores = [Float](repeating: 0, count: buffers.rows.count)
    }
    let query = buffers.padded
    let rows = buffers.rows
    var scores = buffers.scores.mutableSpan
    parts.vectors.scores(of: query, with: rows.span, parts.door, into: &scores)
    var best = TopK(k)
    for place in rows.indices { best.offer(scores[place], row: Int(rows[place])) }
    return best.neighbors
  }
}
