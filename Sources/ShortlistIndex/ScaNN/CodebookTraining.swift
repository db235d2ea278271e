internal import ShortlistTensors

/// Residuals to learn a codebook from, with the directions along which errors count more.
struct CodebookTraining {
  /// Residuals, filled up with zeros to whole blocks: n x paddedDimensions.
  let residuals: Matrix
  /// Directions of the vectors themselves, of length 1: n x paddedDimensions.
  let directions: Matrix
  /// What an error along the direction counts more than one across it, less 1.
  let weight: Float
  let width: Int

  private var count: Int { residuals.rows }
  private var blocks: Int { residuals.columns / width }

  static let rounds = 3

  /// Learns centres: k-means in every block, then centres that make the score-aware loss small (Guo et al.,
  /// 2020), codes and centres in turn.
  func codebook(random: inout RandomStream) -> Codebook {
    var codebook = start(random: &random)
    for _ in 0..<8 {
      update(&codebook, codes(of: codebook, weight: 0, rounds: 0), weight: 0)
    }
    guard weight > 0 else { return codebook }
    for _ in 0..<3 {
      update(&codebook, codes(of: codebook, weight: weight, rounds: Self.rounds), weight: weight)
    }
    return codebook
  }

  /// The codes of all residuals: count x blocks.
  private func codes(of codebook: Codebook, weight: Float, rounds: Int) -> [UInt8] {
    let chunk = 1024
    let blocks = blocks
    return Parallel.map((count + chunk - 1) / chunk) { index in
      let rows = index * chunk..<min((index + 1) * chunk, count)
      var codes = [UInt8](repeating: 0, count: rows.count * blocks)
      for row in rows {
        var target = codes.mutableSpan
        codebook.choose(
          residuals[row: row], direction: directions[row: row], weight: weight, rounds: rounds,
          into: &target, at: (row - rows.lowerBound) * blocks)
      }
      return codes
    }.flatMap { $0 }
  }

  /// Sixteen blocks of residuals for each block, far from each other (k-means++).
  private func start(random: inout RandomStream) -> Codebook {
    let sample = min(count, 512)
    var centers = Matrix(
      rows: blocks * width, columns: Codebook.centersPerBlock)
    for block in 0..<blocks {
      var distances = [Float](repeating: .infinity, count: sample)
      var next = random.below(sample)
      for center in 0..<Codebook.centersPerBlock {
        for j in 0..<width {
          centers[block * width + j, center] = residuals[next, block * width + j]
        }
        var total: Float = 0
        for row in 0..<sample {
          var distance: Float = 0
          for j in block * width..<(block + 1) * width {
            let error = residuals[row, j] - centers[j, center]
            distance += error * error
          }
          distances[row] = min(distances[row], distance)
          total += distances[row]
        }
        var left = total * random.uniform()
        next = sample - 1
        for row in 0..<sample {
          left -= distances[row]
          if left < 0 {
            next = row
            break
          }
        }
      }
    }
    return Codebook(width: width, blocks: blocks, centers: centers)
  }

  /// Moves every centre to where the loss of the residuals that chose it is least:
  /// Σ (I + w u uᵀ) c = Σ r + w u (the errors of the other blocks along the direction + u · r).
  private func update(_ codebook: inout Codebook, _ codes: [UInt8], weight: Float) {
    let blocks = blocks
    var along = [Float](repeating: 0, count: weight > 0 ? count : 0)
    if weight > 0 {
      for row in 0..<count {
        for block in 0..<blocks {
          along[row] += error(of: row, block, codes[row * blocks + block], codebook)
        }
      }
    }
    for block in 0..<blocks {
      var systems = [LeastSquares](
        repeating: LeastSquares(size: width), count: Codebook.centersPerBlock)
      for row in 0..<count {
        let code = codes[row * blocks + block]
        var others: Float = 0
        var own: Float = 0
        if weight > 0 {
          others = along[row] - error(of: row, block, code, codebook)
          for j in block * width..<(block + 1) * width {
            own += directions[row, j] * residuals[row, j]
          }
        }
        systems[Int(code)].add(
          residuals[row: row].extracting(block * width..<(block + 1) * width),
          along: directions[row: row].extracting(block * width..<(block + 1) * width),
          weight: weight, target: others + own)
      }
      var moved = codebook.centers
      for (center, system) in systems.enumerated() {
        guard let solution = system.solution() else { continue }
        for j in 0..<width { moved[block * width + j, center] = solution[j] }
      }
      if weight > 0 {
        for row in 0..<count {
          let code = codes[row * blocks + block]
          for j in block * width..<(block + 1) * width {
            along[row] +=
              directions[row, j] * (codebook.centers[j, Int(code)] - moved[j, Int(code)])
          }
        }
      }
      codebook.centers = moved
    }
  }

  /// What a block's error has along the direction.
  private func error(of row: Int, _ block: Int, _ code: UInt8, _ codebook: Codebook) -> Float {
    var sum: Float = 0
    for j in block * width..<(block + 1) * width {
      sum += directions[row, j] * (residuals[row, j] - codebook.centers[j, Int(code)])
    }
    return sum
  }
}

/// The normal equations of one centre.
private struct LeastSquares {
  private let size: Int
  private var matrix: [Double]
  private var right: [Double]
  private var count = 0

  init(size: Int) {
    self.size = size
    matrix = [Double](repeating: 0, count: size * size)
    right = [Double](repeating: 0, count: size)
  }

  mutating func add(
    _ residual: Span<Float>, along direction: Span<Float>, weight: Float, target: Float
  ) {
    count += 1
    for i in 0..<size {
      let scaled = Double(weight * direction[i])
      right[i] += Double(residual[i]) + scaled * Double(target)
      for j in 0..<size { matrix[i * size + j] += scaled * Double(direction[j]) }
      matrix[i * size + i] += 1
    }
  }

  /// By elimination: the matrix is symmetric and at least the identity times the count. nil for no members.
  func solution() -> [Float]? {
    guard count > 0 else { return nil }
    var a = matrix
    var b = right
    for pivot in 0..<size {
      for row in pivot + 1..<max(size, pivot + 1) {
        let factor = a[row * size + pivot] / a[pivot * size + pivot]
        for column in pivot..<size { a[row * size + column] -= factor * a[pivot * size + column] }
        b[row] -= factor * b[pivot]
      }
    }
    for row in (0..<size).reversed() {
      for column in row + 1..<max(size, row + 1) { b[row] -= a[row * size + column] * b[column] }
      b[row] /= a[row * size + row]
    }
    return b.map { Float($0) }
  }
}
