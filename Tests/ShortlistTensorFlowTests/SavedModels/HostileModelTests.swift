import Foundation
import Shortlist
import ShortlistMessages
import ShortlistPython
import ShortlistSamples
import ShortlistTensors
import Testing

@testable import ShortlistTensorFlow

/// Files that are well formed and mean harm.
@Suite("Hostile SavedModels")
struct HostileModelTests {
  @Test("A vocabulary whose lines count from the largest number on is an error")
  func offset() throws {
    let error = try importing { model in
      model.eachNode { node in
        guard node.op == "InitializeTableFromTextFileV2" else { return }
        node.attr["offset"] = TFAttrValue(Int.max)
      }
    }
    #expect(error?.message.contains("from line \(Int.max)") == true, "\(error?.message ?? "")")
  }

  @Test("Lines beyond the size of a vocabulary are no words")
  func vocabularySize() throws {
    try withModel { folder, sample in
      try change(folder) { model in
        model.eachNode { node in
          guard node.op == "InitializeTableFromTextFileV2" else { return }
          node.attr["vocab_size"] = TFAttrValue(3)
        }
      }
      let imported = try SavedModelImport(contentsOf: folder.path(), query: "user")
      let encoder = try #require(imported.retriever.model.query.features.first)
      #expect(encoder.vocabulary?.words.count == 3)
    }
  }

  @Test("An input that is joined with itself again and again is an error")
  func doubling() throws {
    let error = try importing { model in
      model.eachFunction { function in
        guard function.signature.name == "__inference_embed",
          var last = function.ret["embeddings"]
        else { return }
        function.nodeDef.append(
          TFNodeDef(constant: TFTensorProto(1 as Int32), named: "axis"))
        for level in 0..<16 {
          function.nodeDef.append(
            TFNodeDef("ConcatV2", named: "double\(level)", inputs: [last, last, "axis:output:0"]))
          last = "double\(level):output:0"
        }
        function.ret["embeddings"] = last
      }
    }
    #expect(error?.message.contains("deeper or larger") == true, "\(error?.message ?? "")")
  }

  @Test("Functions that call themselves are an error")
  func recursion() throws {
    let error = try importing { model in
      model.eachFunction { function in
        guard function.signature.name == "__inference_embed" else { return }
        let inputs = function.signature.inputArg.map(\.name)
        function.nodeDef.append(
          TFNodeDef(
            "PartitionedCall", named: "again", inputs: inputs,
            ["f": TFAttrValue(function: "__inference_embed")]))
        function.ret["embeddings"] = "again:output:0"
      }
    }
    #expect(error?.message.contains("deeper or larger") == true, "\(error?.message ?? "")")
  }

  @Test("Numbers that are none make no tower")
  func notFinite() throws {
    let error = try importing("a number alone") { model in
      model.eachNode { node in
        guard node.op == "Const", node.attr["value"]?.tensor.floatVal == [40] else { return }
        node.attr["value"] = TFAttrValue(TFTensorProto(Float.nan))
      }
    }
    #expect(error?.code == .unsupportedModel)
  }

