/// An ONNX model that was written: its file, and what goes in and comes out.
public struct ONNXModel: Sendable, Hashable, Encodable {
  /// A tensor that goes in or comes out.
  public struct Value: Sendable, Hashable, Encodable {
    public let name: String
    /// `string`, `float` or `int64`, as ONNX calls them.
    public let type: String
    /// Each dimension's length, or its name where it may be any.
    public let shape: [String]
    /// What it holds.
    public let meaning: String
  }

  /// The version of ONNX's operators that the models use.
  public static let opset = 17
  /// The version of the operators of the domain `ai.onnx.ml`, whose `LabelEncoder` looks strings up.
  public static let machineLearningOpset = 2
  /// The version of the file format, the oldest that these operators are read with.
  static let formatVersion = 8

  /// The name of the file in the folder.
  public let file: String
  /// The file beside it that holds the large tensors; nil where there are none.
  public let dataFile: String?
  /// The sizes of the files together.
  public let bytes: Int
  public let inputs: [Value]
  public let outputs: [Value]

  private enum CodingKeys: String, CodingKey {
    case file, bytes, inputs, outputs
    case dataFile = "data_file"
  }
}
