public import ShortlistModels
import ShortlistTensors

/// Changes parameters along gradients, with Keras's arithmetic.
///
/// ```swift
/// var optimizer = Optimizer.adagrad(learningRate: 0.1)
/// let step = try model.valueAndGradients(on: batch)
/// optimizer.update(&model.parameters, along: step.gradients)
/// ```
///
/// Rows of an embedding table that a batch does not touch are left alone by Adagrad and plain SGD, whose
/// update of them is zero. Adam, AdamW and momentum move them too, as Keras does, which costs the whole
/// table; `lazily: true` leaves them alone.
public struct Optimizer: Sendable {
  public let algorithm: Algorithm
  /// May be changed between steps.
  public var learningRate: Float
  /// The number of updates so far.
  public internal(set) var step = 0
  /// What the algorithm remembers of each parameter.
  var slots: [String: [Matrix]] = [:]

  public init(_ algorithm: Algorithm, learningRate: Float) {
    self.algorithm = algorithm
    self.learningRate = learningRate
  }

  /// w -= rate g, or with momentum: v = momentum v - rate g; w += v.
  public static func sgd(
    learningRate: Float, momentum: Float = 0, nesterov: Bool = false, lazily: Bool = false
  ) -> Optimizer {
    Optimizer(
      .sgd(.init(momentum: momentum, nesterov: nesterov, lazily: lazily)),
      learningRate: learningRate)
  }

  /// accumulator += g²; w -= rate g / √(accumulator + epsilon) (Duchi et al., 2011).
  public static func adagrad(
    learningRate: Float, initialAccumulator: Float = 0.1, epsilon: Float = 1e-7
  ) -> Optimizer {
    Optimizer(
      .adagrad(.init(initialAccumulator: initialAccumulator, epsilon: epsilon)),
      learningRate: learningRate)
  }

  /// Moments of first and second order (Kingma and Ba, 2015).
  public static func adam(
    learningRate: Float = 0.001, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7,
    lazily: Bool = false
  ) -> Optimizer {
    Optimizer(
      .adam(.init(beta1: beta1, beta2: beta2, epsilon: epsilon, lazily: lazily)),
      learningRate: learningRate)
  }

  /// Adam with w -= rate * weightDecay * w before each update (Loshchilov and Hutter, 2019).
  public static func adamW(
    learningRate: Float = 0.001, weightDecay: Float = 0.004, beta1: Float = 0.9,
    beta2: Float = 0.999, epsilon: Float = 1e-7, lazily: Bool = false
  ) -> Optimizer {
    Optimizer(
      .adam(
        .init(
          beta1: beta1, beta2: beta2, epsilon: epsilon, lazily: lazily, weightDecay: weightDecay)),
      learningRate: learningRate)
  }

  /// Makes one step.
  ///
  /// - Precondition: every gradient has the shape of the parameter it names.
  public mutating func update(_ parameters: inout Parameters, along gradients: Gradients) {
    step += 1
    for name in gradients.names {
      guard let gradient = gradients[name] else { continue }
      parameters.update(name) { update(&$0, named: name, along: gradient) }
    }
  }

  private mutating func update(_ matrix: inout Matrix, named name: String, along gradient: Gradient)
  {
    var state = slots.removeValue(forKey: name) ?? algorithm.slots(for: matrix)
    let (values, rows) = gradient.pieces(of: matrix, dense: algorithm.movesEveryRow)
    switch algorithm {
    case .sgd(let options):
      if options.momentum == 0 {
        matrix.updatePlain(along: values, rows: rows, rate: learningRate)
      } else {
        matrix.updateMomentum(
          along: values, rows: rows, velocity: &state[0], rate: learningRate,
          momentum: options.momentum, nesterov: options.nesterov)
      }
    case .adagrad(let options):
      matrix.updateAdagrad(
        along: values, rows: rows, accumulator: &state[0], rate: learningRate,
        epsilon: options.epsilon)
    case .adam(let options):
      if options.weightDecay != 0 {
        matrix.decay(rows: rows, by: 1 - options.weightDecay * learningRate)
      }
      var first = state[0]
      var second = state[1]
      state = []
      matrix.updateAdam(
        along: values, rows: rows, first: &first, second: &second,
        alpha: options.alpha(learningRate: learningRate, step: step), beta1: options.beta1,
        beta2: options.beta2, epsilon: options.epsilon)
      state = [first, second]
    }
    if !state.isEmpty { slots[name] = state }
  }
}

extension Gradient {
  /// The values to apply and the rows they belong to; nil for every row.
  fileprivate func pieces(of matrix: Matrix, dense: Bool) -> (Matrix, [Int32]?) {
    switch self {
    case .dense(let values): (values, nil)
    case .rows(let sparse):
      dense ? (sparse.dense(rows: matrix.rows), nil) : (sparse.values, sparse.rows)
    }
  }
}

extension Matrix {
  fileprivate mutating func decay(rows: [Int32]?, by factor: Float) {
    guard let rows else { return scale(by: factor) }
    for row in rows {
      var target = self[mutableRow: Int(row)]
      target.scale(by: factor)
    }
  }
}
