internal import Shortlist

extension IndexContract {
  /// The clauses' checks.
  struct Test {
    let clause: Clause
    let contract: IndexContract

    func identityBasis() throws {
      for n in [1, 2, 7, 64, 100] {
        var basis = Matrix(rows: n, columns: n)
        for i in 0..<n { basis[i, i] = 1 }
        let index = try contract.build(basis)
        try require(index.count == n, "count is \(index.count) for \(n) vectors")
        try require(index.dimensions == n, "dimensions is \(index.dimensions) for \(n)")
        for i in 0..<n {
          let found = try index.nearest(1, to: elements(basis, i))
          let score: Float = contract.similarity == .euclidean ? 0 : 1
          try require(
            found == [Neighbor(row: i, score: score)], "basis vector \(i) of \(n) finds \(found)")
        }
      }
    }

    func plantedNeighbors() throws {
      var vectors = randomVectors(3000, dimensions: 24, seed: 1)
      let query = elements(randomVectors(1, dimensions: 24, seed: 2), 0)
      let rows = [2999, 0, 1500, 777, 64]
      for (place, row) in rows.enumerated() {
        for i in 0..<24 { vectors[row, i] = planted(query, at: i, place) }
      }
      let found = try contract.build(vectors).nearest(5, to: query)
      try require(found.map(\.row) == rows, "planted \(rows), found \(found.map(\.row))")
    }

    func ties() throws {
      // Few different scores: nearly all are ties.
      var vectors = Matrix(rows: 1000, columns: 3)
      for row in 0..<1000 { vectors[row, 0] = Float(row * 7 % 4) }
      let index = try contract.build(vectors)
      guard index.isExact else { return try requireOrder(index.nearest(20, to: [1, 0, 0])) }
      for k in [1, 3, 249, 250, 251, 700, 1000] {
        for query: [Float] in [[1, 0, 0], [-1, 0, 0], [0, 5, 0]] {
          try expect(index.nearest(k, to: query), bruteForce(k, to: query, in: vectors), "k \(k)")
        }
      }
    }

    func duplicates() throws {
      var vectors = Matrix(rows: 600, columns: 8)
      let copies = [3, 77, 78, 300, 599]
      for row in 0..<600 { vectors[row, 1 + row % 7] = 1 }
      for row in copies { for i in 0..<8 { vectors[row, i] = i == 0 ? 5 : 0 } }
      let query: [Float] = [5, 0, 0, 0, 0, 0, 0, 0]
      let found = try contract.build(vectors).nearest(5, to: query)
      try require(found.map(\.row) == copies, "found \(found)")
      try expect(found, bruteForce(5, to: query, in: vectors), "copies")
    }

    func boundsOfK() throws {
      let vectors = randomVectors(50, dimensions: 5, seed: 3)
      let index = try contract.build(vectors)
      let query = elements(vectors, 0)
      for k in [0, -1, Int.min] {
        try requireError("k of \(k)", .invalidCount) { _ = try index.nearest(k, to: query) }
        try requireError("k of \(k) in a batch", .invalidCount) {
          _ = try index.nearest(k, to: vectors)
        }
      }
      for k in [50, 51, 10_000, Int.max] {
        let found = try index.nearest(k, to: query)
        try expect(found, bruteForce(50, to: query, in: vectors), "k \(k) of 50")
      }
    }

    func negativeScores() throws {
      var vectors = Matrix(rows: 300, columns: 2)
      for row in 0..<300 { vectors[row, 0] = Float(-1 - (row * 11) % 300) }
      let query: [Float] = [1, 0]
      try expect(
        contract.build(vectors).nearest(4, to: query), bruteForce(4, to: query, in: vectors), "")
    }

