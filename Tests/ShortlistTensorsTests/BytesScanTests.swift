import CShortlistKernels
import ShortlistTensors
import Testing

private let sets: [sl_instruction_set] = [sl_portable, sl_avx2, sl_avx512]

/// What a scanner finds, without what comes after a malformed quote.
private struct Found: Equatable {
  var boundaries: [UInt32]
  var malformed: Int
  var inQuotes: Bool

  @unsafe
  init(_ scanner: sl_text_scanner, _ text: [UInt8], _ dialect: sl_text_dialect) {
    // What follows the text must not matter.
    let padded = text + [UInt8](repeating: UInt8(ascii: "\""), count: Int(SL_TEXT_PADDING))
    var positions = [UInt32](repeating: 0, count: max(1, text.count))
    let scan = unsafe scanner(padded, text.count, dialect, &positions)
    malformed = scan.malformed
    var known = Array(positions[..<scan.count])
    if scan.malformed >= 0 {
      known.removeAll { Int($0 & ~SL_TEXT_RECORD_END) >= scan.malformed }
    }
    boundaries = known
    inQuotes = malformed < 0 && scan.in_quotes
  }
}

@Suite("Text scanner")
struct BytesScanTests {
  @Test(
    "Every instruction set finds what the plain scanner finds",
    arguments: [0, 1, 15, 16, 63, 64, 65, 127, 128, 129, 1000], [UInt8(0), UInt8(ascii: "\"")])
  func scannersAgree(length: Int, quote: UInt8) {
    var random = RandomStream(seed: UInt64(length), stream: UInt64(quote))
    let alphabet = Array("ab,,\n\"\"\r\u{e9}".utf8)
    for set in sets {
      guard let scanner = unsafe sl_text_scanner_for(set) else { continue }
      for attempt in 0..<200 {
        var text = (0..<length).map { _ in alphabet[random.below(alphabet.count)] }
        if attempt.isMultiple(of: 2) {
          // Fields with quotes that match, so that whole texts are well formed.
          text = Array(
            (0..<length / 4 + 1).flatMap { _ -> [UInt8] in
              let inner = ["a", "", ",", "\n", "\"\"", "b\r"][random.below(6)]
              let end = [",", "\n", "\r\n"][random.below(3)]
              return Array((quote == 0 ? inner + end : "\"\(inner)\"\(end)").utf8)
            }.prefix(length))
        }
        let dialect = sl_text_dialect(
          delimiter: UInt8(ascii: ","), delimiter_length: 1, quote: quote)
        guard let oracle = unsafe sl_text_scanner_for(sl_scalar) else { return }
        let plain = unsafe Found(oracle, text, dialect)
        let found = unsafe Found(scanner, text, dialect)
        #expect(found == plain, "\(String(decoding: text, as: UTF8.self))")
      }
    }
  }

  @Test("A doubled delimiter is found across blocks", arguments: [62, 63, 64, 65, 126, 127, 128])
  func doubledDelimiter(position: Int) {
    let text = [UInt8](repeating: UInt8(ascii: "x"), count: position) + Array("::y:z\n".utf8)
    let dialect = sl_text_dialect(
      delimiter: UInt8(ascii: ":"), delimiter_length: 2, quote: 0)
    for set in [sl_scalar] + sets {
      guard let scanner = unsafe sl_text_scanner_for(set) else { continue }
      let found = unsafe Found(scanner, text, dialect)
      #expect(
        found.boundaries == [
          UInt32(position + 1), UInt32(position + 5) | SL_TEXT_RECORD_END,
        ])
    }
  }

  @Test("The best scanner is one of the sets")
  func best() {
    let dialect = sl_text_dialect(delimiter: 9, delimiter_length: 1, quote: 0)
    let found = unsafe Found(sl_text_scanner_best(), Array("a\tb\n".utf8), dialect)
    #expect(found.boundaries.count == 2)
  }

  @Test(
    "Well-formed UTF-8 is told from the rest",
    arguments: [
      ("naïve – 映画 🎬", true), ("", true),
      ("\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}", true),
    ])
  func wellFormed(text: String, expected: Bool) {
    let bytes = Array(text.utf8)
    let whole = unsafe sl_text_is_utf8(bytes, bytes.count)
    #expect(whole == expected)
    for end in bytes.indices {
      let cut = Array(bytes[..<end])
      let isWell = unsafe sl_text_is_utf8(cut, end)
      #expect(isWell == (String(validating: cut, as: UTF8.self) != nil))
    }
  }

  @Test("Every pair and triple of bytes is judged as Swift judges it")
  func pairs() {
    var wrong = 0
    for a in UInt8(0x7f)...0xff {
      for b in UInt8.min...UInt8.max {
        for tail in [[], [UInt8(0x80)], [0x80, 0x80], [0x80, 0x80, 0x80]] {
          let bytes = [a, b] + tail
          let expected = String(validating: bytes, as: UTF8.self) != nil
          let found = unsafe sl_text_is_utf8(bytes, bytes.count)
          if found != expected { wrong += 1 }
        }
      }
    }
    #expect(wrong == 0)
  }
}

