import ShortlistTensors

extension Matrix {
  /// One over the length of each row; 0 for a row of zeros.
  func inverseLengths() -> [Float] {
    var lengths: [Float] = []
    lengths.reserveCapacity(rows)
    forEachBlock { block in
      for start in stride(from: 0, to: block.count, by: columns) {
        let squares = block.extracting(start..<start + columns).sumOfSquares()
        lengths.append(squares > 0 ? Float(1 / squares.squareRoot()) : 0)
      }
    }
    return lengths
  }

  /// A matrix of one row.
  init(row elements: [Float]) {
    self.init(rows: 1, columns: elements.count, values: elements)
  }
}
