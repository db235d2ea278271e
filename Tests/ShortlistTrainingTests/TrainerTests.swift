import Foundation
import ShortlistData
import ShortlistModels
import ShortlistTensors
import ShortlistTesting
import ShortlistTraining
import Synchronization
import Testing

private let user = BlockInteractions.user
private let item = BlockInteractions.item

/// A model for a dataset of the block fixture.
private func model(
  of data: BlockInteractions, dimensions: Int = 8, task: Retrieval = Retrieval(), dropout: Float = 0
) -> TwoTowerModel {
  TwoTowerModel(
    query: Tower {
      Embedding(of: user, in: Vocabulary(data.train[user]), dimensions: dimensions)
    } layers: {
      if dropout > 0 {
        Dense(dimensions, weightDecay: 1e-4)
        Dropout(dropout)
      }
    },
    candidate: Tower {
      Embedding(of: item, in: Vocabulary(data.items[item]), dimensions: dimensions)
    }, task: task, seed: 7)
}

/// Keeps the state after each epoch.
private final class CheckpointKeeper: Callback {
  private let kept = Mutex<[Checkpoint]>([])
  var all: [Checkpoint] { kept.withLock { $0 } }
  func epochDidEnd(_ state: inout TrainingState, parameters: Parameters) throws {
    let checkpoint = Checkpoint(
      epoch: state.epoch, parameters: parameters, optimizer: state.optimizer,
      history: state.history)
    kept.withLock { $0.append(checkpoint) }
  }
}

/// A history without what the clock says.
private func withoutSeconds(_ history: History) -> [History.Epoch] {
  history.epochs.map { epoch in
    var epoch = epoch
    epoch.seconds = 0
    return epoch
  }
}

@Suite("The trainer")
struct TrainerTests {
  @Test(
    "The loss falls, and the right answer comes first",
    arguments: [(1, Retrieval()), (1, .tutorial), (4, Retrieval())])
  func learns(itemsPerGroup: Int, task: Retrieval) throws {
    let data = BlockInteractions(groups: 5, usersPerGroup: 8, itemsPerGroup: itemsPerGroup)
    var model = model(of: data, task: task)
    let trainer = Trainer(optimizer: .adagrad(learningRate: 0.5))
    let candidates = try CandidateSet(data.items, identifiedBy: item)
    let history = try trainer.fit(
      &model, to: data.train.batched(16, shufflingEveryEpoch: 1), epochs: 60, measuring: candidates,
      at: [1, 5])
    let (first, last) = (history.epochs[0], history.epochs[59])
    #expect(last.loss < first.loss / 2)
    #expect(last.examples == data.train.rowCount)
    #expect(history.epochs.map(\.epoch) == Array(1...60))
    let catalogue = try model.embedCandidates(data.items, identifiedBy: item)
    let report = try model.evaluate(
      FactorizedTopK([1], among: catalogue), on: data.test,
      history: InteractionHistory(data.train, user: user, item: item))
    if itemsPerGroup == 1 {
      #expect(last.metrics["top_1"] == 1)
      #expect(report[topK: 1] == 1)
    } else {
      #expect(report.masked?[k: 1] == 1)
    }
  }

  @Test("A run that goes on from a checkpoint equals one that was not interrupted, bit for bit")
  func resume() throws {
    let data = BlockInteractions(groups: 4, usersPerGroup: 5, itemsPerGroup: 3)
    let task = Retrieval(temperature: 0.5, extraNegatives: 5)
    let batches = data.train.batched(7, shufflingEveryEpoch: 3)
    for optimizer in [Optimizer.adam(learningRate: 0.02), .sgd(learningRate: 0.02, momentum: 0.9)] {
      let keeper = CheckpointKeeper()
      let trainer = Trainer(optimizer: optimizer, callbacks: [keeper], seed: 11)
      var whole = model(of: data, task: task, dropout: 0.3)
      let history = try trainer.fit(
        &whole, to: batches, epochs: 6, validatingOn: data.test.batched(50))
      #expect(keeper.all.count == 6)
      for epoch in [1, 4, 6] {
        // Whatever the model holds, the checkpoint replaces it.
        var resumed = model(of: data, task: task, dropout: 0.3)
        let rest = try Trainer(optimizer: optimizer, seed: 11).fit(
          &resumed, to: batches, epochs: 6, validatingOn: data.test.batched(50),
          resumingFrom: keeper.all[epoch - 1])
        #expect(resumed.parameters == whole.parameters, "from epoch \(epoch)")
        #expect(withoutSeconds(rest) == withoutSeconds(history))
      }
      var other = model(of: data, task: task, dropout: 0.3)
      _ = try Trainer(optimizer: optimizer, seed: 12).fit(&other, to: batches, epochs: 6)
      #expect(other.parameters != whole.parameters, "the seed has no effect")
    }
  }