    func filters() throws {
      let vectors = randomVectors(500, dimensions: 12, seed: 4)
      let index = try contract.build(vectors)
      let query = elements(randomVectors(1, dimensions: 12, seed: 5), 0)
      let ranking = bruteForce(500, to: query, in: vectors).map(\.row)
      let filters: [(String, RowFilter)] = [
        ("the best 100 excluded", .excluding(ranking.prefix(100))),
        ("all but the worst 3 excluded", .excluding(ranking.prefix(497))),
        ("all excluded", .excluding(0..<500)),
        ("rows that do not exist excluded", .excluding([-5, 500, 100_000])),
        ("among every third", .among(stride(from: 0, to: 500, by: 3))),
        ("among the worst 5", .among(ranking.suffix(5))),
        ("among one", .among([499])),
        ("among none", .among([Int]())),
        ("among rows that do not exist", .among([500, 70_000])),
        ("among half, the best 50 excluded", .among(0..<250).excluding(ranking.prefix(50))),
        ("among few, one excluded", .among([1, 64, 128, 499]).excluding([64])),
      ]
      for (name, filter) in filters {
        let wanted = bruteForce(10, to: query, in: vectors, where: filter)
        let single = try index.nearest(10, to: query, where: filter)
        let batch = try index.nearest(
          10, to: Matrix(rows: 1, columns: 12, values: query), where: filter)
        for found in [single, batch[0]] {
          try require(found.count == wanted.count, "\(name): \(found.count) of \(wanted.count)")
          try require(found.allSatisfy { filter.contains($0.row) }, "\(name): \(found)")
          if index.isExact { try expect(found, wanted, name) }
        }
      }
    }

    func batch() throws {
      let vectors = randomVectors(1300, dimensions: 17, seed: 6)
      let index = try contract.build(vectors)
      for count in [0, 1, 2, 31, 32, 33, 150] {
        let queries = randomVectors(count, dimensions: 17, seed: 7)
        let filters = (0..<count).map { RowFilter.excluding([$0, $0 + 1, 1299 - $0]) }
        let shared = try index.nearest(20, to: queries)
        let each = try index.nearest(20, to: queries, where: filters)
        try require(shared.count == count && each.count == count, "answers to \(count) queries")
        for row in 0..<count {
          let query = elements(queries, row)
          try expect(shared[row], index.nearest(20, to: query), "query \(row) of \(count)")
          try expect(
            each[row], index.nearest(20, to: query, where: filters[row]),
            "query \(row) of \(count) with its filter")
        }
      }
      try requireError("2 filters for 3 queries", .wrongFilters) {
        _ = try index.nearest(1, to: vectors.rows(0..<3), where: [.all, .all])
      }
    }

    func bruteForce() throws {
      var found = 0
      var wanted = 0
      for (count, dimensions) in [(1, 1), (15, 3), (64, 16), (257, 33), (5000, 40)] {
        let vectors = randomVectors(count, dimensions: dimensions, seed: 8)
        let index = try contract.build(vectors)
        let queries = randomVectors(10, dimensions: dimensions, seed: 9)
        for row in 0..<10 {
          let query = elements(queries, row)
          let truth = bruteForce(10, to: query, in: vectors)
          let answer = try index.nearest(10, to: query)
          try requireOrder(answer)
          if index.isExact { try expect(answer, truth, "\(count) x \(dimensions)") }
          found += Set(answer.map(\.row)).intersection(truth.map(\.row)).count
          wanted += truth.count
        }
      }
      let recall = Double(found) / Double(wanted)
      try require(recall >= contract.minimumRecall, "recall \(recall) of \(contract.minimumRecall)")
    }

    func badQueries() throws {
      let index = try contract.build(randomVectors(20, dimensions: 4, seed: 10))
      for query: [Float] in [[], [1, 2, 3], [1, 2, 3, 4, 5]] {
        try requireError("\(query.count) elements for 4", .wrongDimensions) {
          _ = try index.nearest(1, to: query)
        }
        try requireError("a batch of \(query.count) columns for 4", .wrongDimensions) {
          _ = try index.nearest(1, to: Matrix(rows: 1, columns: query.count, values: query))
        }
      }
      for bad in [Float.nan, .infinity, -.infinity] {
        try requireError("\(bad)", .notFinite) { _ = try index.nearest(1, to: [1, bad, 3, 4]) }
        let batch = Matrix(rows: 2, columns: 4, values: [1, 2, 3, 4, 5, 6, 7, bad])
        try requireError("\(bad) in a batch", .notFinite) { _ = try index.nearest(1, to: batch) }
      }
    }

