import Foundation
package import ShortlistMessages

extension TFTensorProto {
  /// How many elements there are; nil where the shape is not known or makes no sense.
  private var count: Int? {
    guard !tensorShape.unknownRank else { return nil }
    var count = 1
    for dimension in tensorShape.dim {
      guard dimension.size >= 0, dimension.size < 1 << 40 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: Int(dimension.size))
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The whole numbers of a tensor; nil if it holds others, or fewer than its shape says.
  package var integers: [Int]? {
    switch dtype {
    case .dtInt32:
      elements(intVal.map { Int($0) }, stride: 4) { Int(try $0.littleEndian(Int32.self)) }
    case .dtInt64:
      elements(int64Val.map { Int($0) }, stride: 8) { Int(try $0.littleEndian(Int64.self)) }
    default: nil
    }
  }

  package var floats: [Float]? {
    guard dtype == .dtFloat else { return nil }
    return elements(floatVal, stride: 4) {
      Float(bitPattern: try $0.littleEndian(UInt32.self))
    }
  }

  package var strings: [[UInt8]]? {
    guard dtype == .dtString, let count, count == stringVal.count else { return nil }
    return stringVal.map { Array($0) }
  }

  /// Elements are given one by one or as bytes. The rule that the last one repeats is followed for a single value
  /// alone: nothing that is read here repeats.
  private func elements<Element>(
    _ values: [Element], stride: Int, _ next: (inout ByteCursor) throws -> Element
  ) -> [Element]? {
    guard let count else { return nil }
    if values.count == count { return values }
    guard count <= tensorContent.count, tensorContent.count == count * stride else { return nil }
    var cursor = ByteCursor(tensorContent)
    return try? (0..<count).map { _ in try next(&cursor) }
  }
}
