public import ShortlistModels

/// Ends training when a figure has not improved for some epochs, and puts the best parameters back.
public struct EarlyStopping: Callback {
  /// Whether a smaller or a larger figure is better.
  public enum Direction: String, Sendable, Codable { case smaller, larger }

  public let figure: String
  public let direction: Direction
  public let patience: Int
  public let minimumChange: Double
  private var best: (value: Double, epoch: Int, parameters: Parameters)?

  /// - Parameters:
  ///   - figure: a name in the history: `validation_loss`, `validation_top_100`, `total_loss`.
  ///   - direction: which is better; by default smaller for losses, larger for all else.
  ///   - patience: how many epochs may pass without improvement.
  ///   - minimumChange: how much better counts as better.
  public init(
    watching figure: String = "validation_loss", direction: Direction? = nil, patience: Int,
    minimumChange: Double = 0
  ) {
    precondition(patience >= 0, "a patience of \(patience) epochs")
    self.figure = figure
    self.direction = direction ?? (figure.hasSuffix("loss") ? .smaller : .larger)
    self.patience = patience
    self.minimumChange = minimumChange
  }

  public mutating func epochDidEnd(
    _ state: inout TrainingState, parameters: Parameters
  ) throws {
    guard let record = state.history.epochs.last, let value = record.value(of: figure) else {
      let known = state.history.epochs.last?.figures ?? []
      throw TrainingError(
        .invalidRecipe,
        "early stopping watches \"\(figure)\", which the history does not have; it has "
          + known.joined(separator: ", "))
    }
    if isBetter(value) {
      best = (value, state.epoch, parameters)
    } else if let best, state.epoch - best.epoch > patience {
      state.stopReason = "\(figure) has not improved since epoch \(best.epoch)"
    }
  }

  public mutating func trainingDidEnd(
    _ state: inout TrainingState, parameters: inout Parameters
  ) throws {
    if let best { parameters = best.parameters }
    best = nil
  }

  private func isBetter(_ value: Double) -> Bool {
    guard !value.isNaN else { return false }
    guard let best else { return true }
    return direction == .smaller
      ? value < best.value - minimumChange : value > best.value + minimumChange
  }
}

extension History.Epoch {
  /// A figure by name: a loss or a metric.
  public func value(of figure: String) -> Double? {
    switch figure {
    case "loss": loss
    case "regularization_loss": regularizationLoss
    case "total_loss": totalLoss
    default: metrics[figure]
    }
  }

  /// The names that `value(of:)` knows.
  public var figures: [String] {
    ["loss", "regularization_loss", "total_loss"] + metrics.keys.inNumericOrder
  }
}
