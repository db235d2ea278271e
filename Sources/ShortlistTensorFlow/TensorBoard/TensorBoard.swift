public import Foundation
public import ShortlistModels
import ShortlistTensors
public import ShortlistTraining

/// Writes what TensorBoard shows of a training, while it runs: curves, histograms of the parameters, texts, and
/// the vectors for the Embedding Projector when it has ended.
///
/// ```swift
/// let board = TensorBoard(
///   in: URL(filePath: "logs/movies"), projecting: .init(of: model, items: candidates))
/// let trainer = Trainer(optimizer: .adagrad(learningRate: 0.1), callbacks: [ProgressBar(), board])
/// ```
///
/// `tensorboard --logdir logs` shows it. Names are Keras's: `epoch_loss`, `epoch_top_100`, `batch_loss` in the run
/// `train`, and what was measured on the validation data in the run `validation`. Epochs and steps count from
/// one. A last batch that is smaller than the others has no `batch_loss`.
///
/// A folder that cannot be written ends training before it begins. When writing fails later, a full disk for
/// instance, training goes on without TensorBoard, and `report` says so once.
public struct TensorBoard: Callback {
  public let folder: URL
  /// After how many epochs histograms are written; 0 for never.
  public let histogramsEvery: Int
  private let texts: [String: String]
  private let projection: Projection?
  private let report: @Sendable (String) -> Void
  private var train: SummaryWriter?
  private var validation: SummaryWriter?
  /// Examples in the first batch of the epoch.
  private var batchSize = 0

  /// - Parameters:
  ///   - folder: gets the folders `train`, `validation` and `projector`. One for each training: curves of
  ///     two in one folder are drawn as one.
  ///   - texts: shown as Markdown by their names: a recipe, a remark.
  ///   - projection: whose vectors the projector shows; nil for none.
  ///   - histogramsEvery: after how many epochs histograms of the parameters are written; 0 for never.
  ///   - report: takes what went wrong while training; standard error by default.
  /// - Precondition: `histogramsEvery` is not negative.
  public init(
    in folder: URL, texts: [String: String] = [:], projecting projection: Projection? = nil,
    histogramsEvery: Int = 1,
    report: @escaping @Sendable (String) -> Void = { text in
      FileHandle.standardError.write(Data((text + "\n").utf8))
    }
  ) {
    precondition(histogramsEvery >= 0, "histograms every \(histogramsEvery) epochs")
    self.folder = folder
    self.texts = texts
    self.projection = projection
    self.histogramsEvery = histogramsEvery
    self.report = report
  }

  public mutating func trainingWillBegin(_ state: TrainingState) throws {
    let writer = try SummaryWriter(in: folder.appending(path: "train"))
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
      try writer.text(name, text, step: 0)
    }
    try writer.flush()
    train = writer
  }

  public mutating func stepDidEnd(_ state: TrainingState) {
    if state.step == 1 { batchSize = state.examples }
    // A smaller batch has fewer negatives: its loss is no point of the same curve.
    guard state.examples == state.step * batchSize else { return }
    attempt { board in
      try board.train?.scalar(
        "batch_loss", state.stepLoss, step: state.optimizer.step,
        description: "The loss of a step: the mean over its examples")
    }
  }

  public mutating func epochDidEnd(_ state: inout TrainingState, parameters: Parameters) throws {
    guard let record = state.history.epochs.last, train != nil else { return }
    let (epoch, rate) = (state.epoch, Double(state.optimizer.learningRate))
    attempt { board in
      try board.write(record, rate: rate)
      if board.histogramsEvery > 0, epoch.isMultiple(of: board.histogramsEvery) {
        for name in parameters.names {
          guard let values = parameters[name] else { continue }
          try board.train?.histogram(
            name, of: values, step: epoch,
            description: "\(values.rows) x \(values.columns) learned values")
        }
      }
      try board.train?.flush()
      try board.validation?.flush()
    }
  }

  public mutating func trainingDidEnd(
    _ state: inout TrainingState, parameters: inout Parameters
  ) throws {
    let (epoch, learned) = (state.epoch, parameters)
    if train != nil, let projection {
      attempt { board in
        let vectors = try projection.vectors(with: learned)
        let run = board.folder.appending(path: "projector")
        try ProjectedVectors.write(vectors, to: run)
        // A TensorBoard that runs looks for vectors only when a new run appears.
        let sizes = vectors.map { "- \($0.name): \($0.vectors.rows) x \($0.vectors.columns)\n" }
        let writer = try SummaryWriter(in: run)
        try writer.text("projector", sizes.joined(), step: epoch)
        try writer.flush()
      }
    }
    (train, validation) = (nil, nil)
  }

  private mutating func write(_ record: History.Epoch, rate: Double) throws {
    var figures = record.metrics
    figures["loss"] = record.loss
    figures["regularization_loss"] = record.regularizationLoss
    figures["total_loss"] = record.totalLoss
    figures["learning_rate"] = rate
    let prefix = "validation_"
    for (name, value) in figures.sorted(by: { $0.key < $1.key }) {
      guard name.hasPrefix(prefix) else {
        try train?.scalar(
          "epoch_\(name)", value, step: record.epoch, description: Self.description(of: name))
        continue
      }
      if validation == nil {
        validation = try SummaryWriter(in: folder.appending(path: "validation"))
      }
      let name = String(name.dropFirst(prefix.count))
      try validation?.scalar(
        "epoch_\(name)", value, step: record.epoch, description: Self.description(of: name))
    }
  }

  private static func description(of figure: String) -> String {
    let share = "The share of examples whose item is among the"
    switch figure {
    case "loss": return "The task's loss: the mean over the examples"
    case "regularization_loss": return "Weight decay and the like, divided by the examples"
    case "total_loss": return "The task's loss and the regularization"
    case "learning_rate": return "The optimizer's learning rate"
    case _ where figure.hasPrefix("top_"): return "\(share) \(figure.dropFirst(4)) best of all"
    case _ where figure.hasPrefix("batch_top_"):
      return "\(share) \(figure.dropFirst(10)) best of its batch"
    default: return ""
    }
  }

  /// Training is worth more than its picture.
  private mutating func attempt(_ body: (inout Self) throws -> Void) {
    guard train != nil else { return }
    do {
      try body(&self)
    } catch {
      (train, validation) = (nil, nil)
      report("TensorBoard gets no more of this training: \(error)")
    }
  }
}
