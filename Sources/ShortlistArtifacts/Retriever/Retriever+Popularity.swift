extension Retriever {
  /// Rows of the catalogue, the most popular first; nil without a history.
  package var rowsByPopularity: [Int]? { popularity?.rows }

  /// The share of the interactions that an item has; nil without a history.
  package func popularity(ofRow row: Int) -> Float? { popularity?.shares[row] }
}
