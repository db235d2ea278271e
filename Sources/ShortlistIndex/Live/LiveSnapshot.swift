internal import ShortlistTensors

/// A live catalogue at one moment: immutable, so that a search sees all of a change or nothing.
struct LiveSnapshot: Sendable {
  let base: LiveBase
  /// Rows of the base that were deleted or replaced since.
  var hidden = RowMask()
  var recent: RecentVectors

  /// The items that are there.
  var count: Int { base.identifiers.count - hidden.count + recent.count }

  init(_ base: LiveBase) {
    self.base = base
    recent = RecentVectors(base.door)
  }
}

/// What stood in the catalogue at the last compaction.
final class LiveBase: Sendable {
  let door: VectorDoor
  let index: any VectorIndex
  let vectors: Matrix
  let identifiers: [String]
  private let rows: StringTable

  /// - Precondition: identifiers are distinct, one for each vector.
  init(_ identifiers: [String], _ vectors: Matrix, door: VectorDoor, index: any VectorIndex) {
    precondition(identifiers.count == vectors.rows, "\(identifiers.count) of \(vectors.rows)")
    self.identifiers = identifiers
    self.vectors = vectors
    self.door = door
    self.index = index
    var rows = StringTable()
    for identifier in identifiers { rows.insert(identifier) }
    self.rows = rows
  }

  func row(of identifier: String) -> Int? { rows.code(of: identifier) }
}

/// Vectors that came since the last compaction, searched one by one. Copies share all full pieces, so that
/// one more vector costs a copy of the last.
struct RecentVectors: Sendable {
  private static let pieceRows = 64

  private struct Piece: Sendable {
    var vectors: Matrix
    var identifiers: [String] = []
  }

  private let door: VectorDoor
  private var full: [Piece] = []
  private var last: Piece
  private var hidden = RowMask()
  /// Vectors put here, with those that were hidden again.
  private(set) var total = 0

  var count: Int { total - hidden.count }

  init(_ door: VectorDoor) {
    self.door = door
    last = Piece(vectors: Matrix(rows: Self.pieceRows, columns: door.dimensions))
  }

  /// Adds a vector; returns its place.
  mutating func append(_ identifier: String, _ vector: [Float]) -> Int {
    last.vectors.copyRow(
      last.identifiers.count, from: Matrix(copying: vector.span), row: 0)
    last.identifiers.append(identifier)
    total += 1
    if last.identifiers.count == Self.pieceRows {
      full.append(last)
      last = Piece(vectors: Matrix(rows: Self.pieceRows, columns: door.dimensions))
    }
    return total - 1
  }

  mutating func hide(_ place: Int) { hidden.insert(place) }

  private func piece(_ number: Int) -> Piece { number < full.count ? full[number] : last }

  func identifier(at place: Int) -> String {
    piece(place / Self.pieceRows).identifiers[place % Self.pieceRows]
  }

  /// Copies every vector that is not hidden to rows from `firstRow` on; returns their identifiers.
  func copy(to vectors: inout Matrix, firstRow: Int) -> [String] {
    var identifiers: [String] = []
    for place in 0..<total where !hidden.contains(place) {
      let piece = piece(place / Self.pieceRows)
      let row = place % Self.pieceRows
      vectors.copyRow(firstRow + identifiers.count, from: piece.vectors, row: row)
      identifiers.append(piece.identifiers[row])
    }
    return identifiers
  }

  /// Offers the score of every vector that is wanted as that of row `firstRow` + place.
  func offer(
    of query: Span<Float>, firstRow: Int, to best: inout TopK, where isWanted: ((String) -> Bool)?
  ) {
    var scores = [Float](repeating: 0, count: Self.pieceRows)
    for number in 0...full.count {
      let piece = piece(number)
      let first = number * Self.pieceRows
      var target = scores.mutableSpan
      if door.similarity == .euclidean {
        for row in piece.identifiers.indices {
          target[row] = door.distanceScore(of: query, with: piece.vectors[row: row])
        }
      } else {
        piece.vectors.innerProducts(
          of: query, withRows: 0..<piece.identifiers.count, into: &target)
      }
      for (row, identifier) in piece.identifiers.enumerated()
      where scores[row] >= best.threshold && !hidden.contains(first + row)
        && isWanted?(identifier) ?? true
      {
        best.offer(scores[row], row: firstRow + first + row)
      }
    }
  }
}
