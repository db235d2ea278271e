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
      self = Self.needed(toCall: model, request, asks)
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
    toCall model: Result<ModelPath, ServingError>, _ request: HTTPRequest, _ asks: Bool
  ) -> Scope {
    guard let path = try? model.get() else { return asks ? .read : .admin }
    if let action = path.action {
      return questions.contains(action) && (asks || request.method == "POST") ? .read : .admin
    }
    if asks { return .read }
    return changes.contains(path.resource.first?.lowercased() ?? "") ? .write : .admin
  }

  /// What a method needs; nil where anybody may call it.
  init?(neededFor method: GRPCService.Method) {
    switch method {
    case .health: return nil
    case .predict, .metadata, .status, .recommend, .similar, .explain: self = .read
    case .upsertItems, .deleteItems, .appendEvents: self = .write
    case .reload: self = .admin
    }
  }
}
