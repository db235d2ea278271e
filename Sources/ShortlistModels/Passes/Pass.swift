public import ShortlistTensors

/// A value computed in a pass: a matrix, and the place on the tape where its gradient gathers.
public struct Variable {
  public let value: Matrix
  /// nil for a constant, which has no gradient.
  let place: Int?

  /// A constant: data that is not learned.
  public init(constant value: Matrix) {
    self.value = value
    place = nil
  }

  init(_ value: Matrix, place: Int?) {
    self.value = value
    self.place = place
  }

  public var rows: Int { value.rows }
  public var columns: Int { value.columns }
}

/// One walk through a model: operations compute their outputs and note how gradients flow back.
///
/// A pass lives for one step and stays on one thread. Operations are coarse (a dense layer, a
/// softmax), so the tape costs nothing beside them.
///
/// ```swift
/// let pass = Pass(over: model.parameters, training: true)
/// let hidden = pass.dense(input, kernel: "kernel", bias: "bias", activation: .relu)
/// ```
public final class Pass {
  public let parameters: Parameters
  /// Whether layers that behave differently in training (dropout) should do so.
  public let isTraining: Bool
  /// The random numbers of this step.
  public var random: RandomStream

  private let records: Bool
  private var scope: [String] = []
  private var placeCount = 0
  private var tape: [Entry] = []

  private struct Entry {
    let output: Int
    let pullback: (Matrix, inout Backward) -> Void
  }

  /// - Parameters:
  ///   - parameters: what is learned.
  ///   - training: training behaviour, and a tape for gradients.
  ///   - seed: of the random numbers of this step.
  public init(over parameters: Parameters, training: Bool = false, seed: UInt64 = 0) {
    self.parameters = parameters
    isTraining = training
    records = training
    random = RandomStream(seed: seed, stream: "pass".stableHash)
  }

  // MARK: Names

  /// Runs `body` with `name` in front of the parameter names that it uses.
  public func within<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
    scope.append(name)
    defer { scope.removeLast() }
    return try body()
  }

  /// The full name of a parameter of the current scope.
  public func path(_ name: String) -> String { (scope + [name]).joined(separator: "/") }

  func matrix(_ path: String) -> Matrix {
    guard let matrix = parameters[path] else {
      preconditionFailure("no parameter \(path); there are \(parameters.names)")
    }
    return matrix
  }

  /// A parameter of the current scope as a variable with a dense gradient.
  public func parameter(_ name: String) -> Variable {
    let path = path(name)
    let value = matrix(path)
    return record(value) { upstream, backward in
      backward.gradients.add(.dense(upstream), to: path)
    }
  }

  // MARK: Recording

  /// Records an operation with its inputs and the way back.
  ///
  /// - Parameters:
  ///   - value: what the operation computed.
  ///   - inputs: what it computed it from.
  ///   - pullback: takes the gradient of the loss with respect to `value`, gives those with respect to
  ///     the inputs, in order; nil for none.
  public func record(
    _ value: Matrix, from inputs: [Variable], pullback: @escaping (Matrix) -> [Matrix?]
  ) -> Variable {
    guard inputs.contains(where: { $0.place != nil }) else { return Variable(constant: value) }
    let places = inputs.map(\.place)
    return record(value) { upstream, backward in
      for (place, gradient) in zip(places, pullback(upstream)) {
        if let place, let gradient { backward.add(gradient, at: place) }
      }
    }
  }

  func record(_ value: Matrix, pullback: @escaping (Matrix, inout Backward) -> Void) -> Variable {
    guard records else { return Variable(constant: value) }
    let place = placeCount
    placeCount += 1
    tape.append(Entry(output: place, pullback: pullback))
    return Variable(value, place: place)
  }

  // MARK: Backward

  /// The gradients of a loss with respect to all parameters it used. Empties the tape.
  ///
  /// - Precondition: `loss` is one number.
  public func gradients(of loss: Variable) -> Gradients {
    precondition(loss.value.count == 1, "gradients of a \(loss.rows) x \(loss.columns) value")
    var backward = Backward(places: placeCount)
    if let place = loss.place {
      backward.add(Matrix(rows: 1, columns: 1, values: [1]), at: place)
    }
    while let entry = tape.popLast() {
      if let upstream = backward.take(at: entry.output) { entry.pullback(upstream, &backward) }
    }
    return backward.gradients
  }
}

/// The gradients on their way back.
struct Backward {
  var gradients = Gradients()
  private var places: [Matrix?]

  init(places count: Int) { places = Array(repeating: nil, count: count) }

  mutating func add(_ gradient: Matrix, at place: Int) {
    if places[place] == nil {
      places[place] = gradient
    } else {
      places[place]?.add(1, times: gradient)
    }
  }

  mutating func take(at place: Int) -> Matrix? {
    defer { places[place] = nil }
    return places[place]
  }
}
