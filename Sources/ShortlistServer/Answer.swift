/// An answer that is there, or work that makes one.
enum Answer<Value: Sendable>: Sendable {
  case ready(Value)
  /// - Parameter cost: roughly how many multiplications it takes; `.max` for what waits for the disk.
  case work(cost: Int, @Sendable () -> Value)

  /// The answer, made here and now.
  var value: Value {
    switch self {
    case .ready(let value): value
    case .work(_, let body): body()
    }
  }
}
