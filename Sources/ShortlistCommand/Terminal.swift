import Foundation

/// What the commands print: results on standard output, everything else on standard error.
enum Terminal {
  static let errorIsTerminal = isatty(STDERR_FILENO) == 1

  /// Prints a result.
  ///
  /// - Throws: `CommandFailure` when standard output cannot take it, which `print` would not tell.
  static func show(_ text: String) throws {
    try send(text + "\n")
  }

  /// Writes to standard output.
  static func send(_ text: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      throw CommandFailure("standard output: could not write: \(explanation(of: error))")
    }
  }

  static func warn(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Text that the next status replaces on a terminal; nothing elsewhere.
  static func status(_ text: String) {
    guard errorIsTerminal else { return }
    FileHandle.standardError.write(Data(("\r" + text + "\u{1B}[K").utf8))
  }

  static func clearStatus() { status("") }

  /// One paragraph that says what happened.
  static func explanation(of error: any Error) -> String {
    switch error {
    case let error as CocoaError: error.localizedDescription
    default: "\(error)"
    }
  }

  /// A value as JSON on one line.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Prints one JSON object on one line.
  static func printJSON(_ value: some Encodable) throws { try show(json(value)) }

  /// Columns in lines: text to the left, numbers to the right.
  static func table(_ header: [String], _ rows: [[String]], numbers: Set<Int> = []) -> String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return numbers.contains(column) ? space + row[column] : row[column] + space
      }
      .joined(separator: "  ").trimmingTrailingSpaces
    }
    .joined(separator: "\n")
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
  }
}

extension Float {
  /// A score as people read it.
  var shown: String { String(format: "%.4f", self) }
}