    func noVectors() throws {
      let index = try contract.build(Matrix(rows: 0, columns: 6))
      try require(index.count == 0, "count is \(index.count)")
      let query = [Float](repeating: 1, count: 6)
      try expect(index.nearest(5, to: query), [], "one query")
      let batch = try index.nearest(5, to: Matrix(rows: 2, columns: 6))
      try require(batch == [[], []], "a batch of 2 gives \(batch)")
    }

    func threads() throws {
      let index = try contract.build(randomVectors(2000, dimensions: 16, seed: 11))
      let queries = randomVectors(64, dimensions: 16, seed: 12)
      let one = try Parallel.$threads.withValue(1) { try index.nearest(10, to: queries) }
      for threads in [2, 3, 8] {
        let many = try Parallel.$threads.withValue(threads) { try index.nearest(10, to: queries) }
        try require(many == one, "\(threads) threads differ from one")
      }
      let calls = Parallel.map(16) { _ in try? index.nearest(10, to: queries) }
      try require(calls.allSatisfy { $0 == one }, "16 calls at once differ from one")
    }
  }
}

extension IndexContract.Test {
  private func bruteForce(
    _ k: Int, to query: [Float], in vectors: Matrix, where filter: RowFilter = .all
  ) -> [Neighbor] {
    IndexContract.bruteForce(k, to: query, in: vectors, by: contract.similarity, where: filter)
  }

  /// An element of a vector that is the nearer to a query the smaller `place` is.
  private func planted(_ query: [Float], at i: Int, _ place: Int) -> Float {
    // At right angles to the query.
    let aside = i == 0 ? -query[1] : i == 1 ? query[0] : 0
    switch contract.similarity {
    case .innerProduct: return query[i] * Float(20 - place)
    case .cosine: return query[i] * 20 + aside * Float(place)
    case .euclidean: return query[i] + (i == 0 ? Float(place) : 0)
    }
  }

  private func randomVectors(_ count: Int, dimensions: Int, seed: UInt64) -> Matrix {
    IndexContract.randomVectors(count, dimensions: dimensions, seed: seed)
  }

  private func elements(_ matrix: Matrix, _ row: Int) -> [Float] {
    (0..<matrix.columns).map { matrix[row, $0] }
  }

  private func require(_ condition: Bool, _ message: String) throws {
    if !condition { throw IndexContract.Violation(clause: clause, message: message) }
  }

  private func expect(_ found: [Neighbor], _ wanted: [Neighbor], _ what: String) throws {
    guard found != wanted else { return }
    if contract.similarity == .cosine, isClose(found, wanted) { return }
    let place = zip(found, wanted).enumerated().first { $1.0 != $1.1 }?.offset
    let at = place ?? min(found.count, wanted.count)
    try require(
      false,
      "\(what): \(found.count) neighbours for \(wanted.count); at \(at) "
        + "\(found.dropFirst(at).prefix(2)), expected \(wanted.dropFirst(at).prefix(2))")
  }

  /// Whether scores agree but for rounding, and rows but for those whose scores are that near.
  private func isClose(_ found: [Neighbor], _ wanted: [Neighbor]) -> Bool {
    let tolerance: Float = 1e-5
    func near(_ a: Float, _ b: Float) -> Bool { abs(a - b) <= tolerance }
    guard found.count == wanted.count, zip(found, wanted).allSatisfy({ near($0.score, $1.score) })
    else { return false }
    let scores = Dictionary(uniqueKeysWithValues: wanted.map { ($0.row, $0.score) })
    // A row that is not wanted can only have been level with the last.
    return found.allSatisfy { near($0.score, scores[$0.row] ?? wanted.last?.score ?? .nan) }
  }

  private func requireOrder(_ found: [Neighbor]) throws {
    for (a, b) in zip(found, found.dropFirst()) {
      try require(
        a.score > b.score || a.score == b.score && a.row < b.row, "\(a) stands before \(b)")
    }
  }

  private func requireError(
    _ what: String, _ code: IndexError.Code, _ body: () throws -> Void
  ) throws {
    do {
      try body()
    } catch let error as IndexError where error.code == code {
      return
    } catch {
      try require(false, "\(what) throws \(error); expected an IndexError of \(code)")
    }
    try require(false, "\(what) is accepted; expected an IndexError of \(code)")
  }
}
