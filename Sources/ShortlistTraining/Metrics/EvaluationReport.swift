/// How good a model's recommendations are, beside those that show everybody the most popular items.
public struct EvaluationReport: Sendable, Hashable {
  /// Among all items of the catalogue.
  public var raw: TopKAccuracy
  /// Among the items that the user has not seen in training; nil without a history.
  public var masked: TopKAccuracy?
  /// The popularity baseline on the same rows; nil without a history.
  public var popularity: Baseline?
  /// The number of examples.
  public var examples: Int
  /// Examples whose item is not in the catalogue: always misses.
  public var unknownItems: Int
  /// Examples whose user has no history; nil without a history.
  public var unknownUsers: Int?

  public struct Baseline: Sendable, Hashable {
    public var raw: TopKAccuracy
    public var masked: TopKAccuracy
  }

  /// The accuracy at k among all items.
  public subscript(topK k: Int) -> Double { raw[k: k] }

  /// What a reader of the report should know before believing it.
  public var warnings: [String] {
    var found: [String] = []
    if examples == 0 { found.append("there are no test examples") }
    if unknownItems > 0 {
      found.append("\(unknownItems) of \(examples) test rows name items outside the catalogue")
    }
    if let unknownUsers, unknownUsers > 0 {
      found.append("\(unknownUsers) of \(examples) test rows are of users without training rows")
    }
    if let masked, let popularity, let k = masked.ks.last,
      masked[k: k] < popularity.masked[k: k]
    {
      found.append("the model is worse than recommending the most popular items (top-\(k), masked)")
    }
    return found
  }
}

extension EvaluationReport: Encodable {
  private enum CodingKeys: String, CodingKey {
    case raw, masked, popularity, examples, warnings
    case unknownItems = "unknown_items"
    case unknownUsers = "unknown_users"
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(raw.byName, forKey: .raw)
    try container.encodeIfPresent(masked?.byName, forKey: .masked)
    if let popularity {
      try container.encode(
        ["raw": popularity.raw.byName, "masked": popularity.masked.byName], forKey: .popularity)
    }
    try container.encode(examples, forKey: .examples)
    try container.encode(unknownItems, forKey: .unknownItems)
    try container.encodeIfPresent(unknownUsers, forKey: .unknownUsers)
    try container.encode(warnings, forKey: .warnings)
  }
}

extension EvaluationReport: CustomStringConvertible {
  /// A table: one line for each model and candidate set, one column for each k.
  public var description: String {
    var rows: [(String, TopKAccuracy)] = [("model, all items", raw)]
    if let masked { rows.append(("model, unseen items", masked)) }
    if let popularity {
      rows.append(("popularity, all items", popularity.raw))
      rows.append(("popularity, unseen items", popularity.masked))
    }
    let width = (rows.map(\.0.count).max() ?? 0) + 2
    var lines = [
      pad("", width) + raw.ks.map { padLeft("top-\($0)", 9) }.joined()
    ]
    for (name, accuracy) in rows {
      lines.append(
        pad(name, width) + accuracy.ks.map { padLeft(fixed(accuracy[k: $0]), 9) }.joined())
    }
    for warning in warnings { lines.append("note: " + warning) }
    return lines.joined(separator: "\n")
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// Four decimals.
  private func fixed(_ value: Double) -> String {
    // Weights come from data: their sum may be anything.
    guard abs(value) < 1e9 else { return "\(value)" }
    let scaled = Int((abs(value) * 10_000).rounded())
    let digits = String(scaled % 10_000)
    return (value < 0 ? "-" : "") + "\(scaled / 10_000)."
      + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
