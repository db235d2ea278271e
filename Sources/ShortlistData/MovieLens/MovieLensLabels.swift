extension MovieLens {
  /// The genres of all editions, in the order of TensorFlow Datasets' labels.
  public static let genres = [
    "Action", "Adventure", "Animation", "Children", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "IMAX", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "Unknown", "War", "Western", "(no genres listed)",
  ]

  /// The occupations in the order of TensorFlow Datasets' labels.
  public static let occupations = [
    "academic/educator", "artist", "clerical/admin", "customer service", "doctor/health care",
    "entertainment", "executive/managerial", "farmer", "homemaker", "lawyer", "librarian",
    "other/not specified", "programmer", "retired", "sales/marketing", "scientist",
    "self-employed", "student", "technician/engineer", "tradesman/craftsman", "unemployed",
    "writer",
  ]

  /// The labels of a column of genres: their places in `genres`; other names are left out.
  public static func genreLabels(of column: ListColumn<StringColumn>) -> ListColumn<[Int]> {
    let labels = column.values.distinct.map { genres.firstIndex(of: $0) }
    return ListColumn(
      (0..<column.count).map { row in
        column.values.codes[column.range(of: row)].compactMap { labels[Int($0)] }
      })
  }

  /// The largest of 1, 18, 25, 35, 45, 50 and 56 that is not above the age.
  static func ageBucket(_ age: Float) -> Float {
    [56, 50, 45, 35, 25, 18].first { $0 <= age } ?? 1
  }

  /// The genre flags of u.item in their order, under the names of the other editions.
  static let genres100K = [
    "Unknown", "Action", "Adventure", "Animation", "Children", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
  ]

  /// The occupations that users.dat numbers.
  static let occupations1M = [
    "other/not specified", "academic/educator", "artist", "clerical/admin", "college/grad student",
    "customer service", "doctor/health care", "executive/managerial", "farmer", "homemaker",
    "K-12 student", "lawyer", "programmer", "retired", "sales/marketing", "scientist",
    "self-employed", "technician/engineer", "tradesman/craftsman", "unemployed", "writer",
  ]
}

extension String {
  /// The label under which u.user's occupation falls.
  var labelled100K: String {
    switch self {
    case "administrator": "clerical/admin"
    case "doctor", "healthcare": "doctor/health care"
    case "educator": "academic/educator"
    case "engineer", "technician": "technician/engineer"
    case "executive": "executive/managerial"
    case "marketing", "salesman": "sales/marketing"
    case "none", "other": "other/not specified"
    default: self
    }
  }

  /// The label under which an occupation of the 1M edition falls.
  var labelled1M: String {
    self == "K-12 student" || self == "college/grad student" ? "student" : self
  }
}
