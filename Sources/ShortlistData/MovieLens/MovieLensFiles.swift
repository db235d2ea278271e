internal import Foundation

/// The files of an edition, as tables.
struct MovieLensFiles {
  let folder: String

  private func path(_ name: String) throws(DataError) -> String {
    let path = URL(filePath: folder, directoryHint: .isDirectory).appending(path: name)
      .path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: path) else {
      throw DataError(
        .missingFile,
        "there is no such file; the folder should hold an unpacked MovieLens archive, which"
          + " `shortlist fetch` brings",
        at: .init(file: path))
    }
    return path
  }

  private func read(
    _ name: String, _ format: TableFormat, _ columns: [ColumnSpecification]
  ) throws(DataError) -> Dataset {
    try Dataset(contentsOf: path(name), format: format, columns: columns)
  }

  private static let ratingColumns: [ColumnSpecification] = [
    .init(.userID), .init(.movieID), .init(.userRating), .init(.timestamp),
  ]
  private static let ratingNames = ratingColumns.map(\.name)

  // MARK: - 100K

  func ratings100K() throws(DataError) -> Dataset {
    try read(
      "u.data", .tsv.unquoted.withoutHeader(naming: Self.ratingNames), Self.ratingColumns)
  }

  func movies100K() throws(DataError) -> Dataset {
    let genres = MovieLens.genres100K
    let format = TableFormat(delimiter: "|", isQuoted: false, encoding: .latin1)
      .withoutHeader(
        naming: ["movie_id", "movie_title", "release", "video_release", "url"] + genres)
    let table = try read(
      "u.item", format,
      [.init(.movieID), .init(.movieTitle)] + genres.map { ColumnSpecification($0, .integer) })
    var flags: [[Int]] = []
    for genre in genres { flags.append(try table.column(Feature<Int>(genre))) }
    let lists = (0..<table.rowCount).map { row in
      zip(genres, flags).filter { $1[row] == 1 }.map(\.0)
    }
    return try table.selecting(["movie_id", "movie_title"])
      .appending(.movieGenres, ListColumn(lists))
  }

  func users100K() throws(DataError) -> Dataset {
    let table = try read(
      "u.user",
      TableFormat(delimiter: "|", isQuoted: false, encoding: .latin1)
        .withoutHeader(naming: ["user_id", "age", "gender", "occupation", "zip"]),
      [
        .init(.userID), .init("age", .float), .init("gender", .string),
        .init("occupation", .string), .init("zip", .string),
      ])
    let ages = try table.column(Feature<Float>("age"))
    let described = try describe(
      table, ages: ages, occupations: table.column(Feature<String>("occupation")),
      named: \.labelled100K)
    return try described.appending(.rawUserAge, ages)
  }

  // MARK: - 1M

  private func format1M(_ names: [String]) -> TableFormat {
    TableFormat(delimiter: "::", isQuoted: false, encoding: .latin1).withoutHeader(naming: names)
  }

  func ratings1M() throws(DataError) -> Dataset {
    try read("ratings.dat", format1M(Self.ratingNames), Self.ratingColumns)
  }

  func movies1M() throws(DataError) -> Dataset {
    let table = try read(
      "movies.dat", format1M(["movie_id", "movie_title", "movie_genres"]),
      [.init(.movieID), .init(.movieTitle), .init(.movieGenres)])
    let genres = try table.column(.movieGenres)
    let renamed = genres.map { $0.map { $0 == "Children's" ? "Children" : $0 } }
    return try table.selecting(["movie_id", "movie_title"])
      .appending(.movieGenres, ListColumn(renamed))
  }

  func users1M() throws(DataError) -> Dataset {
    let table = try read(
      "users.dat", format1M(["user_id", "gender", "age", "occupation", "zip"]),
      [
        .init(.userID), .init("age", .float), .init("gender", .string),
        .init("occupation", .integer), .init("zip", .string),
      ])
    var texts: [String] = []
    for (row, number) in try table.column(Feature<Int>("occupation")).enumerated() {
      guard MovieLens.occupations1M.indices.contains(number) else {
        throw DataError(
          .malformedText, "occupation \(number) is not one of 0 to 20",
          at: .init(file: try path("users.dat"), line: row + 1, field: "occupation"))
      }
      texts.append(MovieLens.occupations1M[number])
    }
    return try describe(
      table, ages: table.column(Feature<Float>("age")), occupations: StringColumn(texts),
      named: \.labelled1M)
  }

  // MARK: - CSV

  func ratingsCSV() throws(DataError) -> Dataset {
    try read(
      "ratings.csv", .csv,
      [
        .init(.userID, from: "userId"), .init(.movieID, from: "movieId"),
        .init(.userRating, from: "rating"), .init(.timestamp),
      ])
  }

  func moviesCSV() throws(DataError) -> Dataset {
    try read(
      "movies.csv", .csv,
      [
        .init(.movieID, from: "movieId"), .init(.movieTitle, from: "title"),
        .init(.movieGenres, from: "genres"),
      ])
  }

  // MARK: - Users

  /// The columns that TensorFlow Datasets derives from a user's line.
  private func describe(
    _ table: Dataset, ages: [Float], occupations: StringColumn, named label: KeyPath<String, String>
  ) throws(DataError) -> Dataset {
    let labels = occupations.distinct.map {
      MovieLens.occupations.firstIndex(of: $0[keyPath: label])
    }
    var numbers: [Int] = []
    for (row, code) in occupations.codes.enumerated() {
      guard let number = labels[Int(code)] else {
        throw DataError(
          .malformedText, "\"\(occupations[row])\" is not an occupation of MovieLens",
          at: .init(file: folder, line: row + 1, field: "occupation"))
      }
      numbers.append(number)
    }
    return try table.selecting(["user_id"])
      .appending(.userGender, try table.column(Feature<String>("gender")).map { $0 == "M" ? 1 : 0 })
      .appending(.bucketizedUserAge, ages.map(MovieLens.ageBucket))
      .appending(.userOccupationLabel, numbers)
      .appending(.userOccupationText, occupations)
      .appending(.userZipCode, try table.column(Feature<String>("zip")))
  }
}
