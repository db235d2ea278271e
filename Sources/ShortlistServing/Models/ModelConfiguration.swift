import Foundation
import Shortlist

/// A model to serve: its name, where its versions stand, and which of them are wanted.
public struct ModelConfiguration: Sendable, Hashable, Codable {
  /// Which of the versions in the folder are served.
  public enum Policy: Sendable, Hashable, Codable {
    /// The largest numbers that can be loaded.
    case latest(Int)
    case all
    case specific([Int])
  }

  public var name: String
  /// The folder of the versions.
  public var folder: String
  public var policy: Policy
  /// Versions by further names, such as `stable` and `canary`.
  public var labels: [String: Int]
  /// A version that a share of the users gets.
  public var canary: ModelTrial?
  /// A version that answers a share of the requests again, for nobody to see.
  public var shadow: ModelTrial?

  public init(
    name: String, folder: String, policy: Policy = .latest(1), labels: [String: Int] = [:],
    canary: ModelTrial? = nil, shadow: ModelTrial? = nil
  ) {
    self.name = name
    self.folder = folder
    self.policy = policy
    self.labels = labels
    self.canary = canary
    self.shadow = shadow
  }

  /// The models in a folder: every folder in it that has versions, by its name; or the folder itself if it has
  /// versions.
  ///
  /// - Throws: `ServingError.notFound` where there is none.
  public static func models(in folder: String) throws -> [ModelConfiguration] {
    let url = URL(filePath: folder, directoryHint: .isDirectory)
    if !ArtifactFolder.versions(in: url).isEmpty {
      return [ModelConfiguration(name: url.lastPathComponent, folder: folder)]
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let models = names.sorted().filter { name in
      !name.hasPrefix(".") && !ArtifactFolder.versions(in: url.appending(path: name)).isEmpty
    }
    guard !models.isEmpty else {
      throw ServingError(
        .notFound,
        "\(folder): there is no artefact in it; expected folders as NAME/1, which `shortlist train --output "
          + "\(folder)/NAME` makes")
    }
    return models.map {
      ModelConfiguration(name: $0, folder: url.appending(path: $0).path(percentEncoded: false))
    }
  }

  /// - Throws: `ServingError.invalidArgument` for a name or a policy that makes no sense.
  func check() throws(ServingError) {
    guard !name.isEmpty, !name.utf8.contains(where: { $0 == 0x2f || $0 == 0x3a || $0 < 0x20 })
    else {
      throw ServingError(
        .invalidArgument,
        "a model is called \"\(name)\"; names have no slash, colon or control character")
    }
    switch policy {
    case .latest(let count) where count < 1:
      throw ServingError(
        .invalidArgument, "\(name): the latest \(count) versions; expected 1 or more")
    case .specific(let versions) where versions.isEmpty || versions.contains { $0 < 1 }:
      throw ServingError(.invalidArgument, "\(name): versions are numbers from 1 on")
    default: break
    }
  }
}
