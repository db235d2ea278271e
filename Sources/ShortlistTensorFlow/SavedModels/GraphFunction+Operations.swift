import ShortlistMessages

extension GraphFunction {
  mutating func constant(_ value: TFTensorProto) -> GraphTensor {
    operation(
      "Const", [], ["dtype": TFAttrValue(value.dtype), "value": TFAttrValue(value)],
      output: "output", value.dtype)
  }

  // MARK: Element by element

  /// An operation of two tensors of one type, with broadcasting.
  mutating func binary(
    _ operation: String, _ left: GraphTensor, _ right: GraphTensor
  ) -> GraphTensor {
    self.operation(operation, [left, right], ["T": TFAttrValue(left.type)], output: "z", left.type)
  }

  mutating func unary(
    _ operation: String, _ input: GraphTensor, output: String = "y"
  ) -> GraphTensor {
    self.operation(operation, [input], ["T": TFAttrValue(input.type)], output: output, input.type)
  }

  mutating func equal(
    _ left: GraphTensor, _ right: GraphTensor, negated: Bool = false
  ) -> GraphTensor {
    operation(
      negated ? "NotEqual" : "Equal", [left, right], ["T": TFAttrValue(left.type)], output: "z",
      .dtBool)
  }

  mutating func cast(_ input: GraphTensor, to type: TFDataType) -> GraphTensor {
    operation(
      "Cast", [input], ["SrcT": TFAttrValue(input.type), "DstT": TFAttrValue(type)], output: "y",
      type)
  }

  mutating func select(
    _ condition: GraphTensor, _ yes: GraphTensor, _ no: GraphTensor
  ) -> GraphTensor {
    operation(
      "SelectV2", [condition, yes, no], ["T": TFAttrValue(yes.type)], output: "output", yes.type)
  }

  // MARK: Shapes

  mutating func expand(_ input: GraphTensor, axis: Int32) -> GraphTensor {
    let axis = constant(TFTensorProto(axis))
    return operation(
      "ExpandDims", [input, axis],
      ["T": TFAttrValue(input.type), "Tdim": TFAttrValue(TFDataType.dtInt32)], output: "output",
      input.type)
  }

  mutating func reshape(_ input: GraphTensor, to sizes: [Int32]) -> GraphTensor {
    let sizes = constant(TFTensorProto(sizes))
    return operation(
      "Reshape", [input, sizes],
      ["T": TFAttrValue(input.type), "Tshape": TFAttrValue(TFDataType.dtInt32)], output: "output",
      input.type)
  }

  /// The size of a tensor along an axis, an int32 scalar.
  mutating func size(of input: GraphTensor, along axis: Int32) -> GraphTensor {
    let shape = operation(
      "Shape", [input],
      ["T": TFAttrValue(input.type), "out_type": TFAttrValue(TFDataType.dtInt32)],
      output: "output", .dtInt32)
    let (begin, end) = (
      constant(TFTensorProto([axis])), constant(TFTensorProto([axis + 1]))
    )
    let stride = constant(TFTensorProto([1 as Int32]))
    return operation(
      "StridedSlice", [shape, begin, end, stride],
      [
        "T": TFAttrValue(TFDataType.dtInt32), "Index": TFAttrValue(TFDataType.dtInt32),
        "shrink_axis_mask": TFAttrValue(1),
      ], output: "output", .dtInt32)
  }

  /// The first columns of a matrix, as many as an int32 scalar says.
  mutating func columns(of input: GraphTensor, upTo count: GraphTensor) -> GraphTensor {
    let (begin, stride) = (
      constant(TFTensorProto([0, 0] as [Int32])), constant(TFTensorProto([1, 1] as [Int32]))
    )
    let end = operation(
      "Pack", [constant(TFTensorProto(0 as Int32)), count],
      ["N": TFAttrValue(2), "T": TFAttrValue(TFDataType.dtInt32), "axis": TFAttrValue(0)],
      output: "output", .dtInt32)
    return operation(
      "StridedSlice", [input, begin, end, stride],
      [
        "T": TFAttrValue(input.type), "Index": TFAttrValue(TFDataType.dtInt32),
        "begin_mask": TFAttrValue(3), "end_mask": TFAttrValue(1),
      ], output: "output", input.type)
  }

