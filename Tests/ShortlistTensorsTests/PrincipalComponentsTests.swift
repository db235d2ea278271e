import Testing

@testable import ShortlistTensors

@Suite("Principal components")
struct PrincipalComponentsTests {
  @Test("Of points on a line, the line is the first direction and holds all the variance")
  func line() {
    let points = Matrix(rows: 3, columns: 2, values: [0, 0, 3, -4, 6, -8])
    let found = points.principalComponents(2)
    #expect(found.mean == [3, -4])
    // The larger coordinate is positive, whichever way the points run.
    #expect((found.directions[0][0] + 0.6).magnitude < 1e-9)
    #expect((found.directions[0][1] - 0.8).magnitude < 1e-9)
    #expect((found.variances[0] - 50.0 / 3).magnitude < 1e-6)
    #expect(found.variances[1] < 1e-6)
    #expect((found.totalVariance - 50.0 / 3).magnitude < 1e-6)
    #expect((found.coordinates(of: points[row: 0])[0] - 5).magnitude < 1e-6)
  }

  @Test(
    "Directions are orthonormal eigenvectors of the covariance, by falling variance",
    arguments: [1, 2, 3, 9, 40])
  func eigenvectors(columns: Int) {
    var random = RandomStream(seed: 3)
    var points = Matrix(rows: 200, columns: columns)
    for row in 0..<points.rows {
      for column in 0..<columns { points[row, column] = random.normal() * Float(1 + column % 7) }
    }
    let found = points.principalComponents(2)
    #expect(found.directions.count == min(2, columns))
    for (place, direction) in found.directions.enumerated() {
      // Along a direction the variance of the points is the eigenvalue, and no coordinate is correlated with another.
      let along = (0..<points.rows).map { found.coordinates(of: points[row: $0]) }
      let variance = along.map { $0[place] * $0[place] }.reduce(0, +) / 200
      #expect((variance - found.variances[place]).magnitude < 1e-4 * variance)
      #expect((direction.map { $0 * $0 }.reduce(0, +) - 1).magnitude < 1e-9)
      #expect((direction.max { $0.magnitude < $1.magnitude } ?? 0) > 0)
      if place == 1 {
        #expect(found.variances[0] >= found.variances[1])
        let product = along.map { $0[0] * $0[1] }.reduce(0, +) / 200
        #expect(product.magnitude < 1e-3 * variance)
      }
    }
  }

  @Test("Equal rows, one row and no row have no direction that is not a number")
  func degenerate() {
    for rows in [0, 1, 5] {
      let points = Matrix(rows: rows, columns: 3, values: Array(repeating: 2, count: rows * 3))
      let found = points.principalComponents(2)
      #expect(found.variances == [0, 0] && found.totalVariance == 0)
      #expect(found.directions.allSatisfy { $0.allSatisfy(\.isFinite) })
      if rows > 0 { #expect(found.coordinates(of: points[row: 0]) == [0, 0]) }
    }
  }

  @Test("The same points give the same bits again")
  func deterministic() {
    var random = RandomStream(seed: 5)
    let points = Matrix(rows: 3000, columns: 16, values: (0..<48_000).map { _ in random.normal() })
    let (first, second) = (points.principalComponents(2), points.principalComponents(2))
    #expect(first.directions == second.directions && first.variances == second.variances)
  }
}
