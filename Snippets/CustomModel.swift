// A model of one's own: matrix factorisation that predicts ratings, with squared error as its loss.
import Shortlist

struct RatingModel: Model {
  let users: Vocabulary
  let films: Vocabulary
  var parameters: Parameters

  init(users: Vocabulary, films: Vocabulary, dimensions: Int, seed: UInt64) {
    self.users = users
    self.films = films
    var random = RandomStream(seed: seed)
    func table(_ rows: Int) -> Matrix {
      let values = (0..<rows * dimensions).map { _ in random.normal() * 0.3 }
      return Matrix(rows: rows, columns: dimensions, values: values)
    }
    parameters = Parameters(["users": table(users.count), "films": table(films.count)])
  }

  /// A dataset with identifiers resolved.
  struct Ratings: Sendable {
    let users: [Int32]
    let films: [Int32]
    let values: [Float]
  }

  func bind(_ dataset: Dataset) throws -> Ratings {
    Ratings(
      users: users.rows(of: try dataset.column(.userID)),
      films: films.rows(of: try dataset.column(.movieTitle)),
      values: try dataset.column(.userRating))
  }

  func loss(on batch: Batch<Ratings>, in pass: Pass) throws -> Loss {
    let user = pass.gather("users", rows: batch.rows.map { batch.examples.users[$0] })
    let film = pass.gather("films", rows: batch.rows.map { batch.examples.films[$0] })
    let ratings = batch.rows.map { batch.examples.values[$0] }
    // An operation of one's own: the squared errors of inner products, and the way back.
    let (u, f) = (user.value, film.value)
    let errors = ratings.indices.map { row in
      (0..<u.columns).reduce(-ratings[row]) { $0 + u[row, $1] * f[row, $1] }
    }
    let sum = Matrix(rows: 1, columns: 1, values: [errors.reduce(0) { $0 + $1 * $1 }])
    let loss = pass.record(sum, from: [user, film]) { upstream in
      var (toUser, toFilm) = (f, u)
      for row in errors.indices {
        for column in 0..<u.columns {
          toUser[row, column] *= 2 * errors[row] * upstream[0, 0]
          toFilm[row, column] *= 2 * errors[row] * upstream[0, 0]
        }
      }
      return [toUser, toFilm]
    }
    return Loss(loss)
  }
}

let ratings = try Dataset([
  ("user_id", .strings(["ada", "ada", "bob", "bob", "eve", "eve"])),
  ("movie_title", .strings(["Alien", "Heidi", "Alien", "Heidi", "Alien", "Totoro"])),
  ("user_rating", .floats([5, 1, 2, 5, 4, 3])),
])
var model = RatingModel(
  users: Vocabulary(ratings[.userID]), films: Vocabulary(ratings[.movieTitle]), dimensions: 2,
  seed: 1)
let history = try Trainer(optimizer: .adam(learningRate: 0.05)).fit(
  &model, to: ratings.batched(6), epochs: 200)
print("squared error: first", history.epochs[0].loss, "last", history.epochs[199].loss)
