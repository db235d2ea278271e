/// The directions in which rows differ most (principal component analysis).
///
/// With C the covariance of the rows, component i is the unit eigenvector of C's i-th largest eigenvalue, which is the
/// variance along it. Of a vector and its opposite the one is taken whose largest coordinate by size is positive.
package struct PrincipalComponents: Sendable {
  /// The mean of the rows.
  package let mean: [Double]
  /// One unit vector for each direction, the largest variance first.
  package let directions: [[Double]]
  /// The variance along each direction (divided by the number of rows).
  package let variances: [Double]
  /// The sum of the variances of all columns.
  package let totalVariance: Double

  /// Where a row lies along each direction, from the mean.
  package func coordinates(of row: Span<Float>) -> [Double] {
    directions.map { direction in
      var sum = 0.0
      for column in mean.indices { sum += (Double(row[column]) - mean[column]) * direction[column] }
      return sum
    }
  }
}

extension Matrix {
  /// The first principal components of the rows, as many as there are columns at most.
  ///
  /// - Parameter count: how many, at least 1.
  /// - Complexity: O(rows * columns^2), and O(columns^2) for each of at most 500 rounds.
  package func principalComponents(_ count: Int) -> PrincipalComponents {
    precondition(count >= 1, "\(count) principal components")
    var mean = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      let values = self[row: row]
      for column in 0..<columns { mean[column] += Double(values[column]) }
    }
    for column in mean.indices { mean[column] /= Double(Swift.max(1, rows)) }
    var centred = Matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      let values = self[row: row]
      for column in 0..<columns {
        centred[row, column] = Float(Double(values[column]) - mean[column])
      }
    }
    let product = centred.transposedTimes(centred)
    var covariance = SymmetricMatrix(count: columns)
    for row in 0..<columns {
      for column in 0..<columns {
        covariance[row, column] = Double(product[row, column]) / Double(Swift.max(1, rows))
      }
    }
    let (vectors, values) = covariance.leadingEigenvectors(count)
    return PrincipalComponents(
      mean: mean, directions: vectors, variances: values.map { Swift.max(0, $0) },
      totalVariance: (0..<columns).reduce(0) { $0 + covariance[$1, $1] })
  }
}
