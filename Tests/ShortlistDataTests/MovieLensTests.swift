import Foundation
import ShortlistData
import Testing

/// Tiny files in the formats of the editions; not GroupLens's data.
private func write(_ edition: MovieLens.Edition, to folder: URL) throws {
  switch edition {
  case .small100K:
    try folder.file("u.data", "7\t2\t5\t100\n8\t1\t3\t99\n7\t1\t1\t98\n")
    let flags = { (set: Set<Int>) in
      (0..<19).map { set.contains($0) ? "1" : "0" }.joined(separator: "|")
    }
    try folder.file(
      "u.item",
      ("1|Café (1994)|01-Jan-1994||http://x|\(flags([4, 5]))\n2|unknown||||\(flags([0]))\n")
        .data(using: .isoLatin1)!)
    try folder.file("u.user", "7|24|M|technician|85711\n8|17|F|none|T8H1N\n")
  case .medium1M:
    try folder.file("ratings.dat", "7::2::5::100\n8::1::3::99\n")
    try folder.file(
      "movies.dat",
      "1::Café: B (1994)::Children's|Drama\n2::Two (1995)::Sci-Fi\n".data(using: .isoLatin1)!)
    try folder.file("users.dat", "7::M::56::10::85711\n8::F::18::0::00000-1234\n")
  default:
    try folder.file("ratings.csv", "userId,movieId,rating,timestamp\r\n7,2,3.5,100\r\n")
    try folder.file(
      "movies.csv",
      "movieId,title,genres\r\n1,\"Café, The (1994)\",Comedy|IMAX\r\n2,Two,(no genres listed)\r\n")
  }
}

@Suite("MovieLens")
struct MovieLensTests {
  @Test("100K has every field that TensorFlow Datasets gives")
  func small100K() throws {
    try withTemporaryFolder { folder in
      try write(.small100K, to: folder)
      let movieLens = try MovieLens(.small100K, at: folder.path)
      let ratings = movieLens.ratings
      #expect(
        Set(ratings.columnNames) == [
          "user_id", "movie_id", "user_rating", "timestamp", "movie_title", "movie_genres",
          "user_gender", "raw_user_age", "bucketized_user_age", "user_occupation_label",
          "user_occupation_text", "user_zip_code",
        ])
      #expect(Array(ratings[.movieTitle]) == ["unknown", "Café (1994)", "Café (1994)"])
      #expect(
        Array(ratings[.movieGenres]) == [
          ["Unknown"], ["Children", "Comedy"], ["Children", "Comedy"],
        ])
      #expect(ratings[.userGender] == [1, 0, 1])
      #expect(ratings[.rawUserAge] == [24, 17, 24])
      #expect(ratings[.bucketizedUserAge] == [18, 1, 18])
      #expect(Array(ratings[.userOccupationText]) == ["technician", "none", "technician"])
      #expect(ratings[.userOccupationLabel] == [18, 11, 18])
      #expect(Array(ratings[.userZipCode]) == ["85711", "T8H1N", "85711"])
      #expect(movieLens.movies.rowCount == 2)
      #expect(Array(MovieLens.genreLabels(of: movieLens.movies[.movieGenres])) == [[3, 4], [17]])
    }
  }

  @Test("1M numbers occupations by its own list")
  func medium1M() throws {
    try withTemporaryFolder { folder in
      try write(.medium1M, to: folder)
      let ratings = try MovieLens(.medium1M, at: folder.path).ratings
      #expect(Array(ratings[.movieTitle]) == ["Two (1995)", "Café: B (1994)"])
      #expect(Array(ratings[.movieGenres]) == [["Sci-Fi"], ["Children", "Drama"]])
      #expect(Array(ratings[.userOccupationText]) == ["K-12 student", "other/not specified"])
      #expect(ratings[.userOccupationLabel] == [17, 11])
      #expect(ratings[.bucketizedUserAge] == [56, 18])
    }
  }

  @Test(
    "The CSV editions have half steps and quoted titles",
    arguments: [
      MovieLens.Edition.latestSmall, .large20M, .large25M, .large32M,
    ])
  func csv(edition: MovieLens.Edition) throws {
    try withTemporaryFolder { folder in
      try write(edition, to: folder)
      let movieLens = try MovieLens(edition, at: folder.path)
      #expect(movieLens.ratings[.userRating] == [3.5])
      #expect(Array(movieLens.ratings[.movieTitle]) == ["Two"])
      #expect(Array(movieLens.movies[.movieTitle]) == ["Café, The (1994)", "Two"])
      #expect(
        Array(movieLens.movies[.movieGenres]) == [["Comedy", "IMAX"], ["(no genres listed)"]])
    }
  }

  @Test("A missing file and a film without a description are named")
  func incomplete() throws {
    try withTemporaryFolder { folder in
      let missing = #expect(throws: DataError.self) { try MovieLens(.small100K, at: folder.path) }
      #expect(missing?.code == .missingFile)
      #expect(missing?.description.contains("u.data") == true)
      try write(.small100K, to: folder)
      try folder.file("u.data", "7\t3\t5\t100\n")
      let unknown = #expect(throws: DataError.self) { try MovieLens(.small100K, at: folder.path) }
      #expect(unknown?.message.contains(#"movie_id "3" has ratings but no description"#) == true)
    }
  }
}
