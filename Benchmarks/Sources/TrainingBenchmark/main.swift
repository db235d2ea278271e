import Foundation
import Shortlist

// Measures training steps, an epoch and evaluations on synthetic interactions:
//
//   swift run -c release TrainingBenchmark [steps] [epoch] [evaluation]
//
// A step is everything from the ids of a batch to the updated tables. Operations are those of the three
// matrix products of the softmax: 6 * rows * columns * dimensions, once for a batch taken as it is
// ("nominal") and once for its distinct rows, which is what is computed.

let wanted = Set(CommandLine.arguments.dropFirst())
func isWanted(_ part: String) -> Bool { wanted.isEmpty || wanted.contains(part) }

let threadCounts = [1, 2].filter { $0 <= max(1, ProcessInfo.processInfo.activeProcessorCount) }
let peaks = Dictionary(uniqueKeysWithValues: threadCounts.map { ($0, measuredPeak(threads: $0)) })
for threads in threadCounts {
  print("peak of \(threads) thread(s): \(text((peaks[threads] ?? 0) / 1e9)) GFLOP/s")
}

func measureSteps(_ name: String, _ interactions: Interactions, task: Retrieval) throws {
  let dimensions = 64
  let batchSize = 8192
  var model = try interactions.model(dimensions: dimensions, task: task)
  let examples = try model.bind(interactions.dataset())
  let steps = interactions.users.count / batchSize
  for threads in threadCounts {
    var optimizer = Optimizer.adagrad(learningRate: 0.1)
    let timing = try Parallel.$threads.withValue(threads) {
      try Timing(runs: 12) { run in
        let start = run % steps * batchSize
        let rows = ArraySlice(start..<start + batchSize)
        let step = try model.valueAndGradients(on: Batch(examples, rows: rows))
        optimizer.update(&model.parameters, along: step.gradients)
      }
    }
    // Other work on the machine only lowers what is measured: the best counts.
    let peak = max(peaks[threads] ?? 0, measuredPeak(threads: threads))
    let users = Set(interactions.users.prefix(batchSize)).count
    let items = Set(interactions.items.prefix(batchSize)).count
    let nominal = Double(6 * batchSize * batchSize * dimensions)
    let actual = Double(6 * users * items * dimensions)
    report([
      name, "\(threads)", text(timing.best * 1000), text(timing.median * 1000),
      text(Double(batchSize) / timing.median, 0), text(actual / timing.median / 1e9),
      text(100 * actual / timing.median / peak), text(100 * actual / timing.best / peak),
      text(100 * nominal / timing.median / peak),
    ])
  }
}

if isWanted("steps") {
  print("\nSteps of 8,192 examples, 64 dimensions, Adagrad")
  report([
    "", "threads", "best ms", "median ms", "examples/s", "GFLOP/s", "% of peak", "% at best",
    "% nominal",
  ])
  let million = 1_000_000
  let batches = 4 * 8192
  for (name, task) in [("default", Retrieval()), ("tutorial", Retrieval.tutorial)] {
    try measureSteps(
      "1M x 1M distinct, \(name)",
      .distinct(users: million, items: million, count: batches, seed: 1), task: task)
    try measureSteps(
      "MovieLens 1M, \(name)", .uniform(users: 6040, items: 3706, count: batches, seed: 2),
      task: task)
  }
}

if isWanted("epoch") {
  print("\nAn epoch of 80,000 rows in MovieLens 100K's shape, batches of 8,192, 32 dimensions")
  report(["", "threads", "best ms", "median ms"])
  let interactions = Interactions.longTailed(users: 943, items: 1664, count: 80_000, seed: 3)
  let dataset = try interactions.dataset()
  let candidates = try CandidateSet(interactions.catalogue(), identifiedBy: .movieTitle)
  let trainer = Trainer(optimizer: .adagrad(learningRate: 0.1))
  for (name, task) in [("default", Retrieval()), ("tutorial", Retrieval.tutorial)] {
    for threads in threadCounts {
      for measuring in [false, true] {
        var model = try interactions.model(dimensions: 32, task: task)
        let timing = try Parallel.$threads.withValue(threads) {
          try Timing(runs: 9) { _ in
            if measuring {
              _ = try trainer.fit(
                &model, to: dataset.batched(8192), epochs: 1, measuring: candidates)
            } else {
              _ = try trainer.fit(&model, to: dataset.batched(8192), epochs: 1)
            }
          }
        }
        report([
          name + (measuring ? ", with metrics" : ""), "\(threads)", text(timing.best * 1000),
          text(timing.median * 1000),
        ])
      }
    }
  }
}

if isWanted("evaluation") {
  print("\nAn evaluation of 20,000 rows in MovieLens 100K's shape, 32 dimensions")
  report(["", "threads", "best ms", "median ms"])
  let all = Interactions.longTailed(users: 943, items: 1664, count: 100_000, seed: 4)
  let (train, test) = try all.dataset().split(holdingOut: 0.2, seed: 5)
  let model = try all.model(dimensions: 32, task: Retrieval())
  let catalogue = try model.embedCandidates(all.catalogue(), identifiedBy: .movieTitle)
  let history = try InteractionHistory(train, user: .userID, item: .movieTitle)
  let metric = FactorizedTopK(among: catalogue)
  for threads in threadCounts {
    for (name, history) in [("raw", nil), ("raw, masked, popularity", history)] {
      let timing = try Parallel.$threads.withValue(threads) {
        try Timing(runs: 21) { _ in _ = try model.evaluate(metric, on: test, history: history) }
      }
      report([name, "\(threads)", text(timing.best * 1000), text(timing.median * 1000)])
    }
  }
}
