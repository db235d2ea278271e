internal import ShortlistTensors

/// Centroids that part the space: each vector belongs to the leaf of the nearest.
struct PartitionTree: Sendable {
  /// Rounded to bytes: residuals are taken from these, so that rounding costs no accuracy.
  let centroids: ByteRows
  /// The same as floats, while the index is built.
  let vectors: Matrix
  private let packed: PackedMatrix
  /// Half the squared length of each centroid, negative: what makes the largest inner product the nearest.
  private let bias: Matrix
  private let squares: Matrix

  var leaves: Int { centroids.rows }

  init(_ centroids: ByteRows) {
    self.centroids = centroids
    vectors = centroids.dequantized
    packed = PackedMatrix(vectors, transposed: true)
    (bias, squares) = Self.biases(of: vectors)
  }

  private static func biases(of vectors: Matrix) -> (bias: Matrix, squares: Matrix) {
    var bias = Matrix(rows: 1, columns: vectors.rows)
    var squares = Matrix(rows: 1, columns: vectors.rows)
    for leaf in 0..<vectors.rows {
      squares[0, leaf] = Float(vectors[row: leaf].sumOfSquares())
      bias[0, leaf] = -squares[0, leaf] / 2
    }
    return (bias, squares)
  }

  /// Rows whose scores with all centroids are computed together.
  private static let tile = 112

  /// The leaf of each row.
  func assign(_ rows: Matrix) -> [Int32] {
    Self.assign(rows, packed, bias)
  }

  fileprivate static func assign(
    _ rows: Matrix, _ packed: PackedMatrix, _ bias: Matrix
  ) -> [Int32] {
    let tiles = (rows.rows + tile - 1) / tile
    return Parallel.map(tiles) { index in
      let range = index * tile..<min((index + 1) * tile, rows.rows)
      var scores = Matrix(uninitializedRows: range.count, columns: packed.columns)
      scores.setProduct(rows, rows: range, packed, workspace: ProductWorkspace())
      return (0..<range.count).map { Int32(scores[row: $0].largest(with: bias.values)) }
    }.flatMap { $0 }
  }

  /// A second leaf for each row: the one whose residual is short, and not parallel to the first residual,
  /// |r'|² + lambda (r' · r / |r|)² (Sun et al., 2023, theorem 3.1).
  func spill(_ rows: Matrix, from first: [Int32], lambda: Float) -> [Int32] {
    guard leaves > 1 else { return [] }
    let tiles = (rows.rows + Self.tile - 1) / Self.tile
    return Parallel.map(tiles) { index in
      let range = index * Self.tile..<min((index + 1) * Self.tile, rows.rows)
      let workspace = ProductWorkspace()
      var directions = Matrix(uninitializedRows: range.count, columns: rows.columns)
      var targets = [Float](repeating: 0, count: range.count)
      for row in 0..<range.count {
        directions.copyRow(row, from: rows, row: range.lowerBound + row)
        var direction = directions[mutableRow: row]
        direction.add(-1, times: vectors[row: Int(first[range.lowerBound + row])])
        let squares = direction.span.sumOfSquares()
        if squares > 0 { direction.scale(by: Float(1 / squares.squareRoot())) }
        targets[row] = direction.span.dot(rows[row: range.lowerBound + row])
      }
      var scores = Matrix(uninitializedRows: range.count, columns: leaves)
      scores.setProduct(rows, rows: range, packed, workspace: workspace)
      var along = Matrix(uninitializedRows: range.count, columns: leaves)
      along.setProduct(directions, rows: 0..<range.count, packed, workspace: workspace)
      return (0..<range.count).map { row in
        Int32(
          scores[row: row].spill(
            along: along[row: row], squares: squares.values, target: targets[row], lambda: lambda,
            excluding: Int(first[range.lowerBound + row])))
      }
    }.flatMap { $0 }
  }
}

