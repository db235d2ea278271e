import Foundation
import Shortlist
import ShortlistArtifacts
import ShortlistData
import ShortlistIndex
import ShortlistMessages
import ShortlistPython
import ShortlistSamples
import ShortlistTensors
import Testing

@testable import ShortlistTensorFlow

@Suite("SavedModels with ScaNN")
struct ScaNNSavedModelTests {
  @Test(
    "scann finds as much in our indexes as Swift does, and everything where it looks at all",
    .needsTensorFlow)
  func scannAgrees() throws {
    try withTemporaryFolder { folder in
      let arguments = try SampleScaNN.all.enumerated().flatMap { number, sample in
        try sample.export(sample.retriever(), to: folder.appending(path: "\(number)"))
      }
      let printed = try Python.run("scann_model_check.py", arguments)
      #expect(printed.contains("\(SampleScaNN.all.count) indexes agree"), "\(printed)")
    }
  }

  @Test("Every tower and every way of calling work as they do with exact search", .needsTensorFlow)
  func formsOfCall() throws {
    try withTemporaryFolder { folder in
      var configuration = ScaNNIndex.Configuration()
      (configuration.leaves, configuration.soarLambda) = (5, 1)
      var arguments = ["--scann"]
      let samples = try SampleRetriever.all().filter { $0.retriever.model.task.queryVectors == 1 }
      for (number, sample) in samples.enumerated() {
        let indexed = try sample.indexed {
          try ScaNNIndex($0, configuration: configuration, similarity: $1)
        }
        let (model, expectation) = try indexed.export(
          to: folder.appending(path: "\(number)"), options: SavedModelOptions(index: .scann))
        arguments += [model, expectation]
      }
      let printed = try Python.run("saved_model_check.py", arguments)
      #expect(printed.contains("answers agree"))
    }
  }

  @Test("The C++ loader runs a model with the library of the operations alone", .needsTensorFlow)
  func otherLoader() throws {
    try withTemporaryFolder { folder in
      let sample = try #require(try SampleRetriever.all().first).indexed {
        try ScaNNIndex($0, similarity: $1)
      }
      let (model, expectation) = try sample.export(
        to: folder.appending(path: "model"), options: SavedModelOptions(index: .scann))
      let printed = try Python.run("saved_model_session.py", [model, expectation, "scann"])
      #expect(printed.contains("the C++ loader agrees in 7 queries"))
    }
  }

  @Test("An index that puts a row into two places is refused, and the file named")
  func damagedIndex() throws {
    try withTemporaryFolder { folder in
      let sample = try #require(SampleScaNN.all.first)
      let artefact = try sample.retriever().save(to: folder.appending(path: "artefact").path())
      let file = artefact.appending(path: "index.safetensors")
      let checksum = try Checksum.sha256(ofFileAt: file)
      // The last row number is put over the first; the manifest fits.
      let rows = try Safetensors(contentsOf: file)
        .storage("rows", of: .uint8, shape: [sample.items, 2])
      let numbers = Data((0..<rows.count).map { rows.bytes[$0] })
      var bytes = try Data(contentsOf: file)
      let place = try #require(bytes.range(of: numbers))
      bytes.replaceSubrange(place.prefix(2), with: numbers.suffix(2))
      try FileManager.default.removeItem(at: file)
      try bytes.write(to: file)
      let manifest = artefact.appending(path: "manifest.json")
      let text = try String(contentsOf: manifest, encoding: .utf8).replacing(
        checksum, with: try Checksum.sha256(ofFileAt: file))
      try text.write(to: manifest, atomically: true, encoding: .utf8)

      let error = #expect(throws: ArtifactError.self) {
        try ArtifactReader(artefact).exportSavedModel(
          to: folder.appending(path: "model").path(), options: SavedModelOptions(index: .scann))
      }
      #expect(error?.code == .damagedFile)
      #expect(error?.path.hasSuffix("index.safetensors") == true)
      #expect(error?.message.contains("where it cannot be") == true)
    }
  }

  @Test("The artefact gives the file that the retriever gives")
  func artefactStreams() throws {
    try withTemporaryFolder { folder in
      let options = SavedModelOptions(index: .scann)
      for name in ["SOAR", "euclidean", "reordering by int8"] {
        let sample = try #require(SampleScaNN.all.first { $0.name == name })
        let retriever = try sample.retriever()
        let artefact = folder.appending(path: "artefact").appending(path: name).path()
        let saved = try retriever.save(to: artefact)
        let whole = try retriever.exportSavedModel(
          to: folder.appending(path: "whole \(name)").path(), options: options)
        let streamed = try ArtifactReader(saved).exportSavedModel(
          to: folder.appending(path: "streamed \(name)").path(), options: options)
        for file in [
          "saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001",
        ] {
          let expected = try Data(contentsOf: whole.appending(path: file))
          #expect(try Data(contentsOf: streamed.appending(path: file)) == expected, "\(file)")
        }
      }
    }
  }

  @Test("What cannot be exported is an error that says how to mend it")
  func unsupported() throws {
    try withTemporaryFolder { folder in
      let samples = try SampleRetriever.all()
      let several = try #require(samples.first { $0.retriever.model.task.queryVectors > 1 })
      let scann = try several.indexed { try ScaNNIndex($0, similarity: $1) }
      for (sample, message) in [
        (samples[0], "retriever.indexed(as: .scann)"), (scann, "3 vectors"),
      ] {
        let error = #expect(throws: TensorFlowError.self) {
          try sample.retriever.exportSavedModel(
            to: folder.appending(path: "model").path(), options: .init(index: .scann))
        }
        #expect(error?.code == .unsupportedModel)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
      }
      let artefact = try samples[0].retriever.save(to: folder.appending(path: "artefact").path())
      let error = #expect(throws: TensorFlowError.self) {
        try ArtifactReader(artefact).exportSavedModel(
          to: folder.appending(path: "model").path(), options: .init(index: .scann))
      }
      #expect(error?.message.contains("shortlist index ARTEFACT --index scann") == true)
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "model").path()))
    }
  }

  @Test("Rows have one leaf, the nearer, and searches go as deep as before")
  func byRow() throws {
    let sample = try #require(SampleScaNN.all.first { $0.name == "SOAR" })
    let retriever = try sample.retriever()
    let index = try #require(retriever.index as? ScaNNIndex)
    let rows = try ScaNNIndex.ByRow(index, over: retriever.catalogue.embeddings)
    #expect(rows.leavesToSearch == 2 * 3)
    let (centroids, vectors) = (rows.centroids, retriever.catalogue.embeddings)
    let tree = try ExactIndex(centroids, similarity: .euclidean)
    let nearest = try tree.nearest(1, to: vectors)
    #expect(rows.leaves.map { Int($0) } == nearest.map { $0[0].row })
  }
}

