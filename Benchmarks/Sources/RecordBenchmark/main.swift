import Foundation
import Shortlist

/// Reads a TFRecord file of ratings into columns and prints records a second on one core.
///
///     taskset -c 0 .build/release/RecordBenchmark [--write ROWS] FILE.tfrecord
///
/// `--write` first makes the file: ratings in the shape of MovieLens 100K as TensorFlow Datasets has them, twelve
/// features a record. `Benchmarks/peers/tfrecord.sh` runs tf.data on the same file.

let all: [ColumnSpecification] = [
  .init(.bucketizedUserAge), .init(.movieGenresLabels), .init(.movieID), .init(.movieTitle),
  .init(.rawUserAge), .init(.timestamp), .init(.userGender), .init(.userID),
  .init(.userOccupationLabel), .init(.userOccupationText), .init(.userRating), .init(.userZipCode),
]
let four: [ColumnSpecification] = [
  .init(.userID), .init(.movieID), .init(.userRating), .init(.timestamp),
]

extension ColumnSpecification {
  init(_ feature: Feature<[Int]>) { self.init(feature.name, .integers()) }
}

extension Feature where Value == [Int] {
  static var movieGenresLabels: Feature<[Int]> { "movie_genres" }
}

/// Rows whose users, films and genres are drawn with a long tail.
func ratings(_ count: Int) throws -> Dataset {
  var random = RandomStream(seed: 7)
  func tail(_ bound: Int) -> Int {
    let u = random.uniform()
    return Int(u * u * u * Float(bound))
  }
  let users = (0..<count).map { _ in tail(count / 100 + 1) }
  let films = (0..<count).map { _ in tail(count / 60 + 1) }
  let occupations = MovieLens.occupations
  return try Dataset([
    ("bucketized_user_age", .init(users.map { [1, 18, 25, 35, 45, 50, 56][$0 % 7] as Float })),
    ("movie_genres", .init(films.map { film in (0...film % 4).map { (film + 5 * $0) % 21 } })),
    ("movie_id", .init(films.map(String.init))),
    ("movie_title", .init(films.map { "A film with the number \($0) (\(1930 + $0 % 69))" })),
    ("raw_user_age", .init(users.map { Float(7 + $0 % 66) })),
    ("timestamp", .init((0..<count).map { _ in 874_724_710 + random.below(18_561_928) })),
    ("user_gender", .init(users.map { $0 % 2 })),
    ("user_id", .init(users.map(String.init))),
    ("user_occupation_label", .init(users.map { $0 % 22 })),
    ("user_occupation_text", .init(users.map { occupations[$0 % 22] })),
    ("user_rating", .init((0..<count).map { _ in Float(1 + random.below(5)) })),
    ("user_zip_code", .init(users.map { String(10_000 + $0 % 80_000) })),
  ])
}

func measure(_ name: String, _ file: String, _ columns: [ColumnSpecification]?) throws {
  var best = Double.infinity
  var rows = 0
  for _ in 0..<7 {
    let wall = try ContinuousClock().measure {
      rows =
        try columns.map { try Dataset(contentsOf: file, columns: $0).rowCount }
        ?? Dataset(contentsOf: file).rowCount
    }
    best = min(best, wall / .seconds(1))
  }
  print("\(name): \(rows) records, best of seven \(Int(Double(rows) / best)) records/s")
}

var arguments = Array(CommandLine.arguments.dropFirst())
var count: Int?
if arguments.first == "--write", arguments.count > 1 {
  count = Int(arguments[1])
  arguments.removeFirst(2)
}
guard let file = arguments.first else {
  print("usage: RecordBenchmark [--write ROWS] FILE.tfrecord")
  exit(2)
}
if let count {
  let dataset = try ratings(count)
  let wall = try ContinuousClock().measure { try dataset.writeTFRecords(to: file) }
  print("written: \(Int(Double(count) / (wall / .seconds(1)))) records/s")
}
try measure("all twelve features", file, all)
try measure("all, told by the data", file, nil)
try measure("four features", file, four)
