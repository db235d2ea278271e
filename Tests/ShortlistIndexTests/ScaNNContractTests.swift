import ShortlistTesting
import Testing

@testable import ShortlistIndex

/// Configurations that differ in what they exercise.
enum ScaNNVariant: String, CaseIterable, CustomTestStringConvertible {
  case byDefault, tree, deepTree, withoutSOAR, flat, plainCodes, wideBlocks, spherical
  case int8, int8Tree, bfloat16, halfReordering

  var testDescription: String { rawValue }

  var configuration: ScaNNIndex.Configuration {
    var configuration = ScaNNIndex.Configuration()
    switch self {
    case .byDefault: break
    case .tree: (configuration.leaves, configuration.soarLambda) = (20, 1)
    case .deepTree: (configuration.leaves, configuration.leavesToSearch) = (300, 60)
    case .withoutSOAR: (configuration.leaves, configuration.soarLambda) = (20, 0)
    case .flat: configuration.leaves = 1
    case .plainCodes: (configuration.leaves, configuration.anisotropicThreshold) = (10, 0)
    case .wideBlocks: (configuration.leaves, configuration.dimensionsPerBlock) = (10, 3)
    case .spherical: (configuration.leaves, configuration.spherical) = (10, true)
    case .int8: (configuration.leaves, configuration.scoring) = (1, .int8)
    case .int8Tree: (configuration.leaves, configuration.scoring) = (20, .int8)
    case .bfloat16: (configuration.leaves, configuration.scoring) = (1, .bfloat16)
    case .halfReordering: (configuration.leaves, configuration.precision) = (10, .bfloat16)
    }
    if self != .byDefault, configuration.leavesToSearch == nil { configuration.leavesToSearch = 12 }
    return configuration
  }
}

@Suite("ScaNN index: the contract")
struct ScaNNContractTests {
  @Test(
    "A ScaNN index keeps the contract of indexes", arguments: ScaNNVariant.allCases,
    IndexContract.Clause.allCases)
  func contract(variant: ScaNNVariant, clause: IndexContract.Clause) throws {
    try IndexContract(minimumRecall: 0.9) {
      try ScaNNIndex($0, configuration: variant.configuration)
    }.check(clause)
  }

  @Test(
    "It keeps it for cosine and distance, too", arguments: [Similarity.cosine, .euclidean],
    IndexContract.Clause.allCases)
  func contract(similarity: Similarity, clause: IndexContract.Clause) throws {
    try IndexContract(minimumRecall: 0.9, similarity: similarity) {
      try ScaNNIndex(
        $0, configuration: ScaNNVariant.tree.configuration, similarity: similarity)
    }.check(clause)
  }
}
