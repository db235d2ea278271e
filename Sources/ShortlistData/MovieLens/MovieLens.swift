/// The film ratings of the GroupLens group at the University of Minnesota.
///
/// ```swift
/// let movieLens = try MovieLens(.small100K, at: "data/ml-100k")
/// let (train, test) = try movieLens.ratings.split(holdingOut: 0.2, seed: 42)
/// ```
///
/// Columns have the names and meanings that TensorFlow Datasets gives them; genres are names here, and
/// `genreLabels(of:)` numbers them. The data are free for research under the terms of the README in
/// each archive.
///
/// Source: F. M. Harper and J. A. Konstan, The MovieLens Datasets: History and Context, 2015.
public struct MovieLens: Sendable {
  /// A published set.
  public enum Edition: String, Sendable, Hashable, Codable, CaseIterable {
    /// 100,000 ratings of 1,682 films by 943 users, 1998.
    case small100K = "100k"
    /// 1,000,209 ratings, 2003.
    case medium1M = "1m"
    /// About 100,000 ratings of 2018, in half steps.
    case latestSmall = "latest-small"
    case large20M = "20m"
    case large25M = "25m"
    case large32M = "32m"
  }

  public let edition: Edition
  /// One row a rating: user_id, movie_id, user_rating, timestamp, the film's movie_title and
  /// movie_genres, and in the 100K and 1M editions user_gender, bucketized_user_age,
  /// user_occupation_label, user_occupation_text, user_zip_code; in 100K also raw_user_age.
  public let ratings: Dataset
  /// One row a film: movie_id, movie_title, movie_genres.
  public let movies: Dataset

  /// Reads an edition.
  ///
  /// - Parameter path: the folder that holds `u.data`, `ratings.dat` or `ratings.csv`.
  /// - Throws: `DataError` for a file that is missing or does not fit, with its line and field.
  public init(_ edition: Edition, at path: String) throws(DataError) {
    let files = MovieLensFiles(folder: path)
    self.edition = edition
    let users: Dataset?
    let plain: Dataset
    switch edition {
    case .small100K:
      plain = try files.ratings100K()
      movies = try files.movies100K()
      users = try files.users100K()
    case .medium1M:
      plain = try files.ratings1M()
      movies = try files.movies1M()
      users = try files.users1M()
    case .latestSmall, .large20M, .large25M, .large32M:
      plain = try files.ratingsCSV()
      movies = try files.moviesCSV()
      users = nil
    }
    var joined = try plain.joining(movies, on: .movieID, from: path)
    if let users { joined = try joined.joining(users, on: .userID, from: path) }
    ratings = joined
  }
}

extension Dataset {
  /// The table with the columns of another one, whose row is found by an identifier.
  fileprivate func joining(
    _ other: Dataset, on key: Feature<String>, from path: String
  ) throws(DataError) -> Dataset {
    let ours = try column(key)
    var rowOf: [String: Int] = [:]
    for (row, identifier) in try other.column(key).enumerated() { rowOf[identifier] = row }
    var found: [Int] = []
    for identifier in ours.distinct {
      guard let row = rowOf[identifier] else {
        throw DataError(
          .malformedText,
          "\(key.name) \"\(identifier)\" has ratings but no description; are the files of one"
            + " edition and complete?", at: .init(file: path))
      }
      found.append(row)
    }
    let rows = ours.codes.map { found[Int($0)] }
    var joined = self
    for (name, column) in zip(other.columnNames, other.columns) where name != key.name {
      joined = try joined.appending(name, column.rows(at: rows))
    }
    return joined
  }
}
