public import ArgumentParser
import Foundation
public import Shortlist

/// Flags that say which index to build.
struct IndexOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "exact, scann, or auto: the fastest of several that reaches the recall, exact search among them.",
      valueName: "kind"))
  var index: IndexChoice.Kind?
  @Option(parsing: .unconditional, help: "The share of the true best items to find.")
  var recall = 0.95
  @Option(parsing: .unconditional, help: "Leaves of the tree; 1 for none.") var leaves: Int?
  @Option(parsing: .unconditional, help: "Leaves to search; tuned to the recall by default.")
  var leavesToSearch: Int?
  @Option(parsing: .unconditional, help: "Candidates to score again; tuned by default.")
  var reordering: Int?
  @Option(parsing: .unconditional, help: "SOAR's lambda; 0 for one leaf an item.")
  var soarLambda: Float?
  @Option(parsing: .unconditional, help: "The threshold of the score-aware loss.")
  var anisotropicThreshold: Float?
  @Option(parsing: .unconditional, help: "Dimensions that share a code.")
  var dimensionsPerBlock: Int?
  @Option(help: "What leaves are scored by: codes, int8 or bfloat16.")
  var scoring: ScaNNIndex.Scoring?
  @Option(help: "What candidates are scored again with: exact, bfloat16 or int8.")
  var precision: ScaNNIndex.Precision?
  @Option(parsing: .unconditional, help: "The seed of the index.") var indexSeed: UInt64?

  func validate() throws {
    guard recall > 0, recall <= 1 else {
      throw ValidationError("--recall is \(recall); expected more than 0 and at most 1.")
    }
    for (name, value) in [
      ("leaves", leaves), ("leaves-to-search", leavesToSearch), ("reordering", reordering),
      ("dimensions-per-block", dimensionsPerBlock),
    ] {
      if let value, value < 1 {
        throw ValidationError("--\(name) is \(value); expected at least 1.")
      }
    }
  }

  var configuration: ScaNNIndex.Configuration {
    var configuration = ScaNNIndex.Configuration()
    configuration.leaves = leaves
    configuration.leavesToSearch = leavesToSearch
    configuration.reordering = reordering
    configuration.soarLambda = soarLambda
    if let anisotropicThreshold { configuration.anisotropicThreshold = anisotropicThreshold }
    if let dimensionsPerBlock { configuration.dimensionsPerBlock = dimensionsPerBlock }
    if let scoring { configuration.scoring = scoring }
    if let precision { configuration.precision = precision }
    if let indexSeed { configuration.seed = indexSeed }
    return configuration
  }
}

extension IndexChoice.Kind: ExpressibleByArgument {}
extension ScaNNIndex.Scoring: ExpressibleByArgument {}
extension ScaNNIndex.Precision: ExpressibleByArgument {}

extension Similarity: ExpressibleByArgument {
  public init?(argument: String) {
    switch argument {
    case "inner-product": self = .innerProduct
    case "cosine": self = .cosine
    case "euclidean": self = .euclidean
    default: return nil
    }
  }
}