  @Test("Training has the same bits on any number of threads")
  func threads() throws {
    let data = BlockInteractions(groups: 20, usersPerGroup: 10, itemsPerGroup: 5)
    func run(_ threads: Int) throws -> Parameters {
      var model = model(of: data, dropout: 0.2)
      _ = try Parallel.$threads.withValue(threads) {
        try Trainer(optimizer: .adam(learningRate: 0.01)).fit(
          &model, to: data.train.batched(300), epochs: 2)
      }
      return model.parameters
    }
    let one = try run(1)
    for threads in [2, 3, 8] { #expect(try run(threads) == one, "\(threads) threads") }
  }

  @Test("A checkpoint that does not fit is refused, and says what differs")
  func unfitCheckpoint() throws {
    let data = BlockInteractions()
    let keeper = CheckpointKeeper()
    var first = model(of: data)
    _ = try Trainer(optimizer: .adam(), callbacks: [keeper]).fit(
      &first, to: data.train.batched(9), epochs: 1)
    func error(_ model: TwoTowerModel, _ optimizer: Optimizer) -> TrainingError? {
      var model = model
      return #expect(throws: TrainingError.self) {
        try Trainer(optimizer: optimizer).fit(
          &model, to: data.train.batched(9), epochs: 2, resumingFrom: keeper.all[0])
      }
    }
    for (found, word) in [
      (error(first, .adagrad(learningRate: 1)), "optimizer"),
      (error(model(of: data, dimensions: 4), .adam()), "embedding"),
      (error(model(of: data, dropout: 0.1), .adam()), "layers/0/kernel"),
    ] {
      #expect(found?.code == .checkpoint)
      #expect(found?.message.contains(word) == true, "\(word)")
    }
  }

  @Test("Divergence is an error that names epoch and step")
  func divergence() throws {
    let data = BlockInteractions(groups: 2, usersPerGroup: 2, itemsPerGroup: 2)
    for optimizer in [Optimizer.sgd(learningRate: 1e30), .adagrad(learningRate: .infinity)] {
      var model = model(of: data)
      let error = #expect(throws: TrainingError.self) {
        try Trainer(optimizer: optimizer).fit(&model, to: data.train.batched(2), epochs: 5)
      }
      #expect(error?.code == .diverged)
      // A row's second use shows what its first update did.
      let place = /epoch [12], step [12]: .*learning rate/
      #expect(error?.message.contains(place) == true, "\(error?.message ?? "")")
    }
    for bad in [Float.nan, .infinity] {
      for name in ["query/user_id/embedding", "candidate/item_id/embedding"] {
        var model = model(of: data)
        model.parameters.update(name) { matrix in
          for row in 0..<matrix.rows { matrix[row, 1] = bad }
        }
        let error = #expect(throws: TrainingError.self) {
          try Trainer(optimizer: .adagrad(learningRate: 0.1)).fit(
            &model, to: data.train.batched(2), epochs: 1)
        }
        #expect(error?.code == .diverged)
        #expect(error?.message.contains("epoch 1, step 1") == true, "\(error?.message ?? "")")
      }
    }
  }

  @Test("No examples are an error, no epochs are not")
  func nothing() throws {
    let data = BlockInteractions()
    var model = model(of: data)
    let before = model.parameters
    let error = #expect(throws: TrainingError.self) {
      try Trainer(optimizer: .adam()).fit(&model, to: data.train.prefix(0).batched(4), epochs: 1)
    }
    #expect(error?.code == .emptyDataset)
    let history = try Trainer(optimizer: .adam()).fit(
      &model, to: data.train.batched(4), epochs: 0)
    #expect(history.epochs.isEmpty && model.parameters == before)
  }

  @Test("A request to stop ends training with the epoch that runs")
  func stopping() throws {
    let data = BlockInteractions()
    let asked = Mutex(0)
    var model = model(of: data)
    let trainer = Trainer(optimizer: .adam()) {
      asked.withLock {
        $0 += 1
        return $0 == 3
      }
    }
    let history = try trainer.fit(&model, to: data.train.batched(5), epochs: 10)
    #expect(history.epochs.count == 3)
    #expect(history.epochs.allSatisfy { $0.examples == data.train.rowCount })
  }

  @Test("Validation figures stand in the history, regularization apart from the loss")
  func validation() throws {
    let data = BlockInteractions()
    var model = model(of: data, dropout: 0.2)
    let candidates = try CandidateSet(data.items, identifiedBy: item)
    let history = try Trainer(optimizer: .adam()).fit(
      &model, to: data.train.batched(5), epochs: 2, measuring: candidates, at: [1, 10],
      validatingOn: data.test.batched(4))
    for epoch in history.epochs {
      let names: Set = [
        "top_1", "top_10", "validation_loss", "validation_top_1", "validation_top_10",
      ]
      #expect(Set(epoch.metrics.keys) == names)
      #expect(epoch.regularizationLoss > 0)
      #expect(abs(epoch.totalLoss - epoch.loss - epoch.regularizationLoss) < 1e-12)
    }
  }
}

