import Shortlist
import ShortlistServing

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

/// What a call has to do.
enum WorkKind: Sendable {
  /// Searches.
  case queries
  /// A comparison with every item, for the rank of one.
  case explanation
  /// Waits for the disk.
  case disk
}

extension ServedModel {
  /// Roughly how many multiplications the work of a call takes; `.max` for what waits for the disk.
  func cost(of work: WorkKind, queries: Int) -> Int {
    switch work {
    case .queries: cost(ofQueries: queries)
    case .explanation: retriever.catalogue.count * retriever.model.dimensions
    case .disk: .max
    }
  }
}
