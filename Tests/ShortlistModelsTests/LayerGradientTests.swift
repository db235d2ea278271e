import ShortlistModels
import ShortlistTensors
import ShortlistTesting
import Testing

private let tolerance = 2e-3

@Suite("Gradients of layers agree with finite differences")
struct LayerGradientTests {
  @Test("Dense", arguments: Activation.allCases, [true, false])
  func dense(activation: Activation, usesBias: Bool) {
    let report = GradientCheck().check(
      Dense(4, activation: activation, usesBias: usesBias), inputColumns: 3)
    #expect(report.worstError < tolerance, "\(report)")
    let expected = ["input"] + (usesBias ? ["layer/bias"] : []) + ["layer/kernel"]
    #expect(report.parameters == expected)
    #expect(report.comparisons >= 20)
  }

  @Test("Dropout with a fixed seed", arguments: [Float(0), 0.3, 0.9])
  func dropout(rate: Float) {
    let report = GradientCheck(elements: 40).check(Dropout(rate), inputColumns: 8, passSeed: 5)
    #expect(report.worstError < tolerance, "\(report)")
  }

  @Test("LayerNorm", arguments: [Float(1e-3), 1])
  func layerNorm(epsilon: Float) {
    let report = GradientCheck(elements: 30).check(LayerNorm(epsilon: epsilon))
    #expect(report.worstError < tolerance, "\(report)")
    #expect(report.parameters.count == 3)
  }

  @Test("L2Normalize, also of rows that are zero or shorter than epsilon")
  func l2Normalize() {
    let plain = GradientCheck(elements: 30).check(L2Normalize())
    #expect(plain.worstError < tolerance, "\(plain)")
    var input = normalMatrix(4, 5, seed: 3)
    for c in 0..<5 { (input[1, c], input[2, c]) = (0, input[2, c] * 0.1) }
    let clamped = GradientCheck(elements: 40).check(L2Normalize(epsilon: 0.5), input: input)
    #expect(clamped.worstError < tolerance, "\(clamped)")
  }

  @Test("Adding, scaling, concatenation, and a variable used twice")
  func arithmetic() {
    let parameters = Parameters([
      "a": normalMatrix(3, 2, seed: 1), "b": normalMatrix(3, 4, seed: 2),
      "c": normalMatrix(3, 2, seed: 3),
    ])
    let report = GradientCheck().check(parameters) { pass in
      let a = pass.parameter("a")
      let sum = pass.add(pass.scale(a, by: 3), pass.parameter("c"))
      return pass.concatenate([sum, pass.parameter("b"), a, pass.add(sum, sum)])
    }
    #expect(report.worstError < tolerance, "\(report)")
    #expect(report.parameters == ["a", "b", "c"])
  }

  @Test("Embeddings of rows, with duplicates and rows that are not touched")
  func gather() {
    let parameters = Parameters(["table": normalMatrix(6, 3, seed: 1)])
    let report = GradientCheck(elements: 18).check(parameters) { pass in
      pass.gather("table", rows: [4, 0, 4, 4, 2])
    }
    #expect(report.worstError < tolerance, "\(report)")
  }

  @Test("Pooled embeddings, with an empty list and duplicates", arguments: Pooling.allCases)
  func gatherPooled(pooling: Pooling) {
    let parameters = Parameters(["table": normalMatrix(6, 3, seed: 1)])
    let report = GradientCheck(elements: 18).check(parameters) { pass in
      pass.gatherPooled(
        "table", rows: [1, 1, 5, 0, 2, 2, 2], offsets: [0, 3, 3, 4, 7], pooling: pooling)
    }
    #expect(report.worstError < tolerance, "\(report)")
  }

  @Test("A table that is gathered from twice, and decayed where it is touched")
  func tableUsedTwice() {
    let parameters = Parameters(["table": normalMatrix(6, 3, seed: 1)])
    let report = GradientCheck(elements: 18).check(parameters) { pass in
      let both = pass.concatenate([
        pass.gather("table", rows: [5, 1, 1]), pass.gather("table", rows: [1, 0, 5]),
      ])
      let decay = pass.sumOfSquares(ofRows: [5, 1, 1, 0], in: "table", times: 0.3)
      return pass.add(pass.sumOfSquares(both, times: 0.5), decay)
    }
    #expect(report.worstError < tolerance, "\(report)")
  }

  @Test("Weight decay of a matrix counts a row once however often it is named")
  func decay() {
    let table = Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 5, 6])
    let pass = Pass(over: Parameters(["table": table]), training: true)
    let rows = pass.sumOfSquares(ofRows: [2, 0, 2], in: "table", times: 0.5)
    #expect(rows.value[0, 0] == 0.5 * (1 + 4 + 25 + 36))
    let all = pass.sumOfSquares(pass.parameter("table"), times: 0.5)
    #expect(all.value[0, 0] == 0.5 * 91)
    let report = GradientCheck().check(
      Regularized(layer: Dense(3, activation: .tanh, weightDecay: 0.7)), inputColumns: 4)
    #expect(report.worstError < tolerance, "\(report)")
  }

  @Test("The check finds a wrong gradient, and names the parameter")
  func findsMistakes() {
    let parameters = Parameters([
      "right": normalMatrix(3, 2, seed: 1), "wrong": normalMatrix(3, 2, seed: 2),
    ])
    for mistake: Float in [-1, 0, 0.99, 1.01, 2] {
      let report = GradientCheck().check(parameters) { pass in
        let x = pass.parameter("wrong")
        let y = pass.record(x.value, from: [x]) { upstream in
          var gradient = upstream
          gradient.scale(by: mistake)
          return [gradient]
        }
        return pass.add(y, pass.parameter("right"))
      }
      #expect(report.worstError > 0.005, "factor \(mistake): \(report)")
      #expect(report.worst.hasPrefix("wrong"))
    }
    // One element of many.
    let report = GradientCheck().check(parameters) { pass in
      let x = pass.parameter("wrong")
      return pass.record(x.value, from: [x]) { upstream in
        var gradient = upstream
        gradient[2, 1] += 0.05
        return [gradient]
      }
    }
    #expect(report.worstError > 0.01, "\(report)")
    #expect(report.worst.hasPrefix("wrong"))
  }
}

/// A layer that gives what another one adds to the loss.
private struct Regularized: Layer {
  static let typeName = "regularized"
  var layer: Dense
  func parameters(for input: Int) -> [ParameterSpecification] { layer.parameters(for: input) }
  func outputDimensions(for input: Int) -> Int { 1 }
  func forward(_ input: Variable, in pass: Pass) -> Variable {
    let output = pass.sumOfSquares(layer.forward(input, in: pass), times: 1)
    return layer.regularization(in: pass).map { pass.add(output, $0) } ?? output
  }
}