@Suite("ScaNN's messages")
struct ScaNNMessageTests {
  private func description(_ dimensions: Int, leaves: Int, leavesToSearch: Int) -> ScaNNDescription
  {
    ScaNNDescription(
      k: 10, dimensions: dimensions, leaves: leaves, leavesToSearch: leavesToSearch,
      dimensionsPerBlock: 2, reordering: 150)
  }

  // The bytes that scann's own messages have, by Python's protobuf.
  @Test("Messages have the bytes of scann's")
  func golden() throws {
    func hex(_ bytes: [UInt8]) -> String {
      bytes.map { String(String(Int($0) + 0x100, radix: 16).suffix(2)) }.joined()
    }
    let product = "0a12446f7450726f6475637444697374616e6365"
    let squared = "0a11537175617265644c3244697374616e6365"
    var tree = description(3, leaves: 2, leavesToSearch: 1)
    #expect(
      hex(try ScannScannConfig(tree).encoded())
        == "180a2a14\(product)423b18025213\(squared)aa010408041801b80100ca0114\(product)e001016a3a"
        + "2a380a10080222040801100222040801100148031010920113\(squared)a00103b00101ca0102080188020"
        + "18a01070896012a020800")
    (tree.dimensions, tree.leaves, tree.leavesToSearch) = (32, 50, 8)
    #expect(
      hex(try ScannScannConfig(tree).encoded())
        == "180a2a14\(product)423b18325213\(squared)aa010408041808b80100ca0114\(product)e001016a32"
        + "2a300a080801101018024820"
        + "1010920113\(squared)a00103b00101ca010208018802018a0107089601"
        + "2a020800")
    tree.dimensionsPerBlock = nil
    #expect(
      hex(try ScannScannConfig(tree).encoded())
        == "180a2a14\(product)3a0422020800423b18325213\(squared)aa010408041808b80100ca0114\(product)"
        + "e00101")
    #expect(
      hex(try ScannScannConfig(description(32, leaves: 1, leavesToSearch: 1)).encoded())
        == "180a2a14\(product)6a322a300a0808011010180248201010920113\(squared)a00103b00100ca01020801"
        + "8802008a01070896012a020800")
    let centroids = Matrix(rows: 2, columns: 3, values: [1, 2, 3, -1, 0.5, 0.25])
    #expect(
      hex(try ScannSerializedPartitioner(centroids).encoded())
        == "080212370a350a330a0e120c0000803f00000040000040400a0e120c000080bf0000003f0000803e1a022800"
        + "1a02280128ffffffffffffffffff01")
  }

  @Test("The last block of a codebook is as wide as what is left of the vectors")
  func codebook() throws {
    var centers = Matrix(rows: 4, columns: 16)
    for row in 0..<4 { for center in 0..<16 { centers[row, center] = Float(100 * row + center) } }
    let message = ScannCentersForAllSubspaces(
      Codebook(width: 2, blocks: 2, centers: centers), dimensions: 3)
    #expect(message.subspaceCenters.map { $0.center.count } == [16, 16])
    #expect(message.subspaceCenters[0].center[5].featureValueFloat == [5, 105])
    #expect(message.subspaceCenters[1].center[5].featureValueFloat == [205])
  }
}
