public import ShortlistTensors

/// The gradient of one parameter.
public enum Gradient: Sendable {
  /// Every element.
  case dense(Matrix)
  /// Only the rows that the batch touched; all others are zero.
  case rows(SparseRows)
}

/// The gradients of a loss with respect to the parameters it used, by name.
public struct Gradients: Sendable {
  private var parts: [String: [Gradient]] = [:]

  public init() {}

  public var names: [String] { parts.keys.sorted() }

  /// The gradient of a parameter, or nil where the loss does not depend on it.
  public subscript(name: String) -> Gradient? {
    guard let parts = parts[name], var sum = parts.first else { return nil }
    for part in parts.dropFirst() { sum = sum.adding(part) }
    return sum
  }

  /// Adds to the gradient of a parameter.
  public mutating func add(_ gradient: Gradient, to name: String) {
    parts[name, default: []].append(gradient)
  }
}

extension Gradient {
  fileprivate func adding(_ other: Gradient) -> Gradient {
    switch (self, other) {
    case (.dense(var a), .dense(let b)):
      a.add(1, times: b)
      return .dense(a)
    case (.rows(let a), .rows(let b)):
      let values = Matrix(stacking: [a.values, b.values], columns: a.values.columns)
      return .rows(SparseRows(rows: a.rows + b.rows, values: values))
    case (.dense(var a), .rows(let b)):
      for (index, row) in b.rows.enumerated() {
        var target = a[mutableRow: Int(row)]
        target.add(1, times: b.values[row: index])
      }
      return .dense(a)
    case (.rows, .dense): return other.adding(self)
    }
  }
}
