/// The share of examples whose true candidate is among the k best, for several k.
public struct TopKAccuracy: Sendable, Hashable {
  public let ks: [Int]
  /// Weighted hits, one for each k.
  private(set) var hits: [Double]
  /// The weight of all examples.
  public private(set) var weight: Double

  init(_ ks: [Int]) {
    self.ks = ks
    hits = Array(repeating: 0, count: ks.count)
    weight = 0
  }

  mutating func add(rank: Int32, weight: Double = 1) {
    for (index, k) in ks.enumerated() where rank <= k { hits[index] += weight }
    self.weight += weight
  }

  /// The accuracy at each k by name: `top_1`, `top_5`, ...
  public var byName: [String: Double] {
    Dictionary(ks.map { ("top_\($0)", self[k: $0]) }, uniquingKeysWith: { first, _ in first })
  }

  /// The accuracy at k; 0 where there are no examples.
  ///
  /// - Precondition: k is one of `ks`.
  public subscript(k k: Int) -> Double {
    guard let index = ks.firstIndex(of: k) else { preconditionFailure("top-\(k) of \(ks)") }
    return weight > 0 ? hits[index] / weight : 0
  }
}
