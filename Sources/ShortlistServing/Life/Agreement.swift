import Shortlist

/// How alike two lists of items are.
enum Agreement {
  /// How much of the longer list stands in the other; 1 for two empty ones.
  static func overlap(_ first: Recommendations, _ second: Recommendations) -> Double {
    let longer = max(first.count, second.count)
    guard longer > 0 else { return 1 }
    let items = Set(first.lazy.map(\.identifier))
    return Double(second.count { items.contains($0.identifier) }) / Double(longer)
  }

  /// Rank-biased overlap (Webber, Moffat and Zobel, 2010), over the places that there are: the mean of the overlaps of
  /// the first 1, 2, ... items, in which each weighs 0.9 of the one before. 1 for the same list, 0 for lists that share
  /// nothing.
  static func rankBiasedOverlap(_ first: Recommendations, _ second: Recommendations) -> Double {
    let longer = max(first.count, second.count)
    guard longer > 0 else { return 1 }
    var (weight, weights, sum, shared) = (1.0, 0.0, 0.0, 0)
    var (ofFirst, ofSecond) = (Set<String>(), Set<String>())
    for place in 0..<longer {
      let one = place < first.count ? first[place].identifier : nil
      let other = place < second.count ? second[place].identifier : nil
      if let one, one == other {
        shared += 1
      } else {
        if let one, ofSecond.contains(one) { shared += 1 }
        if let other, ofFirst.contains(other) { shared += 1 }
      }
      if let one { ofFirst.insert(one) }
      if let other { ofSecond.insert(other) }
      sum += weight * Double(shared) / Double(place + 1)
      weights += weight
      weight *= 0.9
    }
    return sum / weights
  }
}
