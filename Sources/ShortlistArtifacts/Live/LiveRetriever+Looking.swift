import ShortlistIndex
import ShortlistModels

/// Looking at the items of a catalogue that changes.
extension LiveRetriever {
  /// The items of the catalogue now.
  package var count: Int { retriever.catalogue.count - overlay.hidden.count + overlay.count }

  /// Whether an item of the artefact's catalogue was deleted, or another stands in its place.
  package func isHidden(row: Int) -> Bool { overlay.hidden.contains(row) }

  /// Items that joined, with what was said of them; in the place of the artefact's where that has the same identifier.
  package var joined: [(identifier: String, features: [String: ItemValue]?)] {
    (0..<overlay.count).map { (overlay.identifier(at: $0), overlay.features(at: $0)) }
  }

  /// What was said of an item that joined; nil where there is none of the identifier.
  package func featuresOfJoined(_ item: String) -> [String: ItemValue]?? {
    overlay.place(of: item).map { overlay.features(at: $0) }
  }

  /// The vector of an item; nil for one that is not in the catalogue.
  package func vector(of item: String) -> [Float]? {
    place(of: item).map { place in
      withVector(at: place) { vector in vector.indices.map { vector[$0] } }
    }
  }
}
