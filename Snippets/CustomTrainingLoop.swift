// A training loop of one's own: all that the trainer does is two calls.
import Shortlist

let people = (0..<40).map { "user \($0)" }
let songs = (0..<20).map { "song \($0)" }
let song: Feature<String> = "song"
// Made-up data: user n listens to the songs that have n's remainder by 5.
let rows = (0..<800).map { (user: $0 % 40, song: $0 % 5 + 5 * ($0 / 40 % 4)) }
let plays = try Dataset([
  ("user_id", .strings(StringColumn(rows.map { people[$0.user] }))),
  ("song", .strings(StringColumn(rows.map { songs[$0.song] }))),
])

var model = TwoTowerModel(
  query: Tower { Embedding(of: .userID, in: Vocabulary(people), dimensions: 16) },
  candidate: Tower { Embedding(of: song, in: Vocabulary(songs), dimensions: 16) },
  seed: 42)
var optimizer = Optimizer.adagrad(learningRate: 0.2)

let batches = plays.batched(100, shufflingEveryEpoch: 7)
let examples = try model.bind(plays)
for epoch in 1...10 {
  optimizer.learningRate = 0.2 / Float(epoch).squareRoot()
  var loss = 0.0
  for rows in batches.rows(ofEpoch: epoch) {
    let step = try model.valueAndGradients(
      on: Batch(examples, rows: rows), seed: UInt64(optimizer.step))
    optimizer.update(&model.parameters, along: step.gradients)
    loss += Double(step.loss)
  }
  print("epoch \(epoch)  loss \(loss / Double(plays.rowCount))")
}

let catalogue = try model.embedCandidates(plays, identifiedBy: song)
print(try model.evaluate(FactorizedTopK([1, 5, 10], among: catalogue), on: plays))
