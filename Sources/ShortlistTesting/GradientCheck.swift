public import ShortlistModels
public import ShortlistTensors

/// Checks gradients against finite differences.
///
/// ```swift
/// let report = GradientCheck().check(Dense(4, activation: .tanh), inputColumns: 3)
/// #expect(report.worstError < 1e-3, "\(report)")
/// ```
///
/// What is computed in single precision cannot be differenced with one step size: small steps drown in
/// rounding, large ones in curvature. So each derivative is extrapolated from central differences of
/// shrinking steps, and the estimate that agrees best with its neighbours is taken (Ridders, 1982:
/// "Accurate computation of F'(x) and F'(x) F''(x)"). A value of several elements is projected on a fixed
/// random matrix in double precision.
///
/// Every parameter is checked along its own gradient, along a random direction, and in single elements.
/// A difference counts relative to the larger of the two derivatives and of what an element (or a
/// direction) of the parameter's gradient is on average.
public struct GradientCheck: Sendable {
  /// The largest disagreement that was found.
  public struct Report: Sendable, CustomStringConvertible {
    /// |analytic - numeric| over the scale, beyond what rounding explains.
    public fileprivate(set) var worstError = 0.0
    /// Where: `kernel[2, 1]`, `kernel along its gradient`.
    public fileprivate(set) var worst = "nothing"
    public fileprivate(set) var analytic = 0.0
    public fileprivate(set) var numeric = 0.0
    /// How many derivatives were compared.
    public fileprivate(set) var comparisons = 0
    /// The parameters that have a gradient.
    public fileprivate(set) var parameters: [String] = []

    public var description: String {
      "\(worst): the gradient is \(analytic), differences give \(numeric) "
        + "(error \(worstError), worst of \(comparisons))"
    }
  }

  private let elements: Int
  private let seed: UInt64

  /// - Parameters:
  ///   - elements: how many single elements of each parameter to check; all of them where there are no
  ///     more.
  ///   - seed: of the choice of elements and directions.
  public init(elements: Int = 12, seed: UInt64 = 1) {
    self.elements = elements
    self.seed = seed
  }

  /// Checks a function of parameters.
  ///
  /// - Parameters:
  ///   - parameters: where the gradient is taken. Those that the function does not use must have no
  ///     effect.
  ///   - passSeed: of the random numbers of every pass: dropout draws the same mask each time.
  ///   - function: builds a value over a training pass.
  public func check<Failure: Error>(
    _ parameters: Parameters, passSeed: UInt64 = 1,
    of function: (Pass) throws(Failure) -> Variable
  ) throws(Failure) -> Report {
    let pass = Pass(over: parameters, training: true, seed: passSeed)
    let output = try function(pass)
    let weights =
      output.value.count == 1
      ? nil : Matrix.random(rows: output.rows, columns: output.columns, seed: seed)
    let gradients = pass.gradients(of: weights.map { pass.project(output, on: $0) } ?? output)

    var report = Report()
    report.parameters = gradients.names
    for name in parameters.names {
      guard let matrix = parameters[name], matrix.count > 0 else { continue }
      let gradient = gradients[name].dense(rows: matrix.rows, columns: matrix.columns)
      for probe in probes(of: gradient, named: name) {
        let numeric = try Self.derivative(scale: matrix.rootMeanSquare) {
          (step: Float) throws(Failure) in
          var moved = parameters
          moved.update(name) { $0.add(step, times: probe.direction) }
          let pass = Pass(over: moved, training: true, seed: passSeed)
          return try function(pass).value.projected(on: weights)
        }
        report.add(probe, numeric: numeric)
      }
    }
    return report
  }

  /// Checks a layer: the gradients of its output with respect to its parameters, which are random here,
  /// and to its input, which the report calls `input`.
  ///
  /// - Parameter input: what goes in; 5 random rows of `inputColumns` if nil.
  public func check(
    _ layer: some Layer, inputColumns: Int = 6, input: Matrix? = nil, passSeed: UInt64 = 1
  ) -> Report {
    let input = input ?? .random(rows: 5, columns: inputColumns, seed: seed &+ 1)
    var parameters = Parameters(["input": input])
    for (index, wanted) in layer.parameters(for: input.columns).enumerated() {
      parameters["layer/\(wanted.name)"] = .random(
        rows: wanted.rows, columns: wanted.columns, seed: seed &+ 2 &+ UInt64(index))
    }
    return check(parameters, passSeed: passSeed) { pass in
      let input = pass.parameter("input")
      return pass.within("layer") { layer.forward(input, in: pass) }
    }
  }

  /// Checks the total loss of a model on a batch.
  public func check<M: Model>(
    _ model: M, on batch: Batch<M.Examples>, passSeed: UInt64 = 1
  ) throws -> Report {
    try check(model.parameters, passSeed: passSeed) { pass in
      try model.loss(on: batch, in: pass).total(in: pass)
    }
  }
}

