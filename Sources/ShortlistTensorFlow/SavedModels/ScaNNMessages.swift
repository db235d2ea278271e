import ShortlistMessages
import ShortlistTensors

/// What ScaNN is told of a searcher.
struct ScaNNDescription {
  /// Neighbours where the caller does not say.
  var k: Int
  /// Of vectors as they are inside.
  var dimensions: Int
  /// 1 for no tree.
  var leaves: Int
  var leavesToSearch: Int
  /// Dimensions that share a code; nil where leaves hold vectors.
  var dimensionsPerBlock: Int?
  var reordering: Int
  /// Whether vectors are bytes, with a factor for each dimension.
  var isInt8 = false
  /// Whether vectors are rounded to their upper halves.
  var isBfloat16 = false
}

extension ScannScannConfig {
  // Fields that have ScaNN's default are left out, but for those that its own builder writes too.
  init(_ description: ScaNNDescription) {
    self.init()
    numNeighbors = Int32(description.k)
    // The door of the index makes an inner product of every similarity.
    distanceMeasure = .dotProduct
    if description.leaves > 1 { partitioning = .init(description) }
    let int8 = ScannRounding.with { $0.enabled = description.isInt8 }
    let bfloat16 = ScannRounding.with { $0.enabled = true }
    guard let width = description.dimensionsPerBlock else {
      bruteForce = .with {
        $0.fixedPoint = int8
        if description.isBfloat16 { $0.bfloat16 = bfloat16 }
      }
      return
    }
    hash = .with { $0.asymmetricHash = .init(description, width: width) }
    exactReordering = .with {
      $0.approxNumNeighbors = Int32(description.reordering)
      $0.fixedPoint = int8
      if description.isBfloat16 { $0.bfloat16 = bfloat16 }
    }
  }
}

extension ScannDistanceMeasureConfig {
  fileprivate static let dotProduct = Self.with { $0.distanceMeasure = "DotProductDistance" }
  fileprivate static let squaredL2 = Self.with { $0.distanceMeasure = "SquaredL2Distance" }
}

extension ScannPartitioningConfig {
  fileprivate init(_ description: ScaNNDescription) {
    self.init()
    numChildren = Int32(description.leaves)
    partitioningDistance = .squaredL2
    querySpilling = .with {
      $0.spillingType = .fixedNumberOfCenters
      $0.maxSpillCenters = UInt32(description.leavesToSearch)
    }
    partitioningType = .generic
    queryTokenizationDistanceOverride = .dotProduct
    queryTokenizationType = .float
  }
}

extension ScannAsymmetricHasherConfig {
  fileprivate init(_ description: ScaNNDescription, width: Int) {
    let (dimensions, hasTree) = (description.dimensions, description.leaves > 1)
    self.init()
    projection = .init(dimensions, width: width)
    numClustersPerBlock = Int32(Codebook.centersPerBlock)
    quantizationDistance = .squaredL2
    lookupType = .int8Lut16
    // Left out it would be false, and scores wrong without an error.
    useResidualQuantization = hasTree
    // The default truncates, with twice the error.
    fixedPointLutConversionOptions = .with { $0.floatToIntConversionMethod = .round }
    useGlobalTopn = hasTree && (dimensions + width - 1) / width <= 256
  }
}

extension ScannProjectionConfig {
  fileprivate init(_ dimensions: Int, width: Int) {
    let (whole, rest) = dimensions.quotientAndRemainder(dividingBy: width)
    self.init()
    inputDim = UInt64(dimensions)
    guard rest > 0 else {
      projectionType = .chunk
      numBlocks = Int32(whole)
      numDimsPerBlock = Int32(width)
      return
    }
    projectionType = .variableChunk
    variableBlocks = [(whole, width), (1, rest)].filter { $0.0 > 0 }.map { count, width in
      .with {
        $0.numBlocks = Int32(count)
        $0.numDimsPerBlock = Int32(width)
      }
    }
  }
}

extension ScannSerializedPartitioner {
  /// A tree of one level: a leaf for each row.
  init(_ centroids: Matrix) {
    self.init()
    nTokens = Int32(centroids.rows)
    kmeans.kmeansTree.root = .with {
      $0.centers = (0..<centroids.rows).map { row in
        .with { $0.floatDimension = (0..<centroids.columns).map { centroids[row, $0] } }
      }
      // The first too: its default is -1, and ScaNN ends the process where two have that.
      $0.children = (0..<centroids.rows).map { leaf in .with { $0.leafID = Int32(leaf) } }
      $0.leafID = -1
    }
  }
}

extension ScannCentersForAllSubspaces {
  /// - Parameter dimensions: of the vectors; what fills up the last block is left out.
  init(_ codebook: Codebook, dimensions: Int) {
    self.init()
    subspaceCenters = (0..<codebook.blocks).map { block in
      let rows = block * codebook.width..<min((block + 1) * codebook.width, dimensions)
      return .with {
        $0.center = (0..<Codebook.centersPerBlock).map { center in
          .with {
            $0.featureType = .float
            $0.featureValueFloat = rows.map { codebook.centers[$0, center] }
          }
        }
      }
    }
  }
}
