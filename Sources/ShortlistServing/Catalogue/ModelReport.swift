public import Foundation
import Shortlist

/// What an artefact says of itself: its parts, and what the training left in it. JSON texts, as they were written.
public struct ModelReport: Sendable {
  /// Parts, features, parameters, index trials, files: what `shortlist inspect --json` prints, without the folder.
  public var summary: Data
  /// Each epoch's loss and metrics: `training.json`.
  public var training: Data?
  /// The metrics on held-out examples: `evaluation.json`.
  public var evaluation: Data?
  /// The recipe as YAML, without the folders of its files.
  public var recipe: String?
}

extension ServedModel {
  /// - Throws: `ServingError.unavailable` where the folder of the version is gone or was changed.
  public func report() throws(ServingError) -> ModelReport {
    do {
      let reader = try ArtifactReader(unchecked: folder)
      var summary = ArtifactSummary(reader, retriever)
      summary.artefact = nil
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return ModelReport(
        summary: try encoder.encode(summary),
        training: try reader.contents(of: "training.json"),
        evaluation: try reader.contents(of: "evaluation.json"),
        recipe: try reader.contents(of: "recipe.yaml").map {
          Self.withoutFolders(String(decoding: $0, as: UTF8.self))
        })
    } catch {
      throw ServingError(
        .unavailable,
        "the files of \(name) version \(version) cannot be read any more: were they moved or changed?"
      )
    }
  }

  /// Where files lie on the server is nobody's business.
  private static func withoutFolders(_ text: String) -> String {
    text.replacing(/(["'\s\[,])\/(?:[^\/\n"',\[\]]+\/)+/) { "\($0.1).../" }
  }
}
