import Foundation
import Shortlist
import ShortlistTensorFlow

/// Exports a large catalogue as a SavedModel: seconds, megabytes a second beside a plain copy of the same bytes, and
/// the peak of memory, each in a process of its own.
///
///     swift run -c release ExportBenchmark [--items N] [--dimensions D] [--folder FOLDER]
@main
struct ExportBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments
    func value(_ name: String, _ fallback: String) -> String {
      guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else {
        return fallback
      }
      return arguments[place + 1]
    }
    let items = Int(value("--items", "10000000")) ?? 0
    let dimensions = Int(value("--dimensions", "64")) ?? 0
    let folder = URL(
      filePath: value("--folder", NSTemporaryDirectory() + "export-benchmark"),
      directoryHint: .isDirectory)
    let (artefact, model, copy) = (
      folder.appending(path: "artefact"), folder.appending(path: "model"),
      folder.appending(path: "copy")
    )
    switch value("--step", "") {
    case "make": try make(items, dimensions, artefact)
    case "export":
      let reader = try ArtifactReader(artefact)
      let opened = peakMemory()
      let seconds = try ContinuousClock().measure {
        _ = try reader.exportSavedModel(to: model.path())
      }
      report("export", seconds, bytes(in: model))
      print(
        "peak of memory: \(peakMemory() / 1_000_000) MB (\(opened / 1_000_000) MB after opening)")
    case "copy":
      // What a program does that only moves the bytes: read a block, write it, flush at the end.
      let source = model.appending(path: "1/variables/variables.data-00000-of-00001")
      let seconds = try ContinuousClock().measure { try plainCopy(source, to: copy) }
      report("copy", seconds, bytes(in: copy))
    default:
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for step in ["make", "export", "copy"] {
        for old in step == "make" ? [artefact] : step == "export" ? [model] : [copy] {
          try? FileManager.default.removeItem(at: old)
        }
        let process = try Process.run(
          URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(),
          arguments: [
            "--step", step, "--items", "\(items)", "--dimensions", "\(dimensions)", "--folder",
            folder.path(),
          ])
        process.waitUntilExit()
      }
    }
  }

  private static func make(_ items: Int, _ dimensions: Int, _ folder: URL) throws {
    let user = Embedding(
      of: "user", in: Vocabulary((0..<100_000).map { "user-\($0)" }), dimensions: dimensions)
    let model = TwoTowerModel(
      query: Tower { user },
      candidate: Tower {
        Embedding(of: "genre", in: Vocabulary(["a", "b"]), dimensions: dimensions)
      }, seed: 1)
    var random = RandomStream(seed: 2)
    var vectors = Matrix(rows: items, columns: dimensions)
    var values = vectors.mutableValues
    for place in 0..<values.count { values[place] = random.uniform() - 0.5 }
    let catalogue = Catalogue(
      identifiers: (0..<items).map { "item-\($0)" }, identifiedBy: "item", embeddings: vectors)
    try Retriever(model, index: try ExactIndex(catalogue.embeddings), over: catalogue)
      .save(to: folder.path())
  }

  private static func plainCopy(_ source: URL, to target: URL) throws {
    let input = try FileHandle(forReadingFrom: source)
    _ = FileManager.default.createFile(atPath: target.path(), contents: nil)
    let output = try FileHandle(forWritingTo: target)
    while let block = try input.read(upToCount: 16 << 20), !block.isEmpty {
      try output.write(contentsOf: block)
    }
    try output.synchronize()
  }

  private static func report(_ name: String, _ time: Duration, _ bytes: Int) {
    let seconds = time / .seconds(1)
    print(
      "\(name): \(String(format: "%.1f", seconds)) s for \(bytes / 1_000_000) MB, "
        + "\(Int(Double(bytes) / seconds / 1e6)) MB/s")
  }

  private static func bytes(in url: URL) -> Int {
    let files =
      FileManager.default.enumerator(at: url, includingPropertiesForKeys: [.fileSizeKey])?
      .allObjects as? [URL] ?? []
    return ([url] + files).reduce(0) { sum, file in
      let values = try? file.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
      return sum + (values?.isRegularFile == true ? values?.fileSize ?? 0 : 0)
    }
  }

  /// The most memory this process ever held, in bytes.
  private static func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
    return (kilobytes.flatMap { Int($0) } ?? 0) * 1024
  }
}
