import Foundation
import ShortlistData
import ShortlistModels
import ShortlistTensors
import ShortlistTraining
import Testing

@Suite("Checkpoints on disk")
struct CheckpointFileTests {
  private func prepared(epochs: Int, _ optimizer: Recipe.OptimizerRecipe.Kind) throws
    -> (TwoTowerModel, Batches)
  {
    let rows = (0..<60).map { ("u\($0 % 7)", "i\($0 * $0 % 11)") }
    let data = try Dataset([
      ("user_id", .strings(StringColumn(rows.map(\.0)))),
      ("item_id", .strings(StringColumn(rows.map(\.1)))),
    ])
    let item: Feature<String> = "item_id"
    let model = TwoTowerModel(
      query: Tower {
        Embedding(of: .userID, in: Vocabulary(data[.userID]), dimensions: 6)
      } layers: {
        Dense(5, activation: .relu)
        Dropout(0.3)
      },
      candidate: Tower { Embedding(of: item, in: Vocabulary(data[item]), dimensions: 5) },
      task: Retrieval(extraNegatives: 3), seed: 3)
    return (model, data.batched(16, shufflingEveryEpoch: 5))
  }

  private func optimizer(_ kind: Recipe.OptimizerRecipe.Kind) -> Optimizer {
    var recipe = Recipe.OptimizerRecipe()
    recipe.kind = kind
    recipe.learningRate = 0.05
    recipe.momentum = 0.8
    return recipe.optimizer
  }

  @Test(
    "A run goes on from files bit for bit, with dropout, extra negatives and every optimizer",
    arguments: [Recipe.OptimizerRecipe.Kind.sgd, .adagrad, .adam, .adamw])
  func resuming(kind: Recipe.OptimizerRecipe.Kind) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "checkpoints-\(UUID().uuidString)", directoryHint: .isDirectory)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try Checkpoint.newest(in: folder) == nil)

    var (whole, batches) = try prepared(epochs: 7, kind)
    let trainer = Trainer(optimizer: optimizer(kind), seed: 11)
    let history = try trainer.fit(&whole, to: batches, epochs: 7)

    var (parts, _) = try prepared(epochs: 7, kind)
    var writing = trainer
    writing.callbacks = [Checkpointing(every: 2, in: folder)]
    _ = try writing.fit(&parts, to: batches, epochs: 3)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
    #expect(names == ["epoch-3"])

    let checkpoint = try #require(try Checkpoint.newest(in: folder))
    #expect(checkpoint.epoch == 3 && checkpoint.history.epochs.count == 3)
    #expect(checkpoint.parameters == parts.parameters)
    #expect(checkpoint.optimizer.algorithm == optimizer(kind).algorithm)
    (parts, _) = try prepared(epochs: 7, kind)
    let resumed = try trainer.fit(&parts, to: batches, epochs: 7, resumingFrom: checkpoint)
    #expect(parts.parameters == whole.parameters)
    #expect(resumed.epochs.map(\.loss) == history.epochs.map(\.loss))

    var other = try prepared(epochs: 7, kind).0
    var unlike = trainer
    unlike.optimizer = optimizer(kind == .sgd ? .adam : .sgd)
    let error = #expect(throws: TrainingError.self) {
      try unlike.fit(&other, to: batches, epochs: 7, resumingFrom: checkpoint)
    }
    #expect(error?.code == .checkpoint)
  }
}
