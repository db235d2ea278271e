extension MovieLens {
  /// Writes the ratings and the films as the data sets `movielens/100k-ratings` and `movielens/100k-movies` (or of
  /// another edition) of TensorFlow Datasets, with its features, labels, order and version.
  ///
  /// ```swift
  /// try MovieLens(.small100K, at: "data/ml-100k").writeTFDS(to: "tensorflow_datasets")
  /// // tfds.load("movielens/100k-ratings", split="train", data_dir="tensorflow_datasets", download=False)
  /// ```
  ///
  /// - Returns: the folders of the ratings and of the films.
  /// - Throws: as `TFDSFolder.write`.
  @discardableResult
  public func writeTFDS(to folder: String) throws -> (ratings: TFDSFolder, movies: TFDSFolder) {
    func write(_ dataset: Dataset, _ configuration: String) throws -> TFDSFolder {
      try TFDSFolder.write(
        [("train", dataset)], to: folder,
        as: TFDSDescription(
          name: "movielens", configuration: "\(edition.rawValue)-\(configuration)",
          version: "0.1.1", text: "Film ratings of the GroupLens group.",
          urls: ["https://grouplens.org/datasets/movielens/"],
          module: "tensorflow_datasets.structured.movielens",
          labels: [
            Feature.movieGenres.name: Self.genres,
            Feature.userOccupationLabel.name: Self.occupations,
          ],
          booleans: [Feature.userGender.name]))
    }
    return (try write(ratings, "ratings"), try write(movies, "movies"))
  }
}
