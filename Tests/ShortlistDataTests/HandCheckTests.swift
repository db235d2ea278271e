import Foundation
import ShortlistData
import Testing
@Test(.enabled(if: ProcessInfo.processInfo.environment["HANDCHECK"] != nil)) func handCheck() throws {
  let clock = ContinuousClock()
  for (e, f) in [(MovieLens.Edition.small100K, "ml-100k"), (.latestSmall, "ml-latest-small"), (.medium1M, "../../../tmp/ml-1m-dat")] {
    var m: MovieLens!
    let t = try clock.measure { m = try MovieLens(e, at: "/work/shared/data/" + f) }
    print(e, t, m.ratings, m.movies)
    for r in [0, 1, m.ratings.rowCount - 1] {
      print(m.ratings.columnNames.map { n in "\(m.ratings.rows(at: [r])[name: n]!)".prefix(160) })
    }
    print(m.ratings[.userID].distinct.count, m.ratings[.movieID].distinct.count, m.ratings[.movieTitle].distinct.count, Set(m.movies[.movieGenres].values.distinct))
    if m.ratings.has(.userOccupationText) { print(Set(zip(m.ratings[.userOccupationText], m.ratings[.userOccupationLabel]).map { "\($0) \($1)" }), Set(m.ratings[.bucketizedUserAge])) }
    print(m.movies[.movieTitle].filter { $0.utf8.count != $0.count }.prefix(3))
    print(Set(m.ratings[.userRating]).sorted(), m.ratings[.userRating].reduce(into: [:]) { $0[$1, default: 0] += 1 })
  }
}