  @Test("Rows without elements are an error, however many there are")
  func noColumns() throws {
    try withTemporaryFolder { folder in
      var writer = try BundleWriter(folder.appending(path: "v"))
      try writer.write("v", .dtFloat, shape: [1 << 40, 0], elements: [Float]())
      try writer.finish()
      let error = #expect(throws: TensorFlowError.self) {
        try BundleReader(folder.appending(path: "v")).matrix("v")
      }
      #expect(error?.message.contains("the sizes [1099511627776, 0]") == true)
    }
  }

  @Test("Words that take an embedding many times as large are an error")
  func gathering() throws {
    let vocabulary = ImportedVocabulary(
      words: (0..<300).map { "\($0)" }, rows: Array(repeating: 0, count: 300))
    let error = #expect(throws: TensorFlowError.self) {
      try vocabulary.arrange(Matrix(rows: 1, columns: 1 << 20), unknown: 0, path: "model")
    }
    #expect(error?.message.contains("301 rows") == true)
  }

  @Test("A block that an index names twice is read once")
  func repeatedBlock() throws {
    let block = block([(0, "key", "value")])
    let handle: [UInt8] = [0, UInt8(block.count)]
    let index = self.block([
      (0, "key", String(decoding: handle, as: UTF8.self)),
      (0, "kez", String(decoding: handle, as: UTF8.self)),
    ])
    let error = #expect(throws: SortedTableReader.Failure.self) {
      try SortedTableReader.entries(of: table(block, index))
    }
    #expect(error?.reason.contains("order") == true)
  }

  @Test("Keys that share a long beginning cannot take more memory than a table has")
  func sharedKeys() throws {
    let long = String(repeating: "a", count: 4000)
    let block = block([(0, long, "")] + (0..<1000).map { (4000 + $0, "b", "") })
    var handle: [UInt8] = []
    Varint.append(0, to: &handle)
    Varint.append(block.count, to: &handle)
    let index = self.block([(0, "b", handle)])
    let error = #expect(throws: SortedTableReader.Failure.self) {
      try SortedTableReader.entries(of: table(block, index))
    }
    #expect(error?.reason.contains("keys") == true)
  }

  // MARK: Files

  private func withModel(
    _ name: String = "one feature", _ body: (URL, SampleRetriever) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let sample = try #require(try SampleRetriever.all().first { $0.name == name })
      try body(
        try sample.retriever.exportSavedModel(to: folder.appending(path: "model").path()), sample)
    }
  }

  private func change(_ folder: URL, _ change: (inout TFSavedModel) -> Void) throws {
    let file = folder.appending(path: "saved_model.pb")
    var model = try TFSavedModel(decoding: Array(Data(contentsOf: file)))
    change(&model)
    try Data(model.encoded()).write(to: file)
  }

  /// What the import of a changed model says.
  private func importing(
    _ name: String = "one feature", _ change: (inout TFSavedModel) -> Void
  ) throws -> TensorFlowError? {
    var error: TensorFlowError?
    try withModel(name) { folder, _ in
      try self.change(folder, change)
      error = #expect(throws: TensorFlowError.self) {
        _ = try SavedModelImport(contentsOf: folder.path(), query: "user")
      }
    }
    return error
  }

  private func block(_ entries: [(shared: Int, key: String, value: String)]) -> [UInt8] {
    block(entries.map { ($0.shared, $0.key, Array($0.value.utf8)) })
  }

  private func block(_ entries: [(shared: Int, key: String, value: [UInt8])]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (shared, key, value) in entries {
      for number in [shared, key.utf8.count, value.count] { Varint.append(number, to: &bytes) }
      bytes += Array(key.utf8) + value
    }
    return bytes + [0, 0, 0, 0, 1, 0, 0, 0]
  }

  private func table(_ blocks: [UInt8]...) -> [UInt8] {
    var bytes: [UInt8] = []
    var handle: [UInt8] = [0, 0]
    for block in blocks {
      handle = [0, 0]
      Varint.append(bytes.count, to: &handle)
      Varint.append(block.count, to: &handle)
      bytes += block + [0]
      bytes.append(littleEndian: CRC32C.masked(CRC32C.of((block + [0]).span)))
    }
    bytes += handle + [UInt8](repeating: 0, count: SortedTableWriter.footerSize - 8 - handle.count)
    bytes.append(littleEndian: SortedTableWriter.magic)
    return bytes
  }
}

extension TFSavedModel {
  fileprivate mutating func eachFunction(_ change: (inout TFFunctionDef) -> Void) {
    for meta in metaGraphs.indices {
      for function in metaGraphs[meta].graphDef.library.function.indices {
        change(&metaGraphs[meta].graphDef.library.function[function])
      }
    }
  }

  fileprivate mutating func eachNode(_ change: (inout TFNodeDef) -> Void) {
    eachFunction { function in
      for node in function.nodeDef.indices { change(&function.nodeDef[node]) }
    }
  }
}
