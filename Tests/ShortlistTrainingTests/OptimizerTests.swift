import Foundation
import ShortlistModels
import ShortlistTensors
import ShortlistTesting
import ShortlistTraining
import Testing

/// An optimizer with its update of one element in Double, as Keras documents it.
struct OptimizerTrial: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var optimizer: Optimizer
  /// Whether rows without gradient move once a gradient has been there.
  var movesUntouched: Bool
  /// (weight, gradient, memory, step from 1) -> weight
  var rule: @Sendable (Double, Double, inout [Double], Int) -> Double

  private static func sgd(
    _ name: String, momentum: Double, nesterov: Bool, lazily: Bool = false
  ) -> OptimizerTrial {
    OptimizerTrial(
      testDescription: name,
      optimizer: .sgd(
        learningRate: 0.1, momentum: Float(momentum), nesterov: nesterov, lazily: lazily),
      movesUntouched: momentum != 0 && !lazily
    ) { w, g, memory, _ in
      memory[0] = momentum * memory[0] - 0.1 * g
      return nesterov ? w + momentum * memory[0] - 0.1 * g : w + memory[0]
    }
  }

  private static func adam(_ name: String, decay: Double, lazily: Bool) -> OptimizerTrial {
    OptimizerTrial(
      testDescription: name,
      optimizer: decay == 0
        ? .adam(learningRate: 0.01, lazily: lazily)
        : .adamW(learningRate: 0.01, weightDecay: Float(decay), lazily: lazily),
      movesUntouched: !lazily
    ) { w, g, memory, step in
      memory[0] = 0.9 * memory[0] + 0.1 * g
      memory[1] = 0.999 * memory[1] + 0.001 * g * g
      let t = Double(step)
      let alpha = 0.01 * (1 - pow(0.999, t)).squareRoot() / (1 - pow(0.9, t))
      return w - 0.01 * decay * w - alpha * memory[0] / (memory[1].squareRoot() + 1e-7)
    }
  }

  static let all = [
    sgd("SGD", momentum: 0, nesterov: false),
    sgd("SGD with momentum", momentum: 0.9, nesterov: false),
    sgd("SGD with Nesterov momentum", momentum: 0.8, nesterov: true),
    sgd("SGD with momentum, lazily", momentum: 0.9, nesterov: false, lazily: true),
    OptimizerTrial(
      testDescription: "Adagrad", optimizer: .adagrad(learningRate: 0.1), movesUntouched: false
    ) { w, g, memory, step in
      if step == 1 { memory[0] = 0.1 }
      memory[0] += g * g
      return w - 0.1 * g / (memory[0] + 1e-7).squareRoot()
    },
    adam("Adam", decay: 0, lazily: false),
    adam("Adam, lazily", decay: 0, lazily: true),
    adam("AdamW", decay: 0.04, lazily: false),
    adam("AdamW, lazily", decay: 0.04, lazily: true),
  ]
}

@Suite("Optimizers")
struct OptimizerTests {
  private let weights: [Float] = [1, -2, 0.5, 3, -0.25, 0.75, 2, 1]
  private let gradients: [[Float]] = [
    [0.5, -1, 0.25, 2, 0, 1e-3, -4, 0.125], [-0.5, 1, 3, 2, 1e-3, 0, -4, 0],
    [0, 0, 0, 0, 1, 1, 1, 1],
  ]

  @Test("Three steps by hand", arguments: OptimizerTrial.all)
  func steps(trial: OptimizerTrial) throws {
    var optimizer = trial.optimizer
    var parameters = Parameters(["w": Matrix(rows: 4, columns: 2, values: weights)])
    var expected = weights.map { Double($0) }
    var memory = Array(repeating: [0.0, 0.0], count: 8)
    for (step, gradient) in gradients.enumerated() {
      var all = Gradients()
      all.add(.dense(Matrix(rows: 4, columns: 2, values: gradient)), to: "w")
      optimizer.update(&parameters, along: all)
      #expect(optimizer.step == step + 1)
      let own = try #require(parameters["w"])
      for i in 0..<8 {
        expected[i] = trial.rule(expected[i], Double(gradient[i]), &memory[i], step + 1)
        let difference = abs(Double(own.values[i]) - expected[i])
        #expect(difference < 2e-6 * max(1, abs(expected[i])), "step \(step), element \(i)")
      }
    }
  }