/// A model of one number whose loss is (w - target)² summed over examples.
private struct OneNumber: Model {
  static let feature: Feature<Float> = "target"
  var parameters = Parameters(["w": Matrix(rows: 1, columns: 1, values: [0])])
  var w: Float { parameters["w"]?[0, 0] ?? .nan }
  func bind(_ dataset: Dataset) throws -> [Float] { try dataset.column(Self.feature) }
  func loss(on batch: Batch<[Float]>, in pass: Pass) throws -> Loss {
    let terms = batch.rows.map { row in
      let target = Variable(constant: Matrix(rows: 1, columns: 1, values: [-batch.examples[row]]))
      return pass.sumOfSquares(pass.add(pass.parameter("w"), target), times: 1)
    }
    return Loss(terms.dropFirst().reduce(terms[0]) { pass.add($0, $1) })
  }
}

@Suite("Models, loops and callbacks of one's own")
struct CustomTrainingTests {
  private let data = try? Dataset([("target", .floats([1, 2, 3, 6]))])

  @Test("A model with a loss of its own is trained like any other")
  func customModel() throws {
    let data = try #require(data)
    var model = OneNumber()
    let history = try Trainer(optimizer: .sgd(learningRate: 0.1)).fit(
      &model, to: data.batched(4), epochs: 30)
    #expect(abs(model.w - 3) < 1e-4)
    #expect(history.epochs[0].loss == 12.5)
    #expect(abs((history.epochs.last?.loss ?? 0) - 3.5) < 1e-4)
    let report = try GradientCheck().check(OneNumber(), on: Batch([1, 5], rows: [0, 1]))
    #expect(report.worstError < 1e-3)
  }

  @Test("A loop of one's own does what the trainer does, bit for bit")
  func customLoop() throws {
    let data = BlockInteractions()
    var trained = model(of: data, dropout: 0.3)
    var looped = trained
    let batches = data.train.batched(7, shufflingEveryEpoch: 2)
    let trainer = Trainer(optimizer: .adam(learningRate: 0.01), seed: 5)
    _ = try trainer.fit(&trained, to: batches, epochs: 3)
    var optimizer = trainer.optimizer
    let examples = try looped.bind(batches.dataset)
    for epoch in 1...3 {
      for rows in batches.rows(ofEpoch: epoch) {
        let step = try looped.valueAndGradients(
          on: Batch(examples, rows: rows), seed: trainer.seed(ofStep: optimizer.step))
        optimizer.update(&looped.parameters, along: step.gradients)
      }
    }
    #expect(looped.parameters == trained.parameters)
  }

  /// Sets a figure by epoch, as a validation would.
  private struct Figures: Callback {
    let values: [Double]
    func epochDidEnd(_ state: inout TrainingState, parameters: Parameters) throws {
      state.history.epochs[state.epoch - 1].metrics["figure"] = values[state.epoch - 1]
    }
  }

  private func earlyStop(
    _ values: [Double], patience: Int, direction: EarlyStopping.Direction, minimumChange: Double = 0
  ) throws -> (epochs: Int, w: Float) {
    let data = try #require(data)
    var model = OneNumber()
    // Every epoch moves w; the keeper knows where it was.
    let history = try Trainer(
      optimizer: .sgd(learningRate: 0.01),
      callbacks: [
        Figures(values: values),
        EarlyStopping(
          watching: "figure", direction: direction, patience: patience,
          minimumChange: minimumChange),
      ]
    ).fit(&model, to: data.batched(4), epochs: values.count)
    return (history.epochs.count, model.w)
  }

