import Foundation
import ShortlistData
import ShortlistMessages
import ShortlistModels
import ShortlistTensors

/// Requests that TensorFlow Serving runs before a model gets traffic, so that the first callers do not wait for
/// what happens once.
struct WarmUp {
  let input: QueryInput
  let tower: Tower
  let model: String

  func write(to url: URL) throws {
    var bytes: [UInt8] = []
    for signature in ["serving_default", "top_k", "query_with_exclusions"] {
      let log = TFServingPredictionLog.with {
        $0.predictLog = .with { $0.request = request(signature) }
      }
      TFRecord.append(try log.encoded(), to: &bytes)
    }
    var file = try FileWriter(creating: url)
    try file.write(bytes.span)
    try file.finish()
  }

  private func request(_ signature: String) -> TFServingPredictRequest {
    var request = TFServingPredictRequest.with {
      $0.modelSpec = .with {
        $0.name = model
        $0.signatureName = signature
      }
    }
    let single = signature == "serving_default" ? "input_1" : "queries"
    for part in input.parts {
      request.inputs[input.isSingle ? single : part.feature] = example(of: part)
    }
    if signature == "top_k" { request.inputs["k"] = TFTensorProto(10 as Int32) }
    if signature == "query_with_exclusions" {
      request.inputs["exclusions"] = TFTensorProto(["", ""], shape: [2, 1])
    }
    return request
  }

  /// Two queries: one that the model may know, and an unknown one.
  private func example(of part: QueryInput.Part) -> TFTensorProto {
    guard part.kind != .number else {
      return TFTensorProto(.dtFloat, shape: [2]) { $0.floatVal = [0, 1] }
    }
    let encoder = tower.features.first { $0.featureName == part.feature }
    let known = encoder?.vocabulary?.word(at: 1) ?? ""
    return TFTensorProto([known, ""], shape: part.kind == .strings ? [2, 1] : [2])
  }
}
