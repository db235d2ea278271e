private import Foundation
public import ShortlistModels

/// Shows how training goes: a bar that redraws itself on a terminal, one plain line an epoch elsewhere.
public struct ProgressBar: Callback {
  private let isTerminal: Bool
  private let write: @Sendable (String) -> Void
  private var lastDrawn: Date?

  /// A bar on standard error.
  public init() {
    self.init(isTerminal: isatty(STDERR_FILENO) == 1) { text in
      FileHandle.standardError.write(Data(text.utf8))
    }
  }

  /// - Parameters:
  ///   - isTerminal: whether the line may be redrawn.
  ///   - write: takes the text as it comes.
  public init(isTerminal: Bool, write: @escaping @Sendable (String) -> Void) {
    self.isTerminal = isTerminal
    self.write = write
  }

  public mutating func stepDidEnd(_ state: TrainingState) {
    guard isTerminal else { return }
    let now = Date()
    if let lastDrawn, now.timeIntervalSince(lastDrawn) < 0.05 { return }
    lastDrawn = now
    write("\r" + line(state) + "\u{1B}[K")
  }

  public mutating func epochDidEnd(
    _ state: inout TrainingState, parameters: Parameters
  ) throws {
    lastDrawn = nil
    let record = state.history.epochs.last
    var text = head(state) + "  loss \(number(record?.totalLoss ?? state.loss, 4))"
    if let record, record.regularizationLoss != 0 {
      text += " (weight decay \(number(record.regularizationLoss, 4)))"
    }
    for name in (record?.metrics.keys.inNumericOrder ?? []) where Self.isShown(name) {
      text += "  \(name) \(number(record?.metrics[name] ?? 0, 4))"
    }
    text += "  \(rate(state))/s  \(number(state.seconds, 2)) s"
    write(isTerminal ? "\r\(text)\u{1B}[K\n" : text + "\n")
  }

  /// Of the accuracies only the widest, so that a line stays a line.
  private static func isShown(_ name: String) -> Bool {
    name.hasSuffix("top_100") || name.hasSuffix("loss") || name.hasPrefix("batch")
  }

  private func head(_ state: TrainingState) -> String { "epoch \(state.epoch)/\(state.epochs)" }

  private func line(_ state: TrainingState) -> String {
    let share = Double(state.step) / Double(max(1, state.stepsInEpoch))
    let filled = Int(share * 24)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
    let left = share > 0 ? state.seconds / share * (1 - share) : 0
    return "\(head(state)) \(bar) \(Int(share * 100))%  \(rate(state))/s  "
      + "loss \(number(state.loss, 4))  \(number(left, 1)) s left"
  }

  /// Examples a second.
  private func rate(_ state: TrainingState) -> String {
    let rate = Double(state.examples) / max(state.seconds, 1e-9)
    if rate >= 1e6 { return number(rate / 1e6, 1) + "M" }
    if rate >= 1e3 { return number(rate / 1e3, 0) + "k" }
    return number(rate, 0)
  }

  private func number(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}
