public import ShortlistTensors

extension Pass {
  /// activation(x W + b), with x n x i, W i x o, b 1 x o.
  public func dense(
    _ input: Variable, kernel: String, bias: String?, activation: Activation = .none
  ) -> Variable {
    let weights = parameter(kernel)
    let offset = bias.map { parameter($0) }
    var linear = input.value.times(weights.value)
    if let offset { linear.addToRows(offset.value[row: 0]) }
    let output = linear.applying(activation)
    let x = input.value
    let w = weights.value
    let before = linear
    return record(output, from: [input, weights] + (offset.map { [$0] } ?? [])) { upstream in
      var gradient = upstream
      gradient.multiplyByDerivative(of: activation, input: before, output: output)
      return [
        gradient.times(w, transposingOther: true), x.transposedTimes(gradient),
        gradient.sumOfRows(),
      ]
    }
  }
}
