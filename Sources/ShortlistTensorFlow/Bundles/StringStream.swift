import Foundation
import ShortlistData
import ShortlistTensors

/// Strings in order that can be gone through as often as needed, without all of them being in memory.
struct StringStream {
  struct Block {
    /// The bytes of the strings, one after the other.
    var bytes: [UInt8] = []
    var lengths: [Int] = []

    mutating func append(_ string: String) {
      bytes.append(contentsOf: string.utf8)
      lengths.append(string.utf8.count)
    }
  }

  let forEachBlock: ((Block) throws -> Void) throws -> Void

  init(_ forEachBlock: @escaping ((Block) throws -> Void) throws -> Void) {
    self.forEachBlock = forEachBlock
  }

  init(_ strings: [String]) {
    self.init { body in
      for start in stride(from: 0, to: strings.count, by: 4096) {
        var block = Block()
        for string in strings[start..<min(start + 4096, strings.count)] { block.append(string) }
        try body(block)
      }
    }
  }

  /// The words of a vocabulary file.
  init(vocabulary file: URL) {
    self.init { body in
      var block = Block()
      try Vocabulary.forEachWord(inFile: file) { word in
        block.bytes.append(contentsOf: word)
        block.lengths.append(word.count)
        guard block.lengths.count == 4096 else { return }
        try body(block)
        block = Block()
      }
      if !block.lengths.isEmpty { try body(block) }
    }
  }
}
