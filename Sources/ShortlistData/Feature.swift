/// A named column with the type of its values.
///
/// ```swift
/// let artist: Feature<String> = "artist_name"
/// dataset[artist]
/// dataset[.userID]
/// ```
public struct Feature<Value: FeatureValue>: Hashable, Sendable, ExpressibleByStringLiteral {
  public let name: String
  public init(_ name: String) { self.name = name }
  public init(stringLiteral name: String) { self.name = name }
}

// The names are those of TensorFlow Datasets.

extension Feature where Value == String {
  public static var userID: Feature<String> { "user_id" }
  public static var movieID: Feature<String> { "movie_id" }
  public static var movieTitle: Feature<String> { "movie_title" }
  public static var userOccupationText: Feature<String> { "user_occupation_text" }
  public static var userZipCode: Feature<String> { "user_zip_code" }
}

extension Feature where Value == Float {
  public static var userRating: Feature<Float> { "user_rating" }
  /// The user's age in years.
  public static var rawUserAge: Feature<Float> { "raw_user_age" }
  /// The largest of 1, 18, 25, 35, 45, 50 and 56 that is not above the user's age.
  public static var bucketizedUserAge: Feature<Float> { "bucketized_user_age" }
}

extension Feature where Value == Int {
  /// Seconds since 1970.
  public static var timestamp: Feature<Int> { "timestamp" }
  /// 1 for a man, 0 for a woman.
  public static var userGender: Feature<Int> { "user_gender" }
  /// The place of the occupation in `MovieLens.occupations`.
  public static var userOccupationLabel: Feature<Int> { "user_occupation_label" }
}

extension Feature where Value == [String] {
  /// The names of the genres; `MovieLens.genreLabels(of:)` numbers them.
  public static var movieGenres: Feature<[String]> { "movie_genres" }
}
