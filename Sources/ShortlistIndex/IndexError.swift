public import Foundation
internal import ShortlistTensors

/// An index cannot be built, or a query cannot be answered.
public struct IndexError: Error, Sendable, Equatable {
  /// What went wrong, for programs.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String {
      case invalidCount, wrongDimensions, notFinite, wrongFilters, tooLarge, invalidConfiguration
      case damagedFile, inUse, unknownIdentifier, invalidIdentifier, tooLong
    }
    private let value: Value

    /// Fewer than one neighbour was asked for.
    public static let invalidCount = Code(value: .invalidCount)
    /// The query is longer or shorter than the vectors.
    public static let wrongDimensions = Code(value: .wrongDimensions)
    /// A vector or a query holds a NaN or an infinity.
    public static let notFinite = Code(value: .notFinite)
    /// There are neither one filter nor as many as queries.
    public static let wrongFilters = Code(value: .wrongFilters)
    /// There are more vectors than an index can number, or they have no elements.
    public static let tooLarge = Code(value: .tooLarge)
    /// A file is not that of an index, or is damaged.
    public static let damagedFile = Code(value: .damagedFile)
    /// Another process has a live index open, or this one has closed it.
    public static let inUse = Code(value: .inUse)
    /// An item to be deleted is not there.
    public static let unknownIdentifier = Code(value: .unknownIdentifier)
    /// An identifier is empty or too long.
    public static let invalidIdentifier = Code(value: .invalidIdentifier)
    /// A parameter of an index is out of range.
    public static let invalidConfiguration = Code(value: .invalidConfiguration)
    /// A vector or a query is so long that squared distances are no numbers.
    public static let tooLong = Code(value: .tooLong)

    public var description: String { value.rawValue }
  }

  public let code: Code
  /// What was found, where, and what was expected.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension IndexError: CustomStringConvertible, LocalizedError {
  public var description: String { message }
  public var errorDescription: String? { message }
}

extension IndexError {
  static func check(k: Int) throws(IndexError) {
    guard k > 0 else {
      throw IndexError(.invalidCount, "\(k) neighbours were asked for; ask for at least 1")
    }
  }

  static func check(dimensions found: Int, expected: Int) throws(IndexError) {
    guard found == expected else {
      throw IndexError(
        .wrongDimensions,
        "a query of \(found) dimensions; the index holds vectors of \(expected)")
    }
  }

  static func check(query: Span<Float>, number: Int? = nil) throws(IndexError) {
    guard !query.isFinite else { return }
    let name = number.map { "query \($0)" } ?? "the query"
    throw IndexError(
      .notFinite,
      "\(name) has \(place(in: query)); expected finite numbers. Has training diverged?")
  }

  /// - Parameter firstRow: the row of the index that the first row of `vectors` is.
  static func check(vectors: Matrix, firstRow: Int) throws(IndexError) {
    for row in 0..<vectors.rows where !vectors[row: row].isFinite {
      throw IndexError(
        .notFinite,
        "vector \(firstRow + row) has \(place(in: vectors[row: row])); expected finite numbers. "
          + "Has training diverged?")
    }
  }

  static func check(length: Double, of name: String) throws(IndexError) {
    guard length > VectorDoor.lengthLimit else { return }
    throw IndexError(
      .tooLong,
      "\(name) is \(Float(length)) long; Euclidean search takes lengths up to "
        + "\(VectorDoor.lengthLimit). Scale vectors and queries alike")
  }

  static func check(count: Int, dimensions: Int) throws(IndexError) {
    guard dimensions > 0 || count == 0 else {
      throw IndexError(.wrongDimensions, "\(count) vectors of 0 dimensions; expected at least 1")
    }
    guard dimensions <= 1 << 16 else {
      throw IndexError(
        .tooLarge, "vectors of \(dimensions) dimensions; an index holds up to \(1 << 16)")
    }
    guard count < Int(UInt32.max) else {
      throw IndexError(.tooLarge, "\(count) vectors; an index holds fewer than \(UInt32.max)")
    }
  }

  static func check(filters: Int, queries: Int) throws(IndexError) {
    guard filters == 1 || filters == queries else {
      throw IndexError(
        .wrongFilters, "\(filters) filters for \(queries) queries; expected 1 or \(queries)")
    }
  }

  private static func place(in values: Span<Float>) -> String {
    for i in 0..<values.count where !values[i].isFinite { return "\(values[i]) at element \(i)" }
    return "no fault"
  }
}
