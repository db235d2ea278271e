private import CShortlistKernels

/// The best candidates of a search so far, as approximate scores with positions; scratch of one thread.
///
/// Candidates gather above a threshold. When the list is full, it is cut back to the best `limit`, and the
/// threshold rises to the least of them, so that most of what follows is passed over by the kernel.
package struct CandidateList: ~Copyable {
  /// How many candidates are wanted.
  package private(set) var limit: Int
  package private(set) var count = 0
  private var threshold = -Float.infinity
  package let capacity: Int
  private let scores: MatrixStorage
  private let positions: ByteStorage

  /// Kernels write whole vectors beyond the last candidate.
  private static let spare = 128

  /// - Parameter capacity: candidates that fit at most; `limit` may not be more than half of it.
  package init(capacity: Int) {
    self.capacity = capacity
    limit = capacity / 2
    scores = MatrixStorage(count: capacity + Self.spare, uninitialized: true)
    positions = ByteStorage(count: (capacity + Self.spare) * 4)
  }

  /// Forgets everything; the best `limit` are wanted from now on.
  package mutating func reset(limit: Int) {
    precondition(limit > 0 && limit * 2 <= capacity, "\(limit) candidates in room for \(capacity)")
    self.limit = limit
    count = 0
    threshold = -.infinity
  }

  /// Cuts back to the best `limit`, in no order.
  package mutating func cut() {
    guard count > limit else { return }
    threshold = unsafe Kernels.best.keep_largest(scores.base, numbers, count, limit)
    count = limit
  }

  package subscript(index: Int) -> (position: Int, score: Float) {
    precondition(index >= 0 && index < count, "candidate \(index) of \(count)")
    return unsafe (Int(numbers[index]), scores.base[index])
  }

  /// Appends the numbers at the candidates' positions to `rows`, each once.
  ///
  /// - Parameters:
  ///   - bound: larger numbers, which only a damaged file has, are passed over.
  ///   - met: a bit for each number below the bound, clear before and after.
  package func appendDistinct(
    _ numbers: RowNumbers, below bound: Int, to rows: inout [UInt32], met: inout [UInt64]
  ) {
    precondition(met.count * 64 >= bound, "\(met.count) words for \(bound) numbers")
    let first = rows.count
    for candidate in 0..<count {
      let row = unsafe numbers[Int(self.numbers[candidate])]
      let bit = UInt64(1) << UInt64(row & 63)
      guard row < bound, met[Int(row >> 6)] & bit == 0 else { continue }
      met[Int(row >> 6)] |= bit
      rows.append(row)
    }
    for place in first..<rows.count { met[Int(rows[place] >> 6)] = 0 }
  }

  /// Takes the score of every row of `rows` with a query.
  package mutating func setScores(of query: ByteRows.Query, with rows: ByteRows) {
    precondition(rows.rows <= capacity, "\(rows.rows) rows in room for \(capacity)")
    unsafe rows.writeScores(of: query, withRows: 0..<rows.rows, to: scores.base)
    for row in 0..<rows.rows { unsafe numbers[row] = UInt32(row) }
    count = rows.rows
  }

  /// Takes away candidates, from place `start` on, that `isWanted` refuses.
  private mutating func filter(from start: Int, _ isWanted: (Int) -> Bool) {
    var kept = start
    for i in start..<count where unsafe isWanted(Int(numbers[i])) {
      unsafe numbers[kept] = numbers[i]
      unsafe scores.base[kept] = scores.base[i]
      kept += 1
    }
    count = kept
  }

  /// Takes the score of every row of `rows` with a query, whose elements after the columns are passed over.
  package mutating func setScores(of query: [Float], with rows: Matrix) {
    precondition(
      rows.rows <= capacity && query.count >= rows.columns,
      "\(rows) and a query of \(query.count) in room for \(capacity)")
    unsafe query.span.withPointer { q in
      unsafe Kernels.best.dot_rows(
        q, rows.pointer, rows.columns, rows.rows, rows.columns, scores.base)
    }
    for row in 0..<rows.rows { unsafe numbers[row] = UInt32(row) }
    count = rows.rows
  }

  /// Calls `scan` for pieces of the range that fit, which writes candidates at the addresses it gets and
  /// returns how many. Candidates that `isWanted` refuses are passed over.
  @unsafe
  mutating func collect(
    _ range: Range<Int>, where isWanted: ((Int) -> Bool)?,
    _ scan: (Range<Int>, Float, UnsafeMutablePointer<Float>, UnsafeMutablePointer<UInt32>) -> Int
  ) {
    // Not all of the capacity, which a deeper search may have left.
    let room = min(capacity, max(1024, 4 * limit))
    var start = range.lowerBound
    while start < range.upperBound {
      // Early, so that the threshold rises early.
      if count >= 3 * limit || room - count < limit { cut() }
      let end = min(range.upperBound, start + room - count)
      let before = count
      unsafe count += scan(start..<end, threshold, scores.base + count, numbers + count)
      if let isWanted { filter(from: before, isWanted) }
      start = end
    }
  }

  /// Writes the rows of a range whose scores reach the threshold to addresses with room for all of them;
  /// returns how many. `write` computes the scores of a piece.
  @unsafe
  static func select(
    _ range: Range<Int>, from threshold: Float, _ scores: UnsafeMutablePointer<Float>,
    _ positions: UnsafeMutablePointer<UInt32>,
    _ write: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) -> Int {
    let piece = 512
    return unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: piece) { all in
      guard let all = all.baseAddress else { return 0 }
      var found = 0
      for start in stride(from: range.lowerBound, to: range.upperBound, by: piece) {
        let some = start..<min(start + piece, range.upperBound)
        unsafe write(some, all)
        var place = 0
        while place < some.count {
          // The kernel wants room for whole vectors beyond what it may find.
          unsafe found += Kernels.best.select(
            all, some.count, threshold, UInt32(start), scores + found, positions + found,
            some.count - place + spare, &place)
        }
      }
      return found
    }
  }

  @unsafe
  private var numbers: UnsafeMutablePointer<UInt32> {
    unsafe positions.base.assumingMemoryBound(to: UInt32.self)
  }
}
