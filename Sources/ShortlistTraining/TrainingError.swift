/// What can go wrong while a model learns.
public struct TrainingError: Error, Sendable, CustomStringConvertible {
  public struct Code: Hashable, Sendable {
    private enum Value {
      case diverged, emptyDataset, inexactIndex, unfitIndex, checkpoint, invalidRecipe
    }
    private let value: Value
    /// The loss or a parameter stopped being a finite number.
    public static var diverged: Self { Self(value: .diverged) }
    public static var emptyDataset: Self { Self(value: .emptyDataset) }
    /// A score-based metric was asked of an index that may miss neighbours.
    public static var inexactIndex: Self { Self(value: .inexactIndex) }
    /// An index was built over other vectors than the catalogue's.
    public static var unfitIndex: Self { Self(value: .unfitIndex) }
    /// A checkpoint does not fit the run.
    public static var checkpoint: Self { Self(value: .checkpoint) }
    public static var invalidRecipe: Self { Self(value: .invalidRecipe) }
  }

  public var code: Code
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
