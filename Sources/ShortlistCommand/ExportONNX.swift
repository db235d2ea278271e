import ArgumentParser
import Shortlist
import ShortlistTensorFlow

struct ExportONNX: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "onnx",
    abstract: "Write an artefact as ONNX models: both towers, and the whole retrieval.",
    discussion: """
      EXAMPLE
        shortlist export onnx artifacts/movies --output onnx/movies

      Writes query.onnx, candidate.onnx and retrieval.onnx into a new folder, with large tensors beside them in files
      that end in .data. ONNX Runtime runs them.
      """)

  @Argument(help: "The artefact.", completion: .directory) var artefact: String
  @Option(name: .shortAndLong, help: "The folder to make.", completion: .directory)
  var output: String
  @Flag(help: "Print one JSON object.") var json = false

  func run() throws {
    let models = try Retriever(contentsOf: artefact).exportONNX(to: output)
    let result = Result(
      written: output, opset: ONNXModel.opset, opsetOfLookUp: ONNXModel.machineLearningOpset,
      models: models)
    if json { return try Terminal.printJSON(result) }
    for model in models {
      let beside = model.dataFile.map { " with \($0)" } ?? ""
      try Terminal.show("\(model.file)\(beside), \(model.bytes) bytes")
      try Terminal.show(
        Terminal.table(
          ["", "name", "type", "shape", "meaning"],
          model.inputs.map { row("  in", $0) } + model.outputs.map { row("  out", $0) }))
    }
    try Terminal.show("opset \(result.opset), ai.onnx.ml \(result.opsetOfLookUp)")
    try Terminal.show("written \(output)")
  }

  private func row(_ direction: String, _ value: ONNXModel.Value) -> [String] {
    [
      direction, value.name, value.type, "[\(value.shape.joined(separator: ", "))]", value.meaning,
    ]
  }

  private struct Result: Encodable {
    let written: String
    let opset: Int
    let opsetOfLookUp: Int
    let models: [ONNXModel]

    private enum CodingKeys: String, CodingKey {
      case written, opset, models
      case opsetOfLookUp = "ai_onnx_ml_opset"
    }
  }
}
