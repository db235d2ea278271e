internal import CShortlistKernels

/// A number in a text that the fast parser left alone: with spaces around it, an exponent, many
/// digits, or no number at all.
struct NumberText {
  struct Problem: Error { let reason: FieldProblem.Reason }
  let text: String

  @unsafe
  init(_ bytes: UnsafePointer<UInt8>, _ field: sl_text_field) {
    let start = unsafe bytes + Int(field.begin)
    let all = unsafe UnsafeBufferPointer(start: start, count: Int(field.length))
    unsafe text = String(decoding: all, as: UTF8.self)
  }

  private var trimmed: Substring {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = text.firstIndex(where: { !isSpace($0) }),
      let last = text.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return text[first...last]
  }

  var integer: Result<Int, Problem> {
    let digits = trimmed
    if let value = Int(digits) { return .success(value) }
    let isWhole =
      !digits.isEmpty
      && digits.drop { $0 == "-" || $0 == "+" }.allSatisfy {
        $0.isASCII && $0.isNumber
      }
    return .failure(Problem(reason: isWhole ? .outOfRange : .notAnInteger))
  }

  /// NaN and infinities are refused, by name and by value.
  var float: Result<Float, Problem> {
    let digits = trimmed
    let names: Set<String> = ["nan", "inf", "infinity"]
    if names.contains(digits.drop { $0 == "-" || $0 == "+" }.lowercased()) {
      return .failure(Problem(reason: .outOfRange))
    }
    // Swift also reads "0x1p3" and "nan(1)".
    guard digits.utf8.allSatisfy({ $0 < 0x3a || $0 | 0x20 == UInt8(ascii: "e") }),
      let value = Float(digits)
    else { return .failure(Problem(reason: .notANumber)) }
    return value.isFinite ? .success(value) : .failure(Problem(reason: .outOfRange))
  }
}
