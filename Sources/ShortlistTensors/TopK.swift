private import CShortlistKernels

/// The k largest of the scores that pass by; ties go to the smaller row, NaN never enters.
///
/// A threshold runs along: once k scores are known, the kernel passes over everything that cannot
/// enter, so that nearly all scores cost one comparison. The survivors gather in a buffer that is cut
/// back to k by selection when it is full.
///
/// - Complexity: O(n + k log k) for n scores in random order.
package struct TopK: Sendable {
  /// How many are kept.
  package let k: Int
  /// The score that a newcomer must reach.
  package private(set) var threshold = -Float.infinity

  private var keys: [UInt64] = []
  private let limit: Int
  private var nextRow: UInt32 = 0

  /// The kernel writes whole vectors past the last survivor, and asks for 64 at least.
  private static let scratch = 64...256

  /// - Precondition: `k` is positive.
  package init(_ k: Int) {
    precondition(k > 0, "the top \(k)")
    self.k = k
    // The shorter the buffer, the sooner the threshold rises; the longer, the fewer the cuts.
    limit = k + min(max(k, 32), 1 << 20)
  }

  /// Forgets everything.
  package mutating func removeAll() {
    keys.removeAll(keepingCapacity: true)
    threshold = -.infinity
    nextRow = 0
  }

  /// Takes part of a row of scores: `scores[i]` belongs to row `firstRow + i`.
  ///
  /// - Precondition: every row fits in 32 bits.
  package mutating func offer(_ scores: Span<Float>, firstRow: Int) {
    precondition(
      firstRow >= 0 && firstRow + scores.count <= Int(UInt32.max),
      "rows \(firstRow)..<\(firstRow + scores.count); the largest is \(UInt32.max)")
    // Rows that come in order lose a tie with those that are here.
    let inOrder = firstRow >= Int(nextRow)
    if keys.isEmpty {
      // Grown step by step, a short buffer costs as much as what is put into it.
      keys.reserveCapacity(min(limit + 32, 1024))
      if threshold == -.infinity { threshold = Self.floor(of: scores, k: k) }
    }
    var position = 0
    while position < scores.count {
      let full = keys.count >= k && threshold > -.infinity
      let wanted = full && inOrder ? threshold.nextUp : threshold
      // Room for as many as fit before the next cut: what comes after meets a higher threshold.
      let room = min(
        max(limit - keys.count + 32, Self.scratch.lowerBound), Self.scratch.upperBound)
      unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { found in
        unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: room) { rows in
          guard let s = found.baseAddress, let r = rows.baseAddress else { return }
          let count = unsafe scores.withPointer { x in
            unsafe Kernels.best.select(
              x, scores.count, wanted, UInt32(firstRow), s, r, room, &position)
          }
          for i in 0..<count { keys.append(unsafe Self.key(s[i], r[i])) }
        }
      }
      if keys.count >= limit { cut() }
    }
    nextRow = max(nextRow, UInt32(firstRow + scores.count))
  }

  /// A score that k of the scores reach, found in one pass: the kth best of the best of 32 or 64 groups. So the first scores
  /// that pass by meet a threshold, too.
  private static func floor(of scores: Span<Float>, k: Int) -> Float {
    guard k <= 32, scores.count >= 512 else { return -.infinity }
    var best = (
      SIMD16<Float>(repeating: -.infinity), SIMD16<Float>(repeating: -.infinity),
      SIMD16<Float>(repeating: -.infinity), SIMD16<Float>(repeating: -.infinity)
    )
    unsafe scores.withPointer { start in
      let vectors = unsafe UnsafeRawPointer(start)
      for place in 0..<scores.count / 64 {
        let base = unsafe vectors + place * 256
        // NaN is never greater.
        let a = unsafe base.loadUnaligned(as: SIMD16<Float>.self)
        best.0.replace(with: a, where: a .> best.0)
        let b = unsafe base.loadUnaligned(fromByteOffset: 64, as: SIMD16<Float>.self)
        best.1.replace(with: b, where: b .> best.1)
        let c = unsafe base.loadUnaligned(fromByteOffset: 128, as: SIMD16<Float>.self)
        best.2.replace(with: c, where: c .> best.2)
        let d = unsafe base.loadUnaligned(fromByteOffset: 192, as: SIMD16<Float>.self)
        best.3.replace(with: d, where: d .> best.3)
      }
    }
    // Fewer groups are enough for few, and sooner looked through.
    if k <= 12 {
      best.0.replace(with: best.1, where: best.1 .> best.0)
      best.1 = best.2
      best.1.replace(with: best.3, where: best.3 .> best.2)
    }
    var keys = InlineArray<64, UInt64>(repeating: 0)
    var count = 0
    func add(_ lanes: SIMD16<Float>) {
      for lane in 0..<16 where lanes[lane] > -.infinity {
        keys[count] = key(lanes[lane], 0)
        count += 1
      }
    }
    add(best.0)
    add(best.1)
    if k > 12 {
      add(best.2)
      add(best.3)
    }
    guard count >= k else { return -.infinity }
    var span = keys.mutableSpan
    select(k, of: &span, count: count)
    return score(span[k - 1])
  }

  /// Takes one score.
  package mutating func offer(_ score: Float, row: Int) {
    guard score >= threshold else { return }
    keys.append(Self.key(score, UInt32(row)))
    nextRow = max(nextRow, UInt32(row) + 1)
    if keys.count >= limit { cut() }
  }

  /// Forgets what is not among the best so far.
  package mutating func trim() { cut() }

  /// Takes what another has kept.
  package mutating func merge(_ other: TopK) {
    keys.append(contentsOf: other.keys)
    nextRow = max(nextRow, other.nextRow)
    if keys.count >= limit { cut() }
  }

  /// The best so far, best first: k of them, or all if there were fewer.
  package func best() -> [(row: Int, score: Float)] {
    var copy = self
    if copy.keys.count > k { copy.cut() }
    return copy.keys.sorted(by: >).map { (Int(~UInt32(truncatingIfNeeded: $0)), Self.score($0)) }
  }

  /// Cuts the buffer back to the k largest keys, and raises the threshold.
  private mutating func cut() {
    guard keys.count > k else { return }
    let (k, count) = (k, keys.count)
    var span = keys.mutableSpan
    Self.select(k, of: &span, count: count)
    keys.removeSubrange(k...)
    threshold = Self.score(keys[k - 1])
  }

  /// Moves the k largest of the first `count` to the front, the least of them to place k - 1: quickselect (Hoare, 1961).
  private static func select(_ k: Int, of keys: inout MutableSpan<UInt64>, count: Int) {
    var low = 0
    var high = count - 1
    while low < high {
      let a = keys[low]
      let b = keys[low + (high - low) / 2]
      let c = keys[high]
      let pivot = max(min(a, b), min(max(a, b), c))
      var i = low
      var j = high
      while i <= j {
        while keys[i] > pivot { i += 1 }
        while keys[j] < pivot { j -= 1 }
        if i <= j {
          keys.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if k - 1 <= j { high = j } else if k - 1 >= i { low = i } else { break }
    }
  }

  /// A number that is larger for a larger score, and among equal scores for a smaller row.
  private static func key(_ score: Float, _ row: UInt32) -> UInt64 {
    let bits = (score + 0).bitPattern  // -0 becomes 0
    let ordered = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
    return UInt64(ordered) << 32 | UInt64(~row)
  }

  private static func score(_ key: UInt64) -> Float {
    let ordered = UInt32(truncatingIfNeeded: key >> 32)
    return Float(bitPattern: ordered & 0x8000_0000 == 0 ? ~ordered : ordered & 0x7FFF_FFFF)
  }
}
