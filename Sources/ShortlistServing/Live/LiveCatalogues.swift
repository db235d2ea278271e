import Foundation
import Shortlist
import ShortlistTensors

/// The live catalogues of the models of a store.
final class LiveCatalogues: Sendable {
  /// Where they stand; nil for `.live` beside the folder of each model.
  private let state: URL?
  private let limits: LiveLimits
  private let open = Guarded<[String: LiveCatalogue]>([:])

  init(_ state: URL?, limits: LiveLimits) {
    self.state = state
    self.limits = limits
  }

  /// The catalogue of a model, opened at the first call.
  ///
  /// - Throws: `ServingError.dataLoss` that names the damaged place.
  func catalogue(of configuration: ModelConfiguration) throws(ServingError) -> LiveCatalogue {
    let root =
      state
      ?? URL(filePath: configuration.folder, directoryHint: .isDirectory)
      .standardizedFileURL.deletingLastPathComponent().appending(path: ".live")
    let folder = root.appending(path: configuration.name, directoryHint: .isDirectory)
    return try open.withLock { open throws(ServingError) in
      if let found = open[configuration.name], found.folder == folder { return found }
      // The one before lets go of its folder first.
      open[configuration.name] = nil
      let new = try LiveCatalogue(configuration.name, folder: folder, limits: limits)
      open[configuration.name] = new
      return new
    }
  }

  subscript(name: String) -> LiveCatalogue? { open.withLock { $0[name] } }

  /// Puts catalogues back in place of those that came after them.
  func restore(_ catalogues: [String: LiveCatalogue]) {
    open.withLock { $0.merge(catalogues) { $1 } }
  }

  /// Lets go of the catalogues of all other models.
  func keep(_ names: Set<String>) {
    open.withLock { open in open = open.filter { names.contains($0.key) } }
  }
}
