public import Foundation
import ShortlistTensors

/// What training reported: one record for each epoch.
public struct History: Sendable, Codable, Equatable {
  public struct Epoch: Sendable, Codable, Equatable {
    /// Counted from one.
    public var epoch: Int
    /// The task's loss: the mean over the examples.
    public var loss: Double
    /// Weight decay and the like, on the same scale: its sum over the steps divided by the examples.
    public var regularizationLoss: Double
    /// loss + regularizationLoss
    public var totalLoss: Double
    /// Metrics by name: `top_10`, `batch_top_1`; those of the validation data begin with `validation_`.
    public var metrics: [String: Double]
    public var examples: Int
    public var seconds: Double

    static let fixed = [
      "epoch", "loss", "regularization_loss", "total_loss", "examples", "seconds",
    ]

    init(
      epoch: Int, loss: Double, regularizationLoss: Double, metrics: [String: Double],
      examples: Int, seconds: Double
    ) {
      self.epoch = epoch
      self.loss = loss
      self.regularizationLoss = regularizationLoss
      totalLoss = loss + regularizationLoss
      self.metrics = metrics
      self.examples = examples
      self.seconds = seconds
    }

    public init(from decoder: any Decoder) throws {
      let c = try decoder.container(keyedBy: AnyKey.self)
      epoch = try c.decode(Int.self, forKey: AnyKey("epoch"))
      loss = try c.decode(Double.self, forKey: AnyKey("loss"))
      regularizationLoss = try c.decode(Double.self, forKey: AnyKey("regularization_loss"))
      totalLoss = try c.decode(Double.self, forKey: AnyKey("total_loss"))
      examples = try c.decode(Int.self, forKey: AnyKey("examples"))
      seconds = try c.decode(Double.self, forKey: AnyKey("seconds"))
      metrics = [:]
      for key in c.allKeys where !Self.fixed.contains(key.stringValue) {
        metrics[key.stringValue] = try c.decode(Double.self, forKey: key)
      }
    }

    public func encode(to encoder: any Encoder) throws {
      var c = encoder.container(keyedBy: AnyKey.self)
      try c.encode(epoch, forKey: AnyKey("epoch"))
      try c.encode(loss, forKey: AnyKey("loss"))
      try c.encode(regularizationLoss, forKey: AnyKey("regularization_loss"))
      try c.encode(totalLoss, forKey: AnyKey("total_loss"))
      try c.encode(examples, forKey: AnyKey("examples"))
      try c.encode(seconds, forKey: AnyKey("seconds"))
      for (name, value) in metrics { try c.encode(value, forKey: AnyKey(name)) }
    }
  }

  public var epochs: [Epoch] = []

  public init() {}

  /// The records as a JSON document.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return try encoder.encode(self)
  }

  /// The records as CSV with a header; a metric that an epoch lacks is an empty field.
  public func csv() -> String {
    let names = Set(epochs.flatMap(\.metrics.keys)).inNumericOrder
    var lines = [(Epoch.fixed + names).joined(separator: ",")]
    for e in epochs {
      let fixed = [
        "\(e.epoch)", "\(e.loss)", "\(e.regularizationLoss)", "\(e.totalLoss)", "\(e.examples)",
        "\(e.seconds)",
      ]
      lines.append(
        (fixed + names.map { e.metrics[$0].map { "\($0)" } ?? "" }).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Collection<String> {
  /// Sorted so that `top_5` comes before `top_10`.
  var inNumericOrder: [String] { sorted { $0.compare($1, options: .numeric) == .orderedAscending } }
}