  /// w after some epochs of the run above.
  private func weight(after epochs: Int) throws -> Float {
    let data = try #require(data)
    var model = OneNumber()
    _ = try Trainer(optimizer: .sgd(learningRate: 0.01)).fit(
      &model, to: data.batched(4), epochs: epochs)
    return model.w
  }

  @Test("Early stopping waits for its patience and puts the best parameters back")
  func earlyStopping() throws {
    let none = try earlyStop([3, 2, 4, 1, 1], patience: 0, direction: .smaller)
    #expect(none.epochs == 3)
    #expect(try none.w == weight(after: 2))
    let one = try earlyStop([3, 2, 4, 1, 1, 1, 1], patience: 1, direction: .smaller)
    #expect(one.epochs == 6)
    #expect(try one.w == weight(after: 4))
    let larger = try earlyStop([1, 5, 4, 3, 2], patience: 2, direction: .larger)
    #expect(larger.epochs == 5)
    #expect(try larger.w == weight(after: 2))
    let change = try earlyStop(
      [5, 4.9, 4.8, 4.7], patience: 1, direction: .smaller, minimumChange: 0.5)
    #expect(change.epochs == 3)
    #expect(try change.w == weight(after: 1))
    let notANumber = try earlyStop([.nan, 2, .nan, 3], patience: 9, direction: .smaller)
    #expect(try notANumber.w == weight(after: 2))
  }

  @Test("Early stopping that watches nothing says what there is")
  func watchesNothing() throws {
    let data = try #require(data)
    var model = OneNumber()
    let error = #expect(throws: TrainingError.self) {
      try Trainer(
        optimizer: .sgd(learningRate: 0.01),
        callbacks: [EarlyStopping(watching: "validation_top_100", patience: 1)]
      ).fit(&model, to: data.batched(4), epochs: 2)
    }
    #expect(error?.message.contains("validation_top_100") == true)
    #expect(error?.message.contains("total_loss") == true)
  }

  @Test("The history as JSON and CSV")
  func history() throws {
    var history = History()
    history.epochs = try JSONDecoder().decode(
      [History.Epoch].self,
      from: Data(
        """
        [{"epoch": 1, "loss": 2.5, "regularization_loss": 0.5, "total_loss": 3, "examples": 10,
          "seconds": 0.25, "top_10": 0.5, "top_5": 0.25},
         {"epoch": 2, "loss": 1.5, "regularization_loss": 0, "total_loss": 1.5, "examples": 10,
          "seconds": 0.125, "top_10": 0.75}]
        """.utf8))
    #expect(
      history.csv() == """
        epoch,loss,regularization_loss,total_loss,examples,seconds,top_5,top_10
        1,2.5,0.5,3.0,10,0.25,0.25,0.5
        2,1.5,0.0,1.5,10,0.125,,0.75

        """)
    #expect(try JSONDecoder().decode(History.self, from: history.json()) == history)
    #expect(History().csv() == "epoch,loss,regularization_loss,total_loss,examples,seconds\n")
  }

  @Test("The progress bar redraws its line on a terminal and writes plain lines elsewhere")
  func progressBar() throws {
    let data = BlockInteractions()
    func output(isTerminal: Bool) throws -> String {
      let text = Mutex("")
      let bar = ProgressBar(isTerminal: isTerminal) { piece in text.withLock { $0 += piece } }
      var model = model(of: data, dropout: 0.1)
      _ = try Trainer(optimizer: .adam(), callbacks: [bar]).fit(
        &model, to: data.train.batched(9), epochs: 2)
      return text.withLock { $0 }
    }
    let plain = try output(isTerminal: false)
    #expect(!plain.contains("\r") && !plain.contains("\u{1B}") && !plain.contains("█"))
    let lines = plain.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("epoch 1/2  loss ") && lines[1].hasPrefix("epoch 2/2  loss "))
    #expect(lines[0].contains("weight decay") && lines[0].contains("/s"))
    let terminal = try output(isTerminal: true)
    #expect(terminal.contains("\r") && terminal.contains("█"))
    #expect(terminal.contains("s left"))
    #expect(terminal.split(separator: "\n").count == 2)
    #expect(terminal.hasSuffix("\n"))
  }
}
