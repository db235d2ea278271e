internal import CShortlistKernels

/// Reads the lists of tf.Examples: packed or one value a field, with unknown fields between them.
///
/// The usual list of one short value is told by its length and read without a loop. Each function appends
/// the values of a list and says why it cannot, or nil; what was appended before then is the caller's to remove.
enum ExampleValues {
  @unsafe @inline(__always)
  static func integers(
    _ list: WireCursor, _ values: inout [Int]
  ) -> FieldProblem.Reason? {
    var list = unsafe list
    if unsafe list.count == 3 && list[0] == 0x0a && list[1] == 1 && list[2] < 0x80 {
      values.append(Int(unsafe list[2]))
      return nil
    }
    while true {
      let tag = unsafe list.tag()
      if tag == 0 { break }
      switch tag {
      case 0x0a:
        var packed = unsafe list.message()
        while unsafe !packed.isAtEnd {
          let value = unsafe packed.varint()
          if unsafe packed.isMalformed { return .malformedExample }
          values.append(Int(truncatingIfNeeded: value))
        }
      case 0x08: values.append(Int(truncatingIfNeeded: unsafe list.varint()))
      default: unsafe list.skip(tag)
      }
    }
    return unsafe list.isMalformed ? .malformedExample : nil
  }

  /// NaN and infinities are refused, as everywhere.
  @unsafe @inline(__always)
  static func floats(
    _ list: WireCursor, _ values: inout [Float]
  ) -> FieldProblem.Reason? {
    var list = unsafe list
    if unsafe list.count == 6 && list[0] == 0x0a && list[1] == 4 {
      unsafe list.advance(2)
      let value = unsafe list.float()
      values.append(value)
      return value.isFinite ? nil : .outOfRange
    }
    let start = values.count
    while true {
      let tag = unsafe list.tag()
      if tag == 0 { break }
      switch tag {
      case 0x0a:
        var packed = unsafe list.message()
        while unsafe !packed.isAtEnd { values.append(unsafe packed.float()) }
        if unsafe packed.isMalformed { return .malformedExample }
      case 0x0d: values.append(unsafe list.float())
      default: unsafe list.skip(tag)
      }
    }
    if unsafe list.isMalformed { return .malformedExample }
    return values[start...].allSatisfy(\.isFinite) ? nil : .outOfRange
  }

  /// The places of strings.
  @unsafe @inline(__always)
  static func strings(
    _ list: WireCursor, _ fields: inout [sl_text_field]
  ) -> FieldProblem.Reason? {
    var list = unsafe list
    if unsafe list.count >= 2 && list[0] == 0x0a && list[1] < 0x80 && Int(list[1]) == list.count - 2
    {
      unsafe fields.append(
        sl_text_field(
          begin: UInt32(truncatingIfNeeded: list.place + 2), length: UInt32(list[1])))
      return nil
    }
    while true {
      let tag = unsafe list.tag()
      if tag == 0 { break }
      guard tag == 0x0a else {
        unsafe list.skip(tag)
        continue
      }
      let string = unsafe list.message()
      unsafe fields.append(
        sl_text_field(
          begin: UInt32(string.place), length: UInt32(string.end - string.place)))
    }
    return unsafe list.isMalformed ? .malformedExample : nil
  }
}
