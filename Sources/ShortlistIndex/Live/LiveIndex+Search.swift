internal import ShortlistTensors

extension LiveIndex {
  /// The best `k` items for a query, best first; fewer only where fewer are there and wanted.
  ///
  /// - Parameters:
  ///   - k: how many, at least 1.
  ///   - query: `dimensions` finite elements.
  ///   - excluding: items that may not be returned.
  ///   - among: the only items that may be returned; nil for all.
  /// - Throws: `IndexError` if k or the query is none.
  public func nearest(
    _ k: Int, to query: [Float], excluding: Set<String> = [], among: Set<String>? = nil
  ) throws -> [LiveNeighbor] {
    try IndexError.check(k: k)
    try IndexError.check(dimensions: query.count, expected: dimensions)
    try door.check(query: query.span)
    var prepared = Matrix(copying: query.span)
    if similarity == .cosine { prepared = prepared.normalizingRows() }
    let snapshot = current
    if let kept = queries.note(prepared), !snapshot.base.index.isExact {
      measureRecallIfDue(kept: kept)
    }
    return try snapshot.nearest(k, to: prepared, excluding: excluding, among: among)
  }
}

extension LiveSnapshot {
  /// - Parameter query: 1 x dimensions, prepared for the similarity.
  func nearest(
    _ k: Int, to query: Matrix, excluding: Set<String> = [], among: Set<String>? = nil
  ) throws -> [LiveNeighbor] {
    guard count > 0 else { return [] }
    var filter = RowFilter.all
    if let among { filter = .among(among.lazy.compactMap { base.row(of: $0) }) }
    if !excluding.isEmpty {
      filter = filter.excluding(excluding.lazy.compactMap { base.row(of: $0) })
    }
    if hidden.count > 0 { filter = filter.hiding(hidden) }
    var best = TopK(min(k, count))
    for neighbor in try base.index.nearest(best.k, to: query[row: 0], where: filter) {
      best.offer(neighbor.score, row: neighbor.row)
    }
    let first = base.identifiers.count
    let isAll = excluding.isEmpty && among == nil
    recent.offer(
      of: query[row: 0], firstRow: first, to: &best,
      where: isAll
        ? nil : { !excluding.hasSameBytes($0) && among?.hasSameBytes($0) ?? true })
    return best.best().map { found in
      LiveNeighbor(
        identifier: found.row < first
          ? base.identifiers[found.row] : recent.identifier(at: found.row - first),
        score: found.score)
    }
  }

  /// Everything that is there: first what the base has, then what came since, each in order.
  func contents() -> (identifiers: [String], vectors: Matrix) {
    var identifiers: [String] = []
    identifiers.reserveCapacity(count)
    var vectors = Matrix(rows: count, columns: base.door.dimensions)
    for (row, identifier) in base.identifiers.enumerated() where !hidden.contains(row) {
      vectors.copyRow(identifiers.count, from: base.vectors, row: row)
      identifiers.append(identifier)
    }
    let first = identifiers.count
    identifiers += recent.copy(to: &vectors, firstRow: first)
    return (identifiers, vectors)
  }
}

extension Set<String> {
  /// Whether the very bytes of an identifier are there: items are told apart by their bytes, and `contains`
  /// takes two spellings of "é" for one.
  fileprivate func hasSameBytes(_ identifier: String) -> Bool {
    guard let index = firstIndex(of: identifier) else { return false }
    return self[index].utf8.elementsEqual(identifier.utf8)
  }
}
