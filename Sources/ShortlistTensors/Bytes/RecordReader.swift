internal import CShortlistKernels

/// Reads a text file in chunks and finds its records and their fields.
///
/// Only the chunk at hand is in memory. `next()` gives runs of records that have the expected number of
/// fields, and between them the records that have not; `append(column:to:)` then parses the run, one
/// column at a time.
@safe
package final class RecordReader {
  /// What comes next in the file.
  package enum Step: Sendable, Hashable {
    /// This many records with the expected number of fields.
    case records(Int)
    /// A record with another number of fields, on this line.
    case irregular(fields: Int, line: Int)
    /// A quote inside an unquoted field, or text after a closing one, in the record of this line.
    case malformedQuotes(line: Int)
    /// The file ends inside the quoted field of the record of this line.
    case unclosedQuote(line: Int)
  }

  private let source: ByteSource
  private let dialect: sl_text_dialect
  private let scanner: sl_text_scanner
  private let longestRecord: Int
  /// How many fields a record should have; 0 until it is known.
  package var fieldsPerRecord = 0

  private var bytes: UnsafeMutablePointer<UInt8>
  private var boundaries: UnsafeMutablePointer<UInt32>
  private var capacity: Int
  private var filled = 0
  private var isAtEnd = false

  private var boundaryCount = 0
  private var boundaryUsed = 0
  /// Where the next record begins, and on which line.
  private var start = 0
  private var line = 1
  /// Where the quotes of the chunk stop making sense.
  private var malformed: Int?
  private var isUnclosed = false
  /// After a record that has no end: everything up to the next newline is left out.
  private var isSkippingLine = false

  // The run of records that `next` gave last.
  private var runBoundaries = 0
  private var runCount = 0
  private var runStart = 0
  private var runLine = 1
  private var fields: [sl_text_field] = []

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - delimiter: the byte between fields; `"\n"` makes each line one field.
  ///   - isDoubled: whether the delimiter is that byte twice.
  ///   - quote: the byte around quoted fields, or nil where quotes mean nothing.
  package init(
    path: String, delimiter: UInt8, isDoubled: Bool = false, quote: UInt8? = nil,
    chunk: Int = 1 << 16, longestRecord: Int = 1 << 24
  ) throws(ByteError) {
    precondition(chunk >= 16 && !(isDoubled && quote != nil))
    source = try ByteSource(path: path)
    dialect = sl_text_dialect(
      delimiter: delimiter, delimiter_length: isDoubled ? 2 : 1, quote: quote ?? 0)
    self.longestRecord = longestRecord
    unsafe scanner = sl_text_scanner_best()
    capacity = chunk
    unsafe bytes = .allocate(capacity: chunk + Int(SL_TEXT_PADDING))
    unsafe boundaries = .allocate(capacity: chunk)
    // Vector loads may read the padding; what is there does not matter, but it must be something.
    unsafe bytes.initialize(repeating: 0, count: chunk + Int(SL_TEXT_PADDING))
    try refill()
    skipByteOrderMark()
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe boundaries.deallocate()
  }

  /// Whether the file has no byte at all.
  package var isEmpty: Bool { isAtEnd && start == filled && boundaryCount == 0 }

  /// The first bytes of the file, at most four, without a UTF-8 byte order mark.
  package var firstBytes: [UInt8] {
    (start..<min(filled, start + 4)).map { unsafe bytes[$0] }
  }

  private func skipByteOrderMark() {
    if filled >= 3, unsafe bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf { start = 3 }
    scan()
  }

  // MARK: - Records

  /// The next run of regular records, or what stands in the way; nil at the end of the file.
  package func next() throws(ByteError) -> Step? {
    while true {
      if boundaryUsed == boundaryCount {
        if let step = malformedRecord() { return step }
        guard try more() else { return nil }
        continue
      }
      let left = boundaryCount - boundaryUsed
      let records = unsafe sl_text_regular_records(
        boundaries + boundaryUsed, left, max(fieldsPerRecord, 1))
      if records > 0 && fieldsPerRecord > 0 && !isBlankLine {
        take(records: records, boundaries: records * fieldsPerRecord)
        return .records(records)
      }
      var count = 1
      while unsafe boundaries[boundaryUsed + count - 1] & SL_TEXT_RECORD_END == 0 { count += 1 }
      let isBlank = isBlankLine
      take(records: 1, boundaries: count)
      if !isBlank { return .irregular(fields: count, line: runLine) }
    }
  }

  /// The next record that is no blank line, with the number of its fields, whatever it is; nil at the
  /// end of the file.
  private func anyRecord() throws(ByteError) -> Step? {
    let expected = fieldsPerRecord
    fieldsPerRecord = 0
    defer { fieldsPerRecord = expected }
    return try next()
  }

  /// The fields of the next record that is no blank line; nil at the end of the file and where the
  /// quotes are malformed. A field is nil where its bytes are not of the encoding.
  package func nextFields(
    _ encoding: TextEncoding = .utf8
  ) throws(ByteError) -> (fields: [String?], line: Int)? {
    guard case .irregular(let count, let line)? = try anyRecord() else { return nil }
    let strings = (0..<count).map { column -> String? in
      locate(column: column, of: count)
      let field = fields[0]
      guard field.length != SL_TEXT_MALFORMED else { return nil }
      let start = unsafe UnsafePointer(bytes + Int(field.begin))
      return unsafe encoding.string(.init(start: start, count: Int(field.length)))
    }
    return (strings, line)
  }

  /// The line on which a record of the run begins.
  package func line(ofRecord record: Int) -> Int {
    // Without quotes a record is a line.
    guard record > 0, dialect.quote != 0 else { return runLine + record }
    let last = unsafe boundaries[runBoundaries + record * fieldsPerRecord - 1]
    let end = Int(last & ~SL_TEXT_RECORD_END)
    return unsafe runLine + sl_text_count(bytes + runStart, end + 1 - runStart, 0x0a)
  }

  /// Whether the record at `start` is an empty line, which a table of several columns passes over.
  private var isBlankLine: Bool {
    guard fieldsPerRecord != 1, unsafe boundaries[boundaryUsed] & SL_TEXT_RECORD_END != 0 else {
      return false
    }
    let end = unsafe Int(boundaries[boundaryUsed] & ~SL_TEXT_RECORD_END)
    return unsafe end == start || (end == start + 1 && bytes[start] == 0x0d)
  }

  private func take(records: Int, boundaries count: Int) {
    runBoundaries = boundaryUsed
    runCount = records
    runStart = start
    runLine = line
    boundaryUsed += count
    start = unsafe Int(boundaries[boundaryUsed - 1] & ~SL_TEXT_RECORD_END) + 1
    line += unsafe sl_text_count(bytes + runStart, start - runStart, 0x0a)
  }

  /// Reports the record that the scanner stopped at, and goes on at the next line.
  private func malformedRecord() -> Step? {
    guard let position = malformed else { return nil }
    let step: Step = isUnclosed ? .unclosedQuote(line: line) : .malformedQuotes(line: line)
    malformed = nil
    isUnclosed = false
    var end = position
    while end < filled, unsafe bytes[end] != 0x0a { end += 1 }
    isSkippingLine = end == filled
    end = min(end + 1, filled)
    line += unsafe sl_text_count(bytes + start, end - start, 0x0a)
    start = end
    if !isSkippingLine { scan() }
    return step
  }

  // MARK: - Chunks

  /// Reads on; false at the end of the file.
  private func more() throws(ByteError) -> Bool {
    if isAtEnd && start == filled { return false }
    try refill()
    if isSkippingLine {
      while start < filled, unsafe bytes[start] != 0x0a { start += 1 }
      guard start < filled else { return !isAtEnd }
      start += 1
      line += 1
      isSkippingLine = false
    }
    scan()
    return boundaryCount > 0 || malformed != nil || !isAtEnd
  }

  /// Moves what is left to the front and fills up the rest.
  private func refill() throws(ByteError) {
    boundaryCount = 0
    boundaryUsed = 0
    let left = filled - start
    if left == capacity { try grow() }
    if start > 0, left > 0 { unsafe bytes.update(from: bytes + start, count: left) }
    filled = left
    start = 0
    if isAtEnd { return }
    let room = unsafe UnsafeMutableRawBufferPointer(start: bytes + left, count: capacity - left)
    filled += try unsafe source.read(into: room)
    isAtEnd = filled < capacity
    // The last line may lack its newline; the padding has room for it.
    if isAtEnd, filled > 0, unsafe bytes[filled - 1] != 0x0a {
      unsafe bytes[filled] = 0x0a
      filled += 1
    }
  }

  private func grow() throws(ByteError) {
    guard capacity < longestRecord else { throw .recordTooLong(capacity) }
    let size = 2 * capacity
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: size + Int(SL_TEXT_PADDING))
    unsafe larger.initialize(repeating: 0, count: size + Int(SL_TEXT_PADDING))
    unsafe larger.update(from: bytes, count: filled)
    unsafe bytes.deallocate()
    unsafe boundaries.deallocate()
    unsafe bytes = larger
    unsafe boundaries = .allocate(capacity: size)
    capacity = size
  }

  /// Finds the records from `start` on that are complete.
  private func scan() {
    let found = unsafe scanner(bytes + start, filled - start, dialect, boundaries)
    boundaryUsed = 0
    var count = found.count
    // SIZE_MAX arrives as -1.
    if found.malformed >= 0 {
      malformed = start + found.malformed
      while unsafe count > 0
        && Int(boundaries[count - 1] & ~SL_TEXT_RECORD_END) > found.malformed
      {
        count -= 1
      }
    } else if isAtEnd && found.in_quotes {
      isUnclosed = true
      malformed = start
    }
    while count > 0, unsafe boundaries[count - 1] & SL_TEXT_RECORD_END == 0 { count -= 1 }
    boundaryCount = count
    if start > 0 {
      for i in 0..<count { unsafe boundaries[i] += UInt32(start) }
    }
    if isUnclosed, count > 0 {
      malformed = unsafe Int(boundaries[count - 1] & ~SL_TEXT_RECORD_END) + 1
    }
  }

  // MARK: - Fields

  /// Finds a column of the run; how many fields have malformed quotes.
  @discardableResult
  private func locate(column: Int, of count: Int) -> Int {
    if fields.count < runCount {
      fields = [sl_text_field](repeating: sl_text_field(), count: max(runCount, 1024))
    }
    return unsafe fields.withUnsafeMutableBufferPointer { fields in
      guard let out = fields.baseAddress else { return 0 }
      return unsafe sl_text_fields(
        bytes, boundaries + runBoundaries, runCount, count, column, runStart, dialect, out)
    }
  }

  /// Adds a column of the run to a builder; what could not be read has a value that means nothing and
  /// is reported by its record.
  ///
  /// A column can be taken once only, since quotes are taken off in place.
  package func append(column: Int, to builder: ColumnBuilder) -> [FieldProblem] {
    if builder.count == 0 { reserve(builder) }
    var problems: [FieldProblem] = []
    if locate(column: column, of: fieldsPerRecord) > 0 {
      for record in 0..<runCount where fields[record].length == SL_TEXT_MALFORMED {
        fields[record] = sl_text_field(begin: 0, length: 0)
        problems.append(FieldProblem(record: record, reason: .malformedQuotes, text: ""))
      }
    }
    let malformed = problems
    problems = unsafe fields.withUnsafeBufferPointer {
      unsafe builder.append(bytes, .init(rebasing: $0[..<runCount]))
    }
    guard !malformed.isEmpty else { return problems }
    let records = Set(malformed.map(\.record))
    return malformed + problems.filter { !records.contains($0.record) }
  }

  /// Makes room for as many rows as the file will have if it goes on like this run, so that columns
  /// need not grow by copying.
  private func reserve(_ builder: ColumnBuilder) {
    guard let size = source.plainSize, start > runStart, runCount > 100 else { return }
    let rows = Double(size) / Double(start - runStart) * Double(runCount)
    builder.reserve(Int(rows * 1.05) + 1024)
  }

  /// Calls `body` with the bytes of the run and the places of its lines, where each line is a field.
  @unsafe
  func withLines<Result>(
    _ body: (UnsafeMutablePointer<UInt8>, UnsafeBufferPointer<sl_text_field>) -> Result
  ) -> Result {
    locate(column: 0, of: 1)
    return unsafe fields.withUnsafeBufferPointer {
      unsafe body(bytes, .init(rebasing: $0[..<runCount]))
    }
  }
}