@Suite("Numbers in text")
struct BytesNumberTests {
  private func parse(_ texts: [String]) -> (bytes: [UInt8], fields: [sl_text_field]) {
    var bytes: [UInt8] = []
    let fields = texts.map { text in
      defer { bytes += Array(text.utf8) }
      return sl_text_field(begin: UInt32(bytes.count), length: UInt32(text.utf8.count))
    }
    return (bytes + [UInt8](repeating: 0x39, count: Int(SL_TEXT_PADDING)), fields)
  }

  @Test("A float that is parsed fast is the nearest one")
  func floats() {
    var random = RandomStream(seed: 5)
    var texts = ["0", "-0", "5", "3.5", "-3.5", ".5", "5.", "16777217", "16777216.5", "0.1"]
    for _ in 0..<3_000 {
      let digits = random.below(15) + 1
      let number = (0..<digits).map { _ in String(random.below(10)) }.joined()
      let point = random.below(digits + 1)
      texts.append(number.prefix(point) + (point < digits ? "." : "") + number.dropFirst(point))
    }
    // Halfway between two floats, and a little beside it.
    for base in [16_777_217.0, 33_554_434, 8_388_608.5] {
      texts += ["\(base)", "\(base)000001", "\(base - 0.000001)"]
    }
    let (bytes, fields) = parse(texts)
    var fast = 0
    for (i, text) in texts.enumerated() {
      var value: Float = .nan
      guard unsafe sl_text_floats(bytes, [fields[i]], 1, &value) == 1 else { continue }
      fast += 1
      #expect(value == Float(text.hasSuffix(".") ? text + "0" : text), "\(text)")
    }
    #expect(fast > 2_900)
  }

  @Test(
    "What is no plain number is left alone",
    arguments: [
      "", "-", ".", "-.", "1e3", "abc", "1,5", " 1", "1 ", "+1", "--1", "1.2.3", "nan", "inf",
      "0x10",
      "1234567890123456",
    ])
  func notFloats(text: String) {
    let (bytes, fields) = parse([text])
    var value: Float = 0
    let parsed = unsafe sl_text_floats(bytes, fields, 1, &value)
    #expect(parsed == 0)
  }

  @Test("Integers of up to 18 digits are parsed, others left alone")
  func integers() {
    let texts = ["0", "-1", "999999999999999999", "-999999999999999999", "007"]
    let (bytes, fields) = parse(texts)
    var values = [Int64](repeating: 0, count: texts.count)
    let parsed = unsafe sl_text_integers(bytes, fields, texts.count, &values)
    #expect(parsed == texts.count)
    #expect(values == texts.compactMap { Int64($0) })
    for text in ["", "-", "1000000000000000000", "1.0", " 1", "+1", "a"] {
      let (bytes, fields) = parse([text])
      let parsed = unsafe sl_text_integers(bytes, fields, 1, &values)
      #expect(parsed == 0, "\(text)")
    }
  }
}
