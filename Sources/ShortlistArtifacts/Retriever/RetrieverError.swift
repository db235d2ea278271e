/// What can be wrong with a question to a retriever.
public struct RetrieverError: Error, Sendable, Equatable, CustomStringConvertible {
  public struct Code: Hashable, Sendable {
    private enum Value { case invalidCount, unknownItem, missingFeature, noUsers, noItemColumns }
    private let value: Value
    /// k is not at least 1.
    public static var invalidCount: Self { Self(value: .invalidCount) }
    /// An item that is not in the catalogue.
    public static var unknownItem: Self { Self(value: .unknownItem) }
    /// A feature that the query tower reads was not given.
    public static var missingFeature: Self { Self(value: .missingFeature) }
    /// All users were asked for, and the artefact does not know them.
    public static var noUsers: Self { Self(value: .noUsers) }
    /// A filter was given, and the catalogue has no columns of items.
    public static var noItemColumns: Self { Self(value: .noItemColumns) }
  }

  public var code: Code
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }

  static func check(count k: Int) throws {
    guard k >= 1 else {
      throw RetrieverError(.invalidCount, "k is \(k); ask for at least 1 item")
    }
  }

  /// That an item is not in the catalogue, with one that holds the text, or begins like it, without regard to case.
  static func unknown(_ item: String, among identifiers: some Collection<String>) -> RetrieverError
  {
    let wanted = item.lowercased()
    var closest: String?
    // Looking through more would keep a server from its other callers.
    if !wanted.isEmpty, identifiers.count <= 10_000 {
      closest =
        identifiers.first { $0.lowercased().hasPrefix(wanted) }
        ?? identifiers.first { $0.lowercased().contains(wanted) }
    }
    return RetrieverError(
      .unknownItem,
      "\"\(item)\" is not in the catalogue of \(identifiers.count) items"
        + (closest.map { "; did you mean \"\($0)\"?" } ?? ""))
  }
}
