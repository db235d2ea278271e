/// A dataset as a tower sees it: the distinct combinations of its feature values.
///
/// Examples that agree in every feature of the tower share one row, so a tower runs once for each distinct
/// row however deep it is.
public struct BoundTower: Sendable {
  /// For each example the distinct row it has.
  public let rowOfExample: [Int32]
  /// The features of the distinct rows, one entry for each encoder.
  public let features: [FeatureRows]

  /// The number of distinct rows.
  public var count: Int { features.first?.count ?? 0 }

  /// - Parameter features: every encoder's entries for all examples.
  init(examples features: [FeatureRows], count: Int) {
    precondition(features.allSatisfy { $0.count == count }, "features of different lengths")
    var keys = features.first?.keys() ?? Array(repeating: 0, count: count)
    for feature in features.dropFirst() { keys = Self.paired(keys, feature.keys()) }

    // Keys are dense numbers, so a flat table finds them.
    var rowOfKey = [Int32](repeating: -1, count: (keys.max() ?? 0) + 1)
    var firsts: [Int32] = []
    rowOfExample = keys.enumerated().map { example, key in
      if rowOfKey[key] < 0 {
        rowOfKey[key] = Int32(firsts.count)
        firsts.append(Int32(example))
      }
      return rowOfKey[key]
    }
    self.features = features.map { $0.gathering(firsts) }
  }

  /// One number for each pair of numbers.
  private static func paired(_ a: [Int], _ b: [Int]) -> [Int] {
    let width = (b.max() ?? 0) + 1
    var table = KeyTable(expecting: a.count)
    return zip(a, b).map { table.number(of: UInt64($0 * width + $1)) }
  }
}
