// From ratings to recommendations, on MovieLens 100K. Fetch it first: shortlist fetch movielens-100k
import Foundation
import Shortlist

let folder = MovieLens.folder(of: .small100K).path(percentEncoded: false)
guard FileManager.default.fileExists(atPath: folder) else {
  print("MovieLens 100K is not in \(folder). Run: swift run shortlist fetch movielens-100k")
  exit(1)
}
let movieLens = try MovieLens(.small100K, at: folder)
let (train, test) = try movieLens.ratings.split(holdingOut: 0.2, seed: 42)

let users = Vocabulary(train[.userID])
let titles = Vocabulary(movieLens.movies[.movieTitle])

var model = TwoTowerModel(
  query: Tower { Embedding(of: .userID, in: users, dimensions: 32) },
  candidate: Tower { Embedding(of: .movieTitle, in: titles, dimensions: 32) },
  task: Retrieval(),  // logQ correction and accidental-hit removal are on
  seed: 42)

let trainer = Trainer(optimizer: .adagrad(learningRate: 0.1), callbacks: [ProgressBar()])
let history = try trainer.fit(&model, to: train.shuffled(seed: 1).batched(8192), epochs: 3)

let catalogue = try model.embedCandidates(movieLens.movies, identifiedBy: .movieTitle)
let seen = try InteractionHistory(train, user: .userID, item: .movieTitle)
let report = try model.evaluate(FactorizedTopK(among: catalogue), on: test, history: seen)
print(report)

let retriever = Retriever(
  model, index: try ExactIndex(catalogue.embeddings), over: catalogue, history: seen)
let hits = try retriever.recommend(10, for: ["user_id": "42"], excluding: ["Rudy (1993)"])
for hit in hits { print(hit.identifier, hit.score) }

let comedies = try retriever.recommend(
  10, for: ["user_id": "42"], matching: .contains("movie_genres", "Comedy"))
for hit in comedies { print("comedy:", hit.identifier) }

// The fastest index that finds so much of what exact search finds; for a small catalogue that is exact search.
let fast = try retriever.indexed(as: .auto, recall: 0.95)
for trial in fast.indexTrials { print(trial.isChosen ? "*" : " ", trial.name, trial.measurements) }

// Saved once, served by any program: try Retriever(contentsOf: "artifacts/movies")
let artifact = FileManager.default.temporaryDirectory.appending(path: "shortlist-quickstart")
try? FileManager.default.removeItem(at: artifact)
print("saved to", try fast.save(to: artifact.path(percentEncoded: false)).path)
