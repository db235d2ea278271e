/// How a version of a model is.
public struct VersionStatus: Sendable, Hashable {
  /// The states of TensorFlow Serving, with its numbers.
  public enum State: Int, Sendable, Hashable {
    case unknown = 0
    case start = 10
    case loading = 20
    case available = 30
    case unloading = 40
    case end = 50

    public var name: String {
      switch self {
      case .unknown: "UNKNOWN"
      case .start: "START"
      case .loading: "LOADING"
      case .available: "AVAILABLE"
      case .unloading: "UNLOADING"
      case .end: "END"
      }
    }
  }

  public var version: Int
  public var state: State
  /// Why it is not available, where something went wrong.
  public var error: ServingError?

  public init(version: Int, state: State, error: ServingError? = nil) {
    self.version = version
    self.state = state
    self.error = error
  }
}

/// The version that a request is for: a number, a label, or the latest.
public struct ModelSelection: Sendable, Hashable {
  public var name: String
  public var version: Int?
  public var label: String?

  /// Whether it leaves the version open.
  var isOpen: Bool { version == nil && label == nil }

  public init(name: String, version: Int? = nil, label: String? = nil) {
    self.name = name
    self.version = version
    self.label = label
  }
}