  mutating func concatenate(_ inputs: [GraphTensor], axis: Int32) -> GraphTensor {
    guard inputs.count > 1 else { return inputs[0] }
    let axis = constant(TFTensorProto(axis))
    return operation(
      "ConcatV2", inputs + [axis],
      [
        "N": TFAttrValue(inputs.count), "T": TFAttrValue(inputs[0].type),
        "Tidx": TFAttrValue(TFDataType.dtInt32),
      ], output: "output", inputs[0].type)
  }

  // MARK: Reductions and products

  /// Sum, Mean, Max or Any along an axis.
  mutating func reduce(
    _ operation: String, _ input: GraphTensor, axis: Int32, keepingAxis: Bool = false
  ) -> GraphTensor {
    let axis = constant(TFTensorProto(axis))
    var attributes = [
      "Tidx": TFAttrValue(TFDataType.dtInt32), "keep_dims": TFAttrValue(keepingAxis),
    ]
    if operation != "Any" { attributes["T"] = TFAttrValue(input.type) }
    return self.operation(
      operation, [input, axis], attributes, output: "output", input.type)
  }

  mutating func product(
    _ left: GraphTensor, _ right: GraphTensor, transposingRight: Bool = false
  ) -> GraphTensor {
    operation(
      "MatMul", [left, right],
      ["T": TFAttrValue(left.type), "transpose_b": TFAttrValue(transposingRight)],
      output: "product", left.type)
  }

  /// The k largest of each row, the lower index first among equals.
  mutating func topK(
    _ input: GraphTensor, _ k: GraphTensor
  ) -> (values: GraphTensor, indices: GraphTensor) {
    let name = node(
      "TopKV2", [input.reference, k.reference],
      ["T": TFAttrValue(input.type), "sorted": TFAttrValue(true)])
    return (
      GraphTensor(reference: "\(name):values:0", type: input.type),
      GraphTensor(reference: "\(name):indices:0", type: .dtInt32)
    )
  }

  /// For each row of `indices`, the elements of the same row of `input` that it names.
  mutating func gatherInRows(_ input: GraphTensor, _ indices: GraphTensor) -> GraphTensor {
    let axis = constant(TFTensorProto(1 as Int32))
    return operation(
      "GatherV2", [input, indices, axis],
      [
        "Tparams": TFAttrValue(input.type), "Tindices": TFAttrValue(indices.type),
        "Taxis": TFAttrValue(TFDataType.dtInt32), "batch_dims": TFAttrValue(1),
      ], output: "output", input.type)
  }

  // MARK: Resources

  mutating func read(_ variable: GraphTensor, _ type: TFDataType) -> GraphTensor {
    operation(
      "ReadVariableOp", [variable], ["dtype": TFAttrValue(type)], output: "value", type)
  }

  /// Rows of a variable, without reading all of it.
  mutating func gather(
    _ variable: GraphTensor, _ rows: GraphTensor, _ type: TFDataType
  ) -> GraphTensor {
    operation(
      "ResourceGather", [variable, rows],
      ["dtype": TFAttrValue(type), "Tindices": TFAttrValue(rows.type)], output: "output", type)
  }

  /// The rows of strings in a table; 0 for those that it does not have.
  mutating func lookUp(_ strings: GraphTensor, in table: GraphTensor) -> GraphTensor {
    let unknown = constant(TFTensorProto(0 as Int64))
    return operation(
      "LookupTableFindV2", [table, strings, unknown],
      ["Tin": TFAttrValue(TFDataType.dtString), "Tout": TFAttrValue(TFDataType.dtInt64)],
      output: "values", .dtInt64)
  }
}
