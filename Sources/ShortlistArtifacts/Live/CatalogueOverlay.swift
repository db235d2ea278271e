import ShortlistData
import ShortlistIndex
import ShortlistModels
import ShortlistTensors

/// What has changed in a catalogue since its artefact was made, as one version of a model sees it. It does not
/// change itself.
package final class CatalogueOverlay: Sendable {
  /// A change of one item.
  package struct Change: Sendable {
    package var identifier: String
    /// Larger for a later change of the item.
    package var revision: Int
    /// Whether the item was deleted; else it was given with what follows.
    package var isDeleted: Bool
    package var features: [String: ItemValue]?
    /// The vector for this version of the model.
    package var vector: [Float]?

    package init(
      _ identifier: String, revision: Int, isDeleted: Bool = false,
      features: [String: ItemValue]? = nil, vector: [Float]? = nil
    ) {
      self.identifier = identifier
      self.revision = revision
      self.isDeleted = isDeleted
      self.features = features
      self.vector = vector
    }
  }

  /// A change that a version cannot take, and why.
  package struct Refusal: Sendable, Hashable {
    package var identifier: String
    package var reason: String
  }

  private struct Entry: Sendable {
    var identifier: String
    var revision: Int
    var features: [String: ItemValue]?
    /// The row of the catalogue whose place it takes.
    var row: Int?
  }

  /// Rows of the catalogue that were deleted or replaced.
  let hidden: RowMask
  /// The items that joined, numbered from 0; scores are those of the artefact's index.
  let index: ExactIndex
  let vectors: Matrix
  /// Changes that this version cannot take.
  package let refused: [Refusal]
  /// Items that the catalogue has just as they were given.
  package let redundant: [String]
  private let entries: [Entry]
  private let places: StringTable
  private let placesOfRows: [Int: Int]
  private let schema: CatalogueSchema
  private let table = Guarded<Dataset?>(nil)
  private let cosines = Guarded<ExactIndex?>(nil)

  /// Whether nothing has changed.
  package var isEmpty: Bool { entries.isEmpty && hidden.count == 0 }
  /// How many items joined.
  package var count: Int { entries.count }

  /// - Parameters:
  ///   - changes: one for each item.
  ///   - previous: an overlay of the same retriever, of which vectors are taken that are still right.
  /// - Throws: what the index of the artefact throws.
  package init(
    _ changes: some Sequence<Change>, of retriever: Retriever,
    after previous: CatalogueOverlay? = nil
  ) throws {
    let catalogue = retriever.catalogue
    let schema = previous?.schema ?? CatalogueSchema(retriever)
    var hidden = RowMask()
    var refused: [Refusal] = []
    var redundant: [String] = []
    var entries: [Entry] = []
    var given: [Int: [Float]] = [:]
    var kept: [Int: Int] = [:]
    var embedded: [Int] = []
    for change in changes {
      let row = catalogue.row(of: change.identifier)
      if change.isDeleted {
        if let row { hidden.insert(row) }
        continue
      }
      if let place = previous?.places.code(of: change.identifier),
        let old = previous?.entries[place],
        old.revision == change.revision
      {
        kept[entries.count] = place
        entries.append(old)
        continue
      }
      var features = change.features
      var problem: String?
      if let given = features {
        problem = schema.problem(of: given, isStrict: false)
        features = problem == nil ? schema.settled(given) : nil
      }
      let own = row.flatMap { row in
        catalogue.items.map { schema.features(ofRow: row, in: $0) }
      }
      let entry = Entry(
        identifier: change.identifier, revision: change.revision, features: features ?? own,
        row: row)
      if let vector = change.vector {
        problem = Self.problem(of: vector, dimensions: retriever.model.dimensions)
        if problem == nil { given[entries.count] = vector }
      } else if features != nil {
        // What the catalogue has just so needs no place here.
        if features == own {
          redundant.append(change.identifier)
          continue
        }
        embedded.append(entries.count)
      } else if change.features == nil {
        // Given as a vector for another version: the version's own item counts, if there is one.
        if row == nil {
          problem =
            "was given as a vector, for another version; give it for this one, or its features"
        } else {
          continue
        }
      }
      if let problem {
        refused.append(.init(identifier: change.identifier, reason: problem))
      } else {
        entries.append(entry)
      }
    }

    var vectors = Matrix(rows: entries.count, columns: retriever.model.dimensions)
    for (place, vector) in given {
      for (column, element) in vector.enumerated() { vectors[place, column] = element }
    }
    if let previous {
      for (place, old) in kept { vectors.copyRow(place, from: previous.vectors, row: old) }
    }
    var unknown: Set<Int> = []
    if !embedded.isEmpty {
      let wanted = embedded.map { (entries[$0].identifier, entries[$0].features) }
      let (rows, known) = try retriever.embed(wanted, schema)
      for (number, place) in embedded.enumerated() {
        vectors.copyRow(place, from: rows, row: number)
        guard !known[number] else { continue }
        unknown.insert(place)
        refused.append(.init(identifier: entries[place].identifier, reason: Self.notKnown))
      }
    }
    if !unknown.isEmpty {
      let places = entries.indices.filter { !unknown.contains($0) }
      entries = places.map { entries[$0] }
      vectors = vectors.gathering(places.map { Int32($0) })
    }
    var table = StringTable()
    var placesOfRows: [Int: Int] = [:]
    for (place, entry) in entries.enumerated() {
      table.insert(entry.identifier)
      guard let row = entry.row else { continue }
      hidden.insert(row)
      placesOfRows[row] = place
    }
    self.schema = schema
    self.hidden = hidden
    self.refused = refused
    self.redundant = redundant
    self.entries = entries
    self.vectors = vectors
    self.placesOfRows = placesOfRows
    places = table
    index = try ExactIndex(vectors, similarity: try retriever.similarity())
  }

  static let notKnown =
    "has no feature of which the candidate tower knows anything; give its vector"

  fileprivate static func problem(of vector: [Float], dimensions: Int) -> String? {
    guard vector.count == dimensions else {
      return "has a vector of \(vector.count) dimensions; the model's have \(dimensions)"
    }
    return vector.allSatisfy(\.isFinite) ? nil : "has a vector with numbers that are not finite"
  }

  // MARK: Asking

  /// The columns of an item.
  func features(
    at place: LiveRetriever.Place, of retriever: Retriever
  ) -> [String: ItemValue]? {
    switch place {
    case .row(let row): retriever.catalogue.items.map { schema.features(ofRow: row, in: $0) }
    case .joined(let place): entries[place].features
    }
  }

  func identifier(at place: Int) -> String { entries[place].identifier }
  func features(at place: Int) -> [String: ItemValue]? { entries[place].features }
  func place(of identifier: String) -> Int? { places.code(of: identifier) }

  /// The place of the item that stands for a row of the catalogue.
  func place(ofRow row: Int) -> Int? { placesOfRows[row] }

  /// The row of the catalogue whose place an item takes.
  func row(at place: Int) -> Int? { entries[place].row }

  /// The items that match a filter; one without features never does.
  func rows(matching filter: ItemFilter) throws -> RowSet {
    let table = try table.withLock { made in
      if let made { return made }
      let new = try schema.dataset(entries.map { ($0.identifier, $0.features) })
      made = new
      return new
    }
    let complete = RowSet(entries.indices.lazy.filter { [entries] in entries[$0].features != nil })
    return try table.rows(matching: filter).intersection(complete)
  }

  /// The items nearest to a vector by cosine.
  func similar(_ k: Int, to vector: Span<Float>, where filter: RowFilter) throws -> [Neighbor] {
    let index = try cosines.withLock { made in
      if let made { return made }
      let new = try ExactIndex(vectors, similarity: .cosine)
      made = new
      return new
    }
    return try index.nearest(k, to: vector, where: filter)
  }
}

extension Retriever {
  /// The first of some items that cannot join the catalogue, and why; nil where all can.
  package func problem(of items: [LiveItem]) -> (item: String, problem: String)? {
    let schema = CatalogueSchema(self)
    for item in items {
      var problem: String?
      if let features = item.features {
        problem = schema.problem(of: features, isStrict: true)
      } else if item.vector == nil {
        problem = "has neither features nor a vector"
      }
      if problem == nil, let vector = item.vector {
        problem = CatalogueOverlay.problem(of: vector, dimensions: model.dimensions)
      }
      if let problem { return (item.identifier, problem) }
    }
    return nil
  }

  /// The vectors of items by the candidate tower, and whether it knows anything of each.
  fileprivate func embed(
    _ items: [(identifier: String, features: [String: ItemValue]?)], _ schema: CatalogueSchema
  ) throws -> (vectors: Matrix, known: [Bool]) {
    let bound = try model.candidate.bind(schema.dataset(items))
    let known = knows(bound)
    return (
      model.embedCandidates(bound).gathering(bound.rowOfExample),
      bound.rowOfExample.map { known[Int($0)] }
    )
  }
}
