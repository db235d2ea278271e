import ShortlistServing

/// What a caller may do.
enum Scope: String, Sendable, CaseIterable {
  /// Asking: predictions, recommendations, status, metrics.
  case read
  /// Changing items, and adding events.
  case write
  /// Changing which models and versions answer.
  case admin
}

extension Scope {
  /// What a request needs; nil where anybody may ask. What is not known here needs the most.
  init?(neededFor request: HTTPRequest) {
    let asks = request.method == "GET" || request.method == "HEAD"
    if let model = request.target.model {
      self = Self.needed(for: model, request.method, asks)
      return
    }
    // Health, the console and the description of the interface are the same for everybody.
    guard asks else {
      self = .admin
      return
    }
    let path = request.path.lowercased()
    guard path.hasPrefix("/v1/") || Self.figures.contains(path) else { return nil }
    self = .read
  }

  private static let figures = ["/metrics", "/monitoring/prometheus/metrics", "/v1/models"]
  private static let changes = ["items", "events"]
  private static let questions = [
    "recommend", "predict", "similar", "explain", "classify", "regress",
  ]

  /// The path is read as the routes read it, so that no spelling of one call passes for another.
  private static func needed(
    for model: Result<ModelPath, ServingError>, _ method: String, _ asks: Bool
  ) -> Scope {
    guard let path = try? model.get() else { return asks ? .read : .admin }
    if let action = path.action {
      return questions.contains(action) && (asks || method == "POST") ? .read : .admin
    }
    if asks { return .read }
    return changes.contains(path.resource.first?.lowercased() ?? "") ? .write : .admin
  }

  /// What a method needs; nil where anybody may call it. What is not known here needs the most.
  init?(neededFor method: GRPCService.Method) {
    switch method.rawValue.split(separator: "/").last {
    case "Check": return nil
    case "Predict", "GetModelMetadata", "GetModelStatus", "Recommend", "Similar", "Explain":
      self = .read
    case "PutItems", "DeleteItems", "AppendEvents": self = .write
    default: self = .admin
    }
  }
}