/// One derivative to compare: along a direction.
private struct Probe {
  let name: String
  let direction: Matrix
  let analytic: Double
  /// What derivatives of this kind are on average.
  let scale: Double
}

extension GradientCheck.Report {
  fileprivate mutating func add(_ probe: Probe, numeric: (value: Double, noise: Double)) {
    comparisons += 1
    let scale = max(abs(probe.analytic), abs(numeric.value), probe.scale, 1e-12)
    let beyondRounding = abs(probe.analytic - numeric.value) - numeric.noise
    let error = beyondRounding.isNaN ? Double.infinity : max(0, beyondRounding) / scale
    guard error >= worstError else { return }
    (worstError, worst) = (error, probe.name)
    (analytic, self.numeric) = (probe.analytic, numeric.value)
  }
}

extension GradientCheck {
  private func probes(of gradient: Matrix, named name: String) -> [Probe] {
    let length = gradient.length
    let average = length / Double(gradient.count).squareRoot()
    var probes: [Probe] = []
    func add(_ place: String, _ direction: Matrix) {
      probes.append(
        Probe(
          name: name + place, direction: direction, analytic: gradient.inner(direction),
          scale: average))
    }
    var random = Matrix.random(rows: gradient.rows, columns: gradient.columns, seed: seed &+ 77)
    random.scale(by: Float(1 / max(random.length, 1e-30)))
    add(" along a random direction", random)
    if length > 0, length.isFinite {
      var along = gradient
      along.scale(by: Float(1 / length))
      add(" along its gradient", along)
    }
    var stream = RandomStream(seed: seed, stream: 3)
    for place in stream.permutation(of: gradient.count).prefix(elements) {
      var unit = Matrix(rows: gradient.rows, columns: gradient.columns)
      let (row, column) = place.quotientAndRemainder(dividingBy: gradient.columns)
      unit[row, column] = 1
      add("[\(row), \(column)]", unit)
    }
    return probes
  }

  /// The derivative of a function at 0 by Ridders' extrapolation, and how much of it may be rounding.
  private static func derivative<Failure: Error>(
    scale: Double, _ function: (Float) throws(Failure) -> (sum: Double, size: Double)
  ) throws(Failure) -> (value: Double, noise: Double) {
    var step = Float(0.1 * max(scale, 0.1))
    var best = (value: 0.0, noise: 0.0, disagreement: Double.infinity)
    var previous: [Double] = []
    for _ in 0..<6 {
      let (up, down) = (try function(step), try function(-step))
      var row = [(up.sum - down.sum) / (2 * Double(step))]
      // Float has 24 bits; a value is the end of a chain of roundings.
      let noise = 0x1p-22 * max(up.size, down.size) / Double(step)
      var factor = 4.0
      for (column, coarser) in previous.enumerated() {
        let finer = row[column]
        let extrapolated = (factor * finer - coarser) / (factor - 1)
        let disagreement = max(abs(extrapolated - finer), abs(extrapolated - coarser))
        if disagreement <= best.disagreement { best = (extrapolated, noise, disagreement) }
        row.append(extrapolated)
        factor *= 4
      }
      if best.disagreement == .infinity { best.value = row[0] }
      previous = row
      step /= 2
    }
    return (best.value, best.noise)
  }
}

extension Gradient? {
  fileprivate func dense(rows: Int, columns: Int) -> Matrix {
    switch self {
    case .none: Matrix(rows: rows, columns: columns)
    case .dense(let matrix): matrix
    case .rows(let sparse): sparse.dense(rows: rows)
    }
  }
}

extension Pass {
  /// Σ value * weights, as one number.
  fileprivate func project(_ variable: Variable, on weights: Matrix) -> Variable {
    let sum = Float(variable.value.projected(on: weights).sum)
    return record(Matrix(rows: 1, columns: 1, values: [sum]), from: [variable]) { upstream in
      var gradient = weights
      gradient.scale(by: upstream[0, 0])
      return [gradient]
    }
  }
}

extension Matrix {
  /// Normal numbers of deviation 1, the same for the same seed.
  static func random(rows: Int, columns: Int, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed)
    return Matrix(
      rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.normal() })
  }

  /// Σ element * weight, and the length of the terms: what rounding is proportional to.
  fileprivate func projected(on weights: Matrix?) -> (sum: Double, size: Double) {
    var sum = 0.0
    var squares = 0.0
    for i in 0..<count {
      let term = Double(values[i]) * (weights.map { Double($0.values[i]) } ?? 1)
      sum += term
      squares += term * term
    }
    return (sum, squares.squareRoot())
  }

  fileprivate func inner(_ other: Matrix) -> Double {
    (0..<count).reduce(0) { $0 + Double(values[$1]) * Double(other.values[$1]) }
  }

  fileprivate var length: Double { inner(self).squareRoot() }

  fileprivate var rootMeanSquare: Double { length / Double(max(1, count)).squareRoot() }
}
