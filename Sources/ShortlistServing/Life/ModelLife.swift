import Shortlist
import ShortlistTensors

/// How a model stands: its versions, and what has been said of them.
package struct ModelLife: Sendable {
  package struct Version: Sendable {
    package var status: VersionStatus
    /// How long loading took, in seconds; nil where it is not loaded.
    package var seconds: Double?
    /// The items of the catalogue, and what its answers are like; nil where it is not loaded.
    package var answers: AnswerWindow.Summary?
  }

  package struct Trial: Sendable {
    package var trial: ModelTrial
    /// Of the version in force, first, with the one that is tried.
    package var comparison: ComparisonSummary?
  }

  package var name: String
  package var inForce: Int?
  /// Whether the version in force stays there whatever versions come.
  package var isPinned: Bool
  /// The latest first.
  package var versions: [Version]
  package var labels: [String: Int]
  package var canary: Trial?
  package var shadow: Trial?
}

extension ModelStore {
  /// - Throws: `ServingError.notFound` for a model that is not there.
  package func life(of name: String) throws(ServingError) -> ModelLife {
    guard let entry = entries.withLock({ $0[name] }) else {
      throw Self.notFound(.init(name: name))
    }
    let running = entry.traffic.running
    return ModelLife(
      name: name, inForce: entry.inForce?.version, isPinned: entry.pinned != nil,
      versions: entry.versions.values.sorted { $0.status.version > $1.status.version }.map {
        .init(status: $0.status, seconds: $0.seconds, answers: $0.model?.answersSummary)
      },
      labels: entry.configuration.labels,
      canary: entry.configuration.canary.map {
        .init(trial: $0, comparison: running.canaryComparison?.summary.swapped)
      },
      shadow: entry.configuration.shadow.map {
        .init(trial: $0, comparison: running.shadow?.comparison.summary)
      })
  }
}

extension ServedModel {
  fileprivate var answersSummary: AnswerWindow.Summary {
    answers.summary(of: retriever.catalogue.count)
  }
}
