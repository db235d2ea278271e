public import Shortlist

/// What every index must do, as checks on vectors whose neighbours are obvious.
///
/// ```swift
/// @Test("The contract of an index", arguments: IndexContract.Clause.allCases)
/// func contract(clause: IndexContract.Clause) throws {
///   try IndexContract { try ExactIndex($0) }.check(clause)
/// }
/// ```
///
/// All vectors hold small integers, so that every sum is exact and ties are ties on every machine. Cosines
/// are not exact: there, neighbours are compared within 1e-5 of their scores.
public struct IndexContract: Sendable {
  /// One thing that an index must do.
  public enum Clause: String, Sendable, CaseIterable, CustomStringConvertible {
    case findsIdentityBasis = "each basis vector finds itself"
    case findsPlantedNeighbors = "planted neighbours come first, in order"
    case breaksTiesByRow = "equal scores are ordered by row"
    case keepsDuplicates = "copies of a vector are all found"
    case boundsK = "k is at least 1, and more than there are gives all"
    case acceptsNegativeScores = "the best of negative scores are found"
    case filters = "filters give k results where k rows pass"
    case batchEqualsSingle = "a batch answers like single queries"
    case agreesWithBruteForce = "neighbours agree with plain loops"
    case refusesBadQueries = "wrong dimensions, NaN and infinity are refused"
    case holdsNothing = "an index of no vectors answers with nothing"
    case answersFromManyThreads = "many threads get the same answers"

    public var description: String { rawValue }
  }

  /// A clause that an index breaks.
  public struct Violation: Error, CustomStringConvertible {
    public let clause: Clause
    public let message: String
    public var description: String { "\(clause.rawValue): \(message)" }
  }

  /// Builds the index under test over vectors.
  public typealias Builder = @Sendable (Matrix) throws -> any VectorIndex

  let build: Builder
  let minimumRecall: Double
  let similarity: Similarity

  /// - Parameters:
  ///   - minimumRecall: the share of the true neighbours that an index that is not exact must find in
  ///     random vectors. An exact index must find all.
  ///   - similarity: what the scores of the index measure.
  ///   - build: builds the index under test; it is called many times.
  public init(
    minimumRecall: Double = 0.9, similarity: Similarity = .innerProduct,
    _ build: @escaping Builder
  ) {
    self.minimumRecall = minimumRecall
    self.similarity = similarity
    self.build = build
  }

  /// Checks one clause.
  ///
  /// - Throws: `Violation`, or what the index throws.
  public func check(_ clause: Clause) throws {
    let test = Test(clause: clause, contract: self)
    switch clause {
    case .findsIdentityBasis: try test.identityBasis()
    case .findsPlantedNeighbors: try test.plantedNeighbors()
    case .breaksTiesByRow: try test.ties()
    case .keepsDuplicates: try test.duplicates()
    case .boundsK: try test.boundsOfK()
    case .acceptsNegativeScores: try test.negativeScores()
    case .filters: try test.filters()
    case .batchEqualsSingle: try test.batch()
    case .agreesWithBruteForce: try test.bruteForce()
    case .refusesBadQueries: try test.badQueries()
    case .holdsNothing: try test.noVectors()
    case .answersFromManyThreads: try test.threads()
    }
  }

  /// Checks every clause.
  ///
  /// - Throws: the first `Violation`, or what the index throws.
  public func checkAll() throws {
    for clause in Clause.allCases { try check(clause) }
  }

  /// Vectors of integers in -8...8, the same for the same seed.
  public static func randomVectors(_ count: Int, dimensions: Int, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed)
    let values = (0..<count * dimensions).map { _ in Float(random.below(17) - 8) }
    return Matrix(rows: count, columns: dimensions, values: values)
  }

  /// The true neighbours, by plain loops and a full sort.
  public static func bruteForce(
    _ k: Int, to query: [Float], in vectors: Matrix, by similarity: Similarity = .innerProduct,
    where filter: RowFilter = .all
  ) -> [Neighbor] {
    var all: [Neighbor] = []
    for row in 0..<vectors.rows where filter.contains(row) {
      let vector = (0..<vectors.columns).map { vectors[row, $0] }
      all.append(Neighbor(row: row, score: score(query, vector, by: similarity)))
    }
    all.sort { ($1.score, $0.row) < ($0.score, $1.row) }
    return Array(all.prefix(k))
  }

  private static func score(_ a: [Float], _ b: [Float], by similarity: Similarity) -> Float {
    func product(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    switch similarity {
    case .innerProduct:
      return Float(product(a, b))
    case .cosine:
      let lengths = (product(a, a) * product(b, b)).squareRoot()
      return lengths > 0 ? Float(product(a, b) / lengths) : 0
    case .euclidean:
      return -zip(a, b).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
  }
}