  @Test(
    "Sparse gradients move the rows they name; others only where the arithmetic says so",
    arguments: OptimizerTrial.all)
  func sparse(trial: OptimizerTrial) throws {
    let start = Matrix(rows: 4, columns: 2, values: weights)
    var sparse = (optimizer: trial.optimizer, parameters: Parameters(["w": start]))
    var dense = sparse
    let steps: [[Int32]] = [[2, 0, 2], [1]]
    for rows in steps {
      let values = Matrix(
        rows: rows.count, columns: 2, values: (0..<rows.count * 2).map { Float($0) - 1.5 })
      let gradient = SparseRows(rows: rows, values: values)
      var all = Gradients()
      all.add(.rows(gradient), to: "w")
      sparse.optimizer.update(&sparse.parameters, along: all)
      var full = Gradients()
      full.add(.dense(gradient.dense(rows: 4)), to: "w")
      dense.optimizer.update(&dense.parameters, along: full)
      let moved = try #require(sparse.parameters["w"])
      // Never touched: moved by weight decay alone, if at all.
      let decays = trial.testDescription == "AdamW"
      #expect((moved[3, 0] == start[3, 0]) == !decays)
      if rows == [2, 0, 2] {
        #expect(moved[0, 0] != start[0, 0] && moved[2, 0] != start[2, 0])
        #expect((moved[1, 0] == start[1, 0]) == !decays)
      }
    }
    let moved = try #require(sparse.parameters["w"])
    let exact = try #require(dense.parameters["w"])
    // Row 0 has a gradient of zero in the second step: momentum goes on, but not lazily.
    let isLazy = trial.testDescription.hasSuffix("lazily")
    #expect((moved == exact) == !isLazy)
    var first = (optimizer: trial.optimizer, parameters: Parameters(["w": start]))
    var once = Gradients()
    once.add(
      .rows(
        SparseRows(
          rows: [2, 0, 2],
          values: Matrix(rows: 3, columns: 2, values: [-1.5, -0.5, 0.5, 1.5, 2.5, 3.5]))),
      to: "w")
    first.optimizer.update(&first.parameters, along: once)
    let after = try #require(first.parameters["w"])
    #expect((after[0, 1] != moved[0, 1]) == trial.movesUntouched)
  }

  @Test("A parameter without a gradient stays as it is")
  func noGradient() throws {
    for trial in OptimizerTrial.all {
      var optimizer = trial.optimizer
      let start = Parameters([
        "v": Matrix(rows: 1, columns: 1, values: [2]),
        "w": Matrix(rows: 1, columns: 1, values: [2]),
      ])
      var parameters = start
      var gradients = Gradients()
      gradients.add(.dense(Matrix(rows: 1, columns: 1, values: [1])), to: "w")
      optimizer.update(&parameters, along: gradients)
      #expect(parameters["v"] == start["v"] && parameters["w"] != start["w"])
    }
  }

  @Test("Gradients of one parameter add up, dense and sparse")
  func gradientsAddUp() throws {
    let ones = Matrix(rows: 3, columns: 1, values: [1, 1, 1])
    let rows = SparseRows(
      rows: [2, 0, 2], values: Matrix(rows: 3, columns: 1, values: [10, 20, 30]))
    for order in [[0, 1, 1], [1, 0, 1], [1, 1, 0]] {
      var gradients = Gradients()
      for kind in order { gradients.add(kind == 0 ? .dense(ones) : .rows(rows), to: "w") }
      guard case .dense(let sum) = gradients["w"] else {
        Issue.record("the sum is not dense")
        continue
      }
      #expect(sum == Matrix(rows: 3, columns: 1, values: [41, 1, 81]))
    }
    #expect(Gradients().names.isEmpty)
  }
}
