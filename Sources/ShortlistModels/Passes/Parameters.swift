public import ShortlistTensors

/// The learned matrices of a model, by name.
///
/// Names are paths: `query/user_id/embedding`, `candidate/layers/0/kernel`. A vector is a matrix of one
/// row.
public struct Parameters: Sendable, Equatable {
  private var matrices: [String: Matrix]

  public init(_ matrices: [String: Matrix] = [:]) { self.matrices = matrices }

  /// All names, in order.
  public var names: [String] { matrices.keys.sorted() }

  /// The number of learned values.
  public var count: Int { matrices.values.reduce(0) { $0 + $1.count } }

  public subscript(name: String) -> Matrix? {
    get { matrices[name] }
    set { matrices[name] = newValue }
  }

  /// Changes one matrix in place, without a copy.
  ///
  /// - Precondition: the name is known.
  public mutating func update(_ name: String, _ body: (inout Matrix) -> Void) {
    guard let index = matrices.index(forKey: name) else {
      preconditionFailure("no parameter \(name); there are \(names)")
    }
    body(&matrices.values[index])
  }

  /// The first parameter that holds a value which is not finite.
  public var firstNotFinite: String? { names.first { matrices[$0]?.isFinite == false } }
}

/// What a layer asks for: a matrix to be learned, its shape and its first values.
public struct ParameterSpecification: Sendable {
  public let name: String
  public let rows: Int
  public let columns: Int
  public let initializer: Initializer

  public init(_ name: String, rows: Int, columns: Int, initializer: Initializer) {
    self.name = name
    self.rows = rows
    self.columns = columns
    self.initializer = initializer
  }
}

/// The first values of a parameter.
public enum Initializer: Sendable, Codable, Hashable {
  case zeros
  case ones
  /// Uniform in [-limit, limit]. Keras's `Embedding` uses a limit of 0.05.
  case uniform(limit: Float)
  /// Normal with mean 0.
  case normal(deviation: Float)
  /// Uniform with limit √(6 / (rows + columns)) (Glorot and Bengio, 2010).
  case glorotUniform

  /// A matrix of first values: the same seed and name give the same matrix whatever else the model
  /// holds.
  func matrix(rows: Int, columns: Int, named name: String, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed, stream: name.stableHash)
    var matrix = Matrix(rows: rows, columns: columns)
    var values = matrix.mutableValues
    switch self {
    case .zeros: break
    case .ones: for i in 0..<values.count { values[i] = 1 }
    case .uniform(let limit):
      for i in 0..<values.count { values[i] = (2 * random.uniform() - 1) * limit }
    case .glorotUniform:
      let limit = (6 / Float(rows + columns)).squareRoot()
      for i in 0..<values.count { values[i] = (2 * random.uniform() - 1) * limit }
    case .normal(let deviation):
      for i in 0..<values.count { values[i] = random.normal() * deviation }
    }
    return matrix
  }
}

extension String {
  /// FNV-1a over the UTF-8 bytes: the same on every machine and in every process.
  var stableHash: UInt64 {
    utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
