import Foundation
import Shortlist

// Recall@10 against queries a second of the indexes here, in the way and the format of peers/ann.py:
// one thread, one query a call, warm, best of the repeats; an index is built on all cores.
//
//   swift run -c release AnnBenchmark SET.safetensors [--index exact|scann|options] [--repeats 3]
//
// SET.safetensors is a file of peers/ann_data.py.
@main
struct AnnBenchmark {
  var file: URL
  var indexes = ["exact", "scann"]
  var repeats = 3

  init?(_ arguments: [String]) {
    var files: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--index":
        guard let name = rest.popFirst(), candidates[name] != nil else { return nil }
        indexes = [name]
      case "--repeats":
        guard let count = rest.popFirst().flatMap({ Int($0) }), count > 0 else { return nil }
        repeats = count
      default:
        files.append(argument)
      }
    }
    guard files.count == 1 else { return nil }
    file = URL(fileURLWithPath: files[0])
  }

  static func main() throws {
    guard let benchmark = AnnBenchmark(Array(CommandLine.arguments.dropFirst())) else {
      let names = candidates.keys.sorted().joined(separator: ", ")
      let usage = "usage: AnnBenchmark SET.safetensors [--index NAME] [--repeats 3]; \(names)\n"
      FileHandle.standardError.write(Data(usage.utf8))
      exit(2)
    }
    let set = try VectorSet(benchmark.file)
    for name in benchmark.indexes {
      for candidate in candidates[name]?(set.base) ?? [] {
        try measure(candidate, on: set, repeats: benchmark.repeats)
      }
    }
  }
}
