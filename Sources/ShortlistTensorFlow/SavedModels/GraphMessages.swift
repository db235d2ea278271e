import Foundation
package import ShortlistMessages

extension TFTensorShapeProto {
  /// A shape of known rank; -1 is a size that is not known.
  package init(_ sizes: [Int]) {
    self.init()
    dim = sizes.map { size in .with { $0.size = Int64(size) } }
  }

  package static let ofAnyRank = Self.with { $0.unknownRank = true }
}

extension TFTensorProto {
  package init(_ type: TFDataType, shape: [Int], _ fill: (inout TFTensorProto) -> Void) {
    self.init()
    dtype = type
    tensorShape = TFTensorShapeProto(shape)
    fill(&self)
  }

  package init(_ number: Int32) { self.init(.dtInt32, shape: []) { $0.intVal = [number] } }
  package init(_ number: Int64) { self.init(.dtInt64, shape: []) { $0.int64Val = [number] } }
  package init(_ number: Float) { self.init(.dtFloat, shape: []) { $0.floatVal = [number] } }
  package init(_ numbers: [Int32]) {
    self.init(.dtInt32, shape: [numbers.count]) { $0.intVal = numbers }
  }
  package init(_ numbers: [Int64]) {
    self.init(.dtInt64, shape: [numbers.count]) { $0.int64Val = numbers }
  }
  package init(_ strings: [String], shape: [Int]) {
    self.init(.dtString, shape: shape) { $0.stringVal = strings.map { Data($0.utf8) } }
  }
}

extension TFAttrValue {
  // Each sets the member of the oneof even where its value is zero or empty.
  init(_ type: TFDataType) { self = .with { $0.type = type } }
  init(_ types: [TFDataType]) { self = .with { $0.list = .with { $0.type = types } } }
  init(_ flag: Bool) { self = .with { $0.b = flag } }
  init(_ number: Int) { self = .with { $0.i = Int64(number) } }
  init(_ text: String) { self = .with { $0.s = Data(text.utf8) } }
  init(_ tensor: TFTensorProto) { self = .with { $0.tensor = tensor } }
  init(_ shape: TFTensorShapeProto) { self = .with { $0.shape = shape } }
  init(_ shapes: [TFTensorShapeProto]) { self = .with { $0.list = .with { $0.shape = shapes } } }
  init(function name: String) { self = .with { $0.func = .with { $0.name = name } } }
}

extension TFNodeDef {
  init(
    _ operation: String, named name: String, inputs: [String] = [],
    _ attributes: [String: TFAttrValue] = [:]
  ) {
    self.init()
    self.name = name
    op = operation
    input = inputs
    attr = attributes
  }

  init(constant: TFTensorProto, named name: String) {
    self.init(
      "Const", named: name,
      ["dtype": TFAttrValue(constant.dtype), "value": TFAttrValue(constant)])
  }
}

extension TFTensorInfo {
  init(_ name: String, _ type: TFDataType, shape: TFTensorShapeProto) {
    self.init()
    self.name = name
    dtype = type
    tensorShape = shape
  }
}

/// A value of Python as the object graph of a SavedModel describes it.
indirect enum PythonValue {
  case none
  case text(String)
  case tensor(name: String, TFDataType, shape: [Int])
  case list([PythonValue])
  case tuple([PythonValue])
  case dictionary([String: PythonValue])
}

extension TFStructuredValue {
  init(_ value: PythonValue) {
    self.init()
    switch value {
    case .none: noneValue = .init()
    case .text(let text): stringValue = text
    case .tensor(let name, let type, let shape):
      tensorSpecValue = .with {
        $0.name = name
        $0.dtype = type
        $0.shape = TFTensorShapeProto(shape)
      }
    case .list(let values): listValue = .with { $0.values = values.map { .init($0) } }
    case .tuple(let values): tupleValue = .with { $0.values = values.map { .init($0) } }
    case .dictionary(let fields): dictValue = .with { $0.fields = fields.mapValues { .init($0) } }
    }
  }
}

extension TFFunctionSpec {
  /// How Python is told the parameters of a function; all that have a default have None.
  init(
    parameters: [String] = [], withDefault: Int = 0, keywords: [String] = [],
    signature: PythonValue = .none
  ) {
    let defaults = PythonValue.tuple(Array(repeating: .none, count: withDefault))
    // The loader wants all seven.
    let members: [(String, PythonValue)] = [
      ("args", .list(parameters.map { .text($0) })), ("varargs", .none), ("varkw", .none),
      ("defaults", withDefault == 0 ? .none : defaults),
      ("kwonlyargs", .list(keywords.map { .text($0) })), ("kwonlydefaults", .none),
      ("annotations", .dictionary([:])),
    ]
    self.init()
    fullargspec = .with {
      $0.namedTupleValue = .with {
        $0.name = "FullArgSpec"
        $0.values = members.map { name, value in
          .with {
            $0.key = name
            $0.value = TFStructuredValue(value)
          }
        }
      }
    }
    inputSignature = TFStructuredValue(signature)
  }
}
