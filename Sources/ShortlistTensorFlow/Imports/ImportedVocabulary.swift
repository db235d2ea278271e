import Foundation
import ShortlistData
import ShortlistMessages
import ShortlistTensors

/// The strings of a table with the rows that it gives them.
struct ImportedVocabulary {
  /// In the order of their rows.
  let words: [String]
  let rows: [Int]

  init(words: [String], rows: [Int]) { (self.words, self.rows) = (words, rows) }

  /// Reads what fills a table: constants of the graph, or a file of the model.
  ///
  /// - Throws: `TensorFlowError` for a table that is filled in another way, damaged, or not of UTF-8.
  init(table: Int32, of model: SavedModelFile, _ reader: inout GraphReader) throws {
    let path = model.path
    func unsupported(_ reason: String) -> TensorFlowError {
      TensorFlowError(
        .unsupportedModel, path: path,
        message:
          "the table of a string look-up \(reason); tables that are filled from constants or from a "
          + "vocabulary file are understood")
    }
    guard let initialize = model.child("_initialize", of: table),
      let function = model.object(initialize)?.function.concreteFunctions.first
    else { throw unsupported("has no initializer") }
    let bound = model.objects.concreteFunctions[function]?.boundInputs ?? []
    guard let (node, inputs) = try reader.filling(of: function, bound.map { .object($0) }),
      inputs.count > 1
    else { throw unsupported("is filled in another way") }

    var entries: [(word: [UInt8], row: Int)] = []
    if node.op == "InitializeTableFromTextFileV2" {
      guard case .object(let id) = inputs[1], let file = model.asset(id) else {
        throw unsupported("is filled from a file that the model does not hold")
      }
      guard node.attr["key_index"]?.i == -2, node.attr["value_index"]?.i == -1 else {
        throw unsupported("is filled from the columns of a file")
      }
      let offset = Int(node.attr["offset"]?.i ?? 0)
      guard (0...1 << 40).contains(offset) else {
        throw unsupported("is filled from a file that is counted from line \(offset) on")
      }
      let size = Int(node.attr["vocab_size"]?.i ?? -1)
      for (number, line) in try Self.lines(of: file).enumerated() {
        if size >= 0, number == size { break }
        entries.append((line, number + offset))
      }
    } else {
      guard inputs.count > 2, let keys = reader.constant(inputs[1])?.strings,
        let rows = reader.constant(inputs[2])?.integers, keys.count == rows.count
      else { throw unsupported("does not have one row for each string") }
      entries = Array(zip(keys, rows)).map { (word: $0, row: $1) }
    }
    entries.sort { $0.row < $1.row }
    words = try entries.map { entry in
      guard let word = String(validating: entry.word, as: UTF8.self) else {
        throw TensorFlowError(
          .unsupportedModel, path: path,
          message:
            "a string of a look-up table is not UTF-8: \(String(decoding: entry.word.prefix(40), as: UTF8.self))"
        )
      }
      return word
    }
    rows = entries.map(\.row)
  }

  /// The lines of a file as TensorFlow reads them: without carriage returns.
  private static func lines(of file: URL) throws -> [[UInt8]] {
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw TensorFlowError(
        .missingFile, path: file.plainPath,
        message: "the vocabulary file of the model cannot be read. Copy the model again")
    }
    var lines = data.split(separator: 0x0a, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { $0.filter { $0 != 0x0d } }
  }

  /// The rows of an embedding in the order of Shortlist: that of unknown words first, then those of the words.
  ///
  /// - Throws: `TensorFlowError` for rows that the embedding does not have.
  func arrange(_ embedding: Matrix, unknown: Int, path: String) throws -> Matrix {
    let wanted = [unknown] + rows
    for row in wanted where row < 0 || row >= embedding.rows {
      throw TensorFlowError(
        .unsupportedModel, path: path,
        message: "a look-up gives the row \(row) of an embedding with \(embedding.rows) rows")
    }
    if wanted.count == embedding.rows, zip(wanted, 0...).allSatisfy({ $0 == $1 }) {
      return embedding
    }
    // A row may be that of many words, so a small file can ask for much.
    guard wanted.count <= max(1 << 28, 16 * embedding.count) / embedding.columns else {
      throw TensorFlowError(
        .unsupportedModel, path: path,
        message:
          "a look-up makes \(wanted.count) rows of an embedding of \(embedding.rows) x "
          + "\(embedding.columns); expected at most 16 times what it has")
    }
    return embedding.gathering(wanted.map { Int32($0) })
  }
}
