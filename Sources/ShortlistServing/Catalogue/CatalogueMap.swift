public import Shortlist
import ShortlistTensors

/// The catalogue on a plane: each item's vector along the two directions in which the vectors differ most.
///
/// x and y are the first two principal components of the items' vectors, less their mean. The same artefact gives the same
/// map, signs included; what has changed since it was made is not on it.
public struct CatalogueMap: Sendable {
  public struct Point: Sendable, Hashable {
    public var item: String
    /// Of the artefact's catalogue; nil for an item that joined since.
    public var row: Int?
    public var x: Float
    public var y: Float
  }

  /// Larger catalogues are thinned out to so many items.
  public static let limit = 20_000

  /// In the order of the catalogue.
  public let points: [Point]
  /// The items of the catalogue.
  public let total: Int
  /// The share of the variance of the vectors that lies along x, and along y.
  public let explained: [Double]

  private let components: PrincipalComponents

  init(_ catalogue: Catalogue) {
    let vectors = catalogue.embeddings
    let (total, limit) = (vectors.rows, Self.limit)
    let rows = total <= limit ? Array(0..<total) : (0..<limit).map { $0 * total / limit }
    let sample = total <= limit ? vectors : vectors.gathering(rows.map { Int32($0) })
    let components = sample.principalComponents(2)
    self.total = total
    self.components = components
    explained = components.variances.map {
      components.totalVariance > 0 ? $0 / components.totalVariance : 0
    }
    points = rows.enumerated().map { place, row in
      Self.point(
        catalogue.identifiers[row], row: row, components.coordinates(of: sample[row: place]))
    }
  }

  /// Where an item stands, whether or not it is among the points.
  func point(_ item: String, row: Int?, vector: Span<Float>) -> Point {
    Self.point(item, row: row, components.coordinates(of: vector))
  }

  private static func point(_ item: String, row: Int?, _ place: [Double]) -> Point {
    Point(
      item: item, row: row, x: place.isEmpty ? 0 : Float(place[0]),
      y: place.count < 2 ? 0 : Float(place[1]))
  }
}

extension ServedModel {
  /// The map of the catalogue, made when it is first asked for and kept as long as the version.
  ///
  /// - Complexity: O(items * dimensions^2) the first time.
  public func catalogueMap() -> CatalogueMap {
    map.withLock { map in
      if let map { return map }
      let made = CatalogueMap(retriever.catalogue)
      map = made
      return made
    }
  }

  /// Where some items stand on the map: for those that were thinned out of it, or joined since.
  ///
  /// - Throws: `ServingError`: `notFound` for an item that is not in the catalogue, `invalidArgument` for more than the
  ///   limits allow.
  public func points(
    of items: [String], within limits: ServingLimits = .init()
  ) throws(ServingError) -> [CatalogueMap.Point] {
    try limits.check(identifiers: items.count, of: "item")
    let (map, live) = (catalogueMap(), liveRetriever)
    var points: [CatalogueMap.Point] = []
    for item in items {
      guard let vector = live.vector(of: item) else {
        throw ServingError(.notFound, "\"\(item.prefix(200))\" is not in the catalogue")
      }
      points.append(
        map.point(item, row: retriever.catalogue.row(of: item), vector: vector.span))
    }
    return points
  }

  /// What a column says of an item, for colours on the map.
  ///
  /// - Throws: `ServingError.invalidArgument` for a column that is not there.
  public func values(
    of feature: String
  ) throws(ServingError) -> @Sendable (_ row: Int) -> ItemValue {
    guard let column = columns.first(where: { $0.name == feature })?.column else {
      throw ServingError(
        .invalidArgument,
        "there is no column \"\(feature.prefix(80))\" of items; there are "
          + (columns.isEmpty ? "none" : columns.map(\.name).joined(separator: ", ")))
    }
    return { row in ItemValue(column, row: row) }
  }
}