extension PartitionTree {
  /// Learns a tree by k-means (Lloyd, 1957), started by k-means++ (Arthur and Vassilvitskii, 2007).
  ///
  /// - Parameters:
  ///   - sample: the vectors to learn from.
  ///   - leaves: at most as many as there are vectors.
  init(
    training sample: Matrix, leaves: Int, iterations: Int, spherical: Bool, columns: Int,
    random: inout RandomStream
  ) {
    guard leaves > 1 else {
      self.init(ByteRows(rows: 1, columns: columns))
      return
    }
    var centroids = Self.start(sample, count: leaves, random: &random)
    let leaves = centroids.rows
    for _ in 0..<iterations {
      if spherical { centroids = centroids.normalizingRows() }
      let bias = Self.biases(of: centroids).bias
      let assigned = Self.assign(sample, PackedMatrix(centroids, transposed: true), bias)
      let moved = Self.means(of: sample, assigned, leaves: leaves, random: &random)
      if moved == centroids { break }
      centroids = moved
    }
    if spherical { centroids = centroids.normalizingRows() }
    self.init(ByteRows(quantizing: centroids))
  }

  /// Vectors far from each other: each is drawn with a chance that grows with its squared distance from those
  /// before it.
  private static func start(_ sample: Matrix, count: Int, random: inout RandomStream) -> Matrix {
    // Eight vectors a leaf are enough to choose from.
    let pool =
      sample.rows <= 8 * count
      ? sample
      : sample.gathering(random.permutation(of: sample.rows).prefix(8 * count).map { Int32($0) })
    guard pool.rows > count else { return pool }
    let lengths = (0..<pool.rows).map { Float(pool[row: $0].sumOfSquares()) }
    var distances = [Float](repeating: .infinity, count: pool.rows)
    var products = [Float](repeating: 0, count: pool.rows)
    var chosen = [Int32(random.below(pool.rows))]
    while chosen.count < count {
      let last = Int(chosen[chosen.count - 1])
      var scores = products.mutableSpan
      pool.innerProducts(of: pool[row: last], withRows: 0..<pool.rows, into: &scores)
      var total = 0.0
      for row in 0..<pool.rows {
        let distance = max(0, lengths[row] + lengths[last] - 2 * products[row])
        distances[row] = min(distances[row], distance)
        total += Double(distances[row])
      }
      var left = total * Double(random.uniform())
      var next = pool.rows - 1
      for row in 0..<pool.rows {
        left -= Double(distances[row])
        if left < 0 {
          next = row
          break
        }
      }
      chosen.append(Int32(next))
    }
    return pool.gathering(chosen)
  }

  /// The mean of each leaf; an empty one takes a vector of the largest leaf.
  private static func means(
    of sample: Matrix, _ assigned: [Int32], leaves: Int, random: inout RandomStream
  ) -> Matrix {
    var counts = [Int](repeating: 0, count: leaves)
    for leaf in assigned { counts[Int(leaf)] += 1 }
    let groups = RowGroups(assigned)
    let chunk = 64
    let parts = Parallel.map((groups.count + chunk - 1) / chunk) { index in
      let range = index * chunk..<min((index + 1) * chunk, groups.count)
      var means = Matrix(rows: range.count, columns: sample.columns)
      for group in range {
        let members = groups.offsets[group]..<groups.offsets[group + 1]
        var mean = means[mutableRow: group - range.lowerBound]
        for place in members { mean.add(1, times: sample[row: Int(groups.members[place])]) }
        mean.scale(by: 1 / Float(members.count))
      }
      return means
    }
    let means = Matrix(stacking: parts, columns: sample.columns)
    var result = Matrix(rows: leaves, columns: sample.columns)
    for (place, leaf) in groups.rows.enumerated() {
      result.copyRow(Int(leaf), from: means, row: place)
    }
    let byGroup = (0..<groups.count).sorted {
      (counts[Int(groups.rows[$1])], $0) < (counts[Int(groups.rows[$0])], $1)
    }
    for (place, leaf) in counts.indices.filter({ counts[$0] == 0 }).enumerated() {
      let group = byGroup[place % byGroup.count]
      let members = groups.offsets[group]..<groups.offsets[group + 1]
      let member = groups.members[members.lowerBound + random.below(members.count)]
      result.copyRow(leaf, from: sample, row: Int(member))
    }
    return result
  }
}
