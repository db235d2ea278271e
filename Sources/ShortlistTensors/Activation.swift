private import CShortlistKernels

/// An element-wise function applied after a dense layer.
public enum Activation: String, Sendable, Codable, CaseIterable {
  /// x
  case none
  /// max(x, 0)
  case relu
  /// x (1 + erf(x / √2)) / 2, the exact form (Hendrycks and Gimpel, 2016).
  case gelu
  /// tanh x
  case tanh
  /// 1 / (1 + exp(-x))
  case sigmoid
}

extension Matrix {
  /// The activation of each element.
  package func applying(_ activation: Activation) -> Matrix {
    guard activation != .none else { return self }
    var result = Matrix(uninitializedRows: rows, columns: columns)
    let kernels = Kernels.best
    let (x, y) = unsafe (pointer, result.mutablePointer)
    switch activation {
    case .none: break
    case .relu: unsafe kernels.relu(x, y, count)
    case .gelu: unsafe kernels.gelu(x, y, count)
    case .tanh: unsafe kernels.tanh(x, y, count)
    case .sigmoid: unsafe kernels.sigmoid(x, y, count)
    }
    return result
  }

  /// Multiplies an upstream gradient, in place, by the activation's derivative.
  ///
  /// - Parameters:
  ///   - input: what the activation was applied to.
  ///   - output: what came out.
  package mutating func multiplyByDerivative(
    of activation: Activation, input: Matrix, output: Matrix
  ) {
    precondition(count == output.count && count == input.count, "shapes of an activation differ")
    let kernels = Kernels.best
    let n = count
    let gradient = unsafe mutablePointer
    switch activation {
    case .none: break
    case .relu: unsafe kernels.relu_gradient(output.pointer, gradient, n)
    case .gelu: unsafe kernels.gelu_gradient(input.pointer, gradient, n)
    case .tanh: unsafe kernels.tanh_gradient(output.pointer, gradient, n)
    case .sigmoid: unsafe kernels.sigmoid_gradient(output.pointer, gradient, n)
    }
  }
}
