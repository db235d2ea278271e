import ShortlistTensors

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

extension Optimizer {
  /// An algorithm with its options, apart from the learning rate.
  public enum Algorithm: Sendable, Hashable, Codable {
    case sgd(SGD)
    case adagrad(Adagrad)
    /// Adam, and AdamW where its weight decay is not zero.
    case adam(Adam)

    public struct SGD: Sendable, Hashable, Codable {
      public var momentum: Float = 0
      public var nesterov = false
      public var lazily = false
    }

    public struct Adagrad: Sendable, Hashable, Codable {
      public var initialAccumulator: Float = 0.1
      public var epsilon: Float = 1e-7
    }

    public struct Adam: Sendable, Hashable, Codable {
      public var beta1: Float = 0.9
      public var beta2: Float = 0.999
      public var epsilon: Float = 1e-7
      public var lazily = false
      public var weightDecay: Float = 0

      /// rate √(1 - β2^t) / (1 - β1^t)
      func alpha(learningRate: Float, step: Int) -> Float {
        let t = Float(step)
        return learningRate * (1 - powf(beta2, t)).squareRoot() / (1 - powf(beta1, t))
      }
    }

    /// Whether an update changes rows whose gradient is zero.
    var movesEveryRow: Bool {
      switch self {
      case .sgd(let options): options.momentum != 0 && !options.lazily
      case .adagrad: false
      case .adam(let options): !options.lazily
      }
    }

    /// What the algorithm remembers at first.
    func slots(for matrix: Matrix) -> [Matrix] {
      let zeros = Matrix(rows: matrix.rows, columns: matrix.columns)
      switch self {
      case .sgd(let options): return options.momentum == 0 ? [] : [zeros]
      case .adam: return [zeros, zeros]
      case .adagrad(let options):
        var accumulator = zeros
        var values = accumulator.mutableValues
        for i in 0..<values.count { values[i] = options.initialAccumulator }
        return [accumulator]
      }
    }
  }
}
