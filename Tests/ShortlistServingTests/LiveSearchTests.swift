import Foundation
import Shortlist
import ShortlistIndex
import ShortlistSamples
import ShortlistTensors
import Testing

@testable import ShortlistServing

/// The catalogue with changes against one that was made with them.
@Suite("Search of a catalogue with changes")
struct LiveSearchTests {
  @Test("Changes give what an index over the changed catalogue gives, whatever scores measure")
  func equality() throws {
    var random = RandomStream(seed: 5)
    for sample in try SampleRetriever.all() {
      let old = sample.retriever
      let dimensions = old.model.dimensions
      func vector() -> [Float] { (0..<dimensions).map { _ in random.normal() } }
      let names = old.catalogue.identifiers
      var changes: [CatalogueOverlay.Change] = []
      for number in 0..<20 {
        let name = number < 8 ? names[number * 5] : "new \(number)"
        changes.append(
          .init(
            name, revision: number, isDeleted: number % 4 == 0,
            vector: number % 4 == 0 ? nil : vector()))
      }
      let overlay = try CatalogueOverlay(changes.prefix(12), of: old)
      // What is made after another takes its vectors, and gives the same.
      let grown = try CatalogueOverlay(changes, of: old, after: overlay)
      let live = LiveRetriever(old, grown)

      let gone = Set(changes.map(\.identifier))
      let kept = names.filter { !gone.contains($0) }
      let joined = changes.filter { !$0.isDeleted }
      var rows = Matrix(rows: kept.count + joined.count, columns: dimensions)
      for (row, name) in kept.enumerated() {
        let place = try #require(old.catalogue.row(of: name))
        for column in 0..<dimensions { rows[row, column] = old.catalogue.embeddings[place, column] }
      }
      for (number, change) in joined.enumerated() {
        for (column, element) in (change.vector ?? []).enumerated() {
          rows[kept.count + number, column] = element
        }
      }
      let catalogue = Catalogue(
        identifiers: kept + joined.map(\.identifier), identifiedBy: old.catalogue.identifier,
        embeddings: rows)
      let new = Retriever(
        old.model, index: try ExactIndex(rows, similarity: old.similarity()), over: catalogue)

      for k in [1, 7, 100] {
        let found = try live.nearest(
          k, to: old.model.embedQueries(sample.queries), vectors: old.model.task.queryVectors)
        let right = try new.recommend(k, forEach: sample.queries)
        for (found, right) in zip(found, right) {
          #expect(found.map(\.identifier) == right.map(\.identifier), "\(sample.name), \(k)")
          for (a, b) in zip(found, right) { #expect(abs(a.score - b.score) <= 1e-5) }
        }
        for item in [kept[3], joined[2].identifier] {
          let found = try live.similar(k, to: item)
          let right = try new.similar(k, to: item)
          #expect(found.map(\.identifier) == right.map(\.identifier), "\(sample.name), \(k)")
        }
      }
    }
  }
}
