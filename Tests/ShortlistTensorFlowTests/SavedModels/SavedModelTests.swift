import Foundation
import Shortlist
import ShortlistPython
import ShortlistSamples
import ShortlistTensorFlow
import Testing

@Suite("SavedModels")
struct SavedModelTests {
  @Test("TensorFlow finds what Swift finds, however it is called", .needsTensorFlow)
  func tensorFlowAgrees() throws {
    try withTemporaryFolder { folder in
      var arguments: [String] = []
      for (number, sample) in try SampleRetriever.all().enumerated() {
        let (model, expectation) = try sample.export(to: folder.appending(path: "\(number)"))
        arguments += [model, expectation]
      }
      let printed = try Python.run("saved_model_check.py", arguments)
      #expect(printed.contains("answers agree"))
    }
  }

  @Test("The C++ loader and saved_model_cli run a model", .needsTensorFlow)
  func otherLoadersAgree() throws {
    try withTemporaryFolder { folder in
      let sample = try #require(try SampleRetriever.all().first)
      let (model, expectation) = try sample.export(to: folder.appending(path: "model"))
      let printed = try Python.run("saved_model_session.py", [model, expectation])
      #expect(printed.contains("the C++ loader agrees in 7 queries"))

      let shown = try Python.run(
        program: "saved_model_cli", ["show", "--dir", model, "--all"])
      for text in [
        "signature_def['serving_default']", "inputs['input_1'] tensor_info",
        "outputs['output_2'] tensor_info", "Function Name: 'query_with_exclusions'",
        "Function Name: 'embed_queries'",
      ] {
        #expect(shown.contains(text), "\(text) is not in \(shown)")
      }
      let run = try Python.run(
        program: "saved_model_cli",
        [
          "run", "--dir", model, "--tag_set", "serve", "--signature_def", "serving_default",
          "--input_exprs", "input_1=['user 3']",
        ])
      let best = try sample.retriever.recommend(1, for: ["user": "user 3"])[0].identifier
      #expect(run.contains("b'\(best)'"), "\(run)")
    }
  }

  @Test("The artefact gives the file that the retriever gives")
  func artefactStreams() throws {
    try withTemporaryFolder { folder in
      for (number, sample) in try SampleRetriever.all().enumerated() {
        let artefact = folder.appending(path: "artefact\(number)").path()
        try sample.retriever.save(to: artefact)
        let reader = try ArtifactReader(URL(filePath: artefact))
        let whole = try sample.retriever.exportSavedModel(
          to: folder.appending(path: "whole\(number)").path())
        let streamed = try reader.exportSavedModel(
          to: folder.appending(path: "streamed\(number)").path())
        for file in [
          "saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001",
          "assets.extra/tf_serving_warmup_requests",
        ] {
          let expected = try Data(contentsOf: whole.appending(path: file))
          #expect(try Data(contentsOf: streamed.appending(path: file)) == expected, "\(file)")
          #expect(!expected.isEmpty)
        }
      }
    }
  }

  @Test("A second export is the next version, and a version that exists is left alone")
  func versions() throws {
    try withTemporaryFolder { folder in
      let sample = try #require(try SampleRetriever.all().first)
      let model = folder.appending(path: "model").path()
      #expect(try sample.retriever.exportSavedModel(to: model).lastPathComponent == "1")
      #expect(try sample.retriever.exportSavedModel(to: model).lastPathComponent == "2")
      let error = #expect(throws: FileError.self) {
        try sample.retriever.exportSavedModel(to: model + "/2")
      }
      #expect(error?.code == .exists)
      // Nothing half-written is left beside them.
      let names = try FileManager.default.contentsOfDirectory(atPath: model)
      #expect(names.sorted() == ["1", "2"])
    }
  }

  @Test("What TensorFlow cannot say is an error that says what")
  func unsupported() throws {
    try withTemporaryFolder { folder in
      let hashed = try SampleRetriever.of(
        Tower { Embedding(of: "user", in: .hashing(buckets: 10), dimensions: 4) }, dimensions: 4)
      try expect("hashing vocabulary", hashed, in: folder)
      let own = try SampleRetriever.of(
        Tower {
          Embedding(of: "user", in: Vocabulary(["a"]), dimensions: 4)
        } layers: {
          Doubled()
        },
        dimensions: 4)
      try expect("a layer of the type \"doubled\"", own, in: folder)
      let named = try SampleRetriever.of(
        Tower {
          Embedding(of: "k", in: Vocabulary(["a"]), dimensions: 2)
          Embedding(of: "user", in: Vocabulary(["a"]), dimensions: 2)
        }, dimensions: 4)
      try expect("a feature is called \"k\"", named, in: folder)
      for (names, message) in [
        (["class", "user"], "a feature is called \"class\""),
        (["film/title", "film_title"], "\"film/title\" and \"film_title\" have the same name"),
      ] {
        let tower = Tower(
          features: names.map { Embedding(of: .init($0), in: Vocabulary(["a"]), dimensions: 2) })
        try expect(message, SampleRetriever.of(tower, dimensions: 4), in: folder)
      }
      let euclidean = try SampleRetriever.of(
        Tower { Embedding(of: "user", in: Vocabulary(["a"]), dimensions: 4) }, dimensions: 4,
        similarity: .euclidean)
      try expect("Euclidean", euclidean, in: folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()).isEmpty)
    }
  }

  private func expect(_ message: String, _ retriever: Retriever, in folder: URL) throws {
    let error = #expect(throws: TensorFlowError.self) {
      try retriever.exportSavedModel(to: folder.appending(path: "1").path())
    }
    #expect(error?.code == .unsupportedModel)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}

private struct Doubled: Layer {
  static let typeName = "doubled"
  func forward(_ input: Variable, in pass: Pass) -> Variable { pass.add(input, input) }
}
