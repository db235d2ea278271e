public import ShortlistData
import ShortlistTensors

/// A dataset cut into batches, in the same order or in a new one every epoch.
public struct Batches: Sendable {
  /// The order of the examples.
  public enum Order: Sendable, Hashable {
    /// As they stand in the dataset, every epoch.
    case asGiven
    /// A new random order every epoch, which follows from the seed and the number of the epoch.
    case shuffledEveryEpoch(seed: UInt64)
  }

  public let dataset: Dataset
  /// Examples in a batch; the last of an epoch may be smaller.
  public let size: Int
  public let order: Order

  /// - Precondition: `size` is positive.
  public init(_ dataset: Dataset, size: Int, order: Order = .asGiven) {
    precondition(size > 0, "batches of \(size) examples")
    self.dataset = dataset
    self.size = size
    self.order = order
  }

  /// The number of batches in an epoch.
  public var count: Int { (dataset.rowCount + size - 1) / size }

  /// The batches of an epoch, as positions in the dataset.
  public func rows(ofEpoch epoch: Int) -> [ArraySlice<Int>] {
    let order: [Int]
    switch self.order {
    case .asGiven: order = Array(0..<dataset.rowCount)
    case .shuffledEveryEpoch(let seed):
      var random = RandomStream(seed: seed, stream: UInt64(epoch) &+ 1)
      order = random.permutation(of: dataset.rowCount)
    }
    return stride(from: 0, to: order.count, by: size).map {
      order[$0..<min($0 + size, order.count)]
    }
  }
}

extension Dataset {
  /// The dataset in batches of `size` examples, in the order of its rows.
  public func batched(_ size: Int) -> Batches { Batches(self, size: size) }

  /// The dataset in batches, in a new random order every epoch.
  public func batched(_ size: Int, shufflingEveryEpoch seed: UInt64) -> Batches {
    Batches(self, size: size, order: .shuffledEveryEpoch(seed: seed))
  }
}
