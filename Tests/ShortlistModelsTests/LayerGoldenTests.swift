import ShortlistModels
import ShortlistTensors
import ShortlistTesting
import Testing

private let goldens = Goldens(at: "../ShortlistTrainingTests/Goldens")

/// Output and gradients of one Keras layer.
private struct LayerGolden: Decodable {
  struct Options: Decodable {
    var activation: Activation?
    var epsilon: Float?
    var combiner: Pooling?
    var offsets: [Int]?
    var rows: [Int32]?
  }
  var options: Options
  var inputs: [String: GoldenMatrix]
  var upstream: GoldenMatrix
  var output: GoldenMatrix
  var gradients: [String: GoldenMatrix]
}

@Suite("Layers equal Keras's")
struct LayerGoldenTests {
  @Test("There are goldens of every layer")
  func goldensExist() {
    #expect(goldens.names(in: "layers").count >= 10)
  }

  @Test("Output and gradients", arguments: goldens.names(in: "layers"))
  func equalsKeras(name: String) throws {
    let golden = try goldens.load(LayerGolden.self, "layers/" + name)
    let options = golden.options
    let pass = Pass(over: Parameters(golden.inputs.mapValues(\.matrix)), training: true)
    let output: Variable
    if let pooling = options.combiner {
      output = pass.gatherPooled(
        "table", rows: try #require(options.rows), offsets: try #require(options.offsets),
        pooling: pooling)
    } else if let activation = options.activation {
      output = pass.dense(
        pass.parameter("input"), kernel: "kernel", bias: "bias", activation: activation)
    } else if golden.inputs["gamma"] != nil {
      output = pass.layerNorm(
        pass.parameter("input"), scale: "gamma", offset: "beta",
        epsilon: try #require(options.epsilon))
    } else {
      output = pass.l2Normalize(pass.parameter("input"), epsilon: try #require(options.epsilon))
    }
    let difference = output.value.relativeDifference(from: golden.output.matrix)
    #expect(difference < 1e-5, "the output differs by \(difference)")

    let gradients = pass.gradients(of: pass.project(output, on: golden.upstream.matrix))
    #expect(Set(gradients.names) == Set(golden.gradients.keys))
    for (parameter, expected) in golden.gradients {
      let own = try #require(gradients[parameter]).dense(like: expected.matrix)
      // Row by row: one row of the unit normalisation has gradients a million times as large.
      for row in 0..<own.rows {
        let difference = own.rows(row..<row + 1).relativeDifference(
          from: expected.matrix.rows(row..<row + 1))
        #expect(difference < 1e-5, "row \(row) of the gradient of \(parameter): \(difference)")
      }
    }
  }
}
