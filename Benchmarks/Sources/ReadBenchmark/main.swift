import Foundation
import Shortlist

/// Reads tables of interactions and prints megabytes a second on one core, and the peak of memory
/// beside the size of the columns.
///
///     swift run -c release ReadBenchmark [--rows N] [FILE.csv|FILE.tsv|FILE.jsonl ...]
///
/// Without files it writes synthetic ones into a temporary folder and reads each in a process of its
/// own, so that the peaks do not mix.

let columns: [ColumnSpecification] = [
  .init(.userID), .init(.movieID), .init(.userRating), .init(.timestamp),
]

/// The most memory this process ever held, in bytes.
func peakMemory() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
  let kilobytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
  return (kilobytes.flatMap { Int($0) } ?? 0) * 1024
}

/// Seconds that the processor has worked for this process, in user and system mode: what the clock
/// would show if nobody else used the machine.
func processorTime() -> Double {
  Double(clock()) / Double(CLOCKS_PER_SEC)
}

func read(_ path: String) throws {
  let before = peakMemory()
  let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
  var best = (wall: Double.infinity, processor: Double.infinity)
  var first = best
  var dataset: Dataset?
  for run in 0..<5 {
    dataset = nil
    let start = processorTime()
    let wall = try ContinuousClock().measure {
      dataset = try Dataset(contentsOf: path, columns: columns)
    }
    let time = (wall: wall / .seconds(1), processor: processorTime() - start)
    if run == 0 {
      first = time
      let table = dataset.map(bytes) ?? 0
      print(
        "\(URL(filePath: path).lastPathComponent): \(size / 1_000_000) MB,"
          + " \(dataset?.rowCount ?? 0) rows; columns \(table / 1_000_000) MB, peak"
          + " \((peakMemory() - before) / 1_000_000) MB")
    }
    best = (min(best.wall, time.wall), min(best.processor, time.processor))
  }
  let rate = { (time: Double) in Int(Double(size) / time / 1e6) }
  print(
    "  MB/s by the clock: first \(rate(first.wall)), best of five \(rate(best.wall)); by processor"
      + " time: first \(rate(first.processor)), best \(rate(best.processor))")
}

/// The bytes that the columns of the benchmark hold.
func bytes(_ dataset: Dataset) -> Int {
  let strings = [dataset[.userID], dataset[.movieID]]
  return dataset.rowCount * (4 + 4 + 4 + 8)
    + strings.reduce(0) { $0 + $1.distinct.reduce(0) { $0 + 16 + ($1.utf8.count > 15 ? 32 : 0) } }
}

/// Writes rows in the shape of MovieLens: users in order, films drawn with a long tail.
func write(rows: Int, to folder: URL) throws -> [URL] {
  let header = ["user_id", "movie_id", "user_rating", "timestamp"]
  let files = ["plain.tsv", "quoted.csv", "objects.jsonl"].map { folder.appending(path: $0) }
  for (kind, file) in files.enumerated() {
    FileManager.default.createFile(atPath: file.path(percentEncoded: false), contents: nil)
    let handle = try FileHandle(forWritingTo: file)
    var text =
      [header.joined(separator: "\t"), header.map { "\"\($0)\"" }.joined(separator: ","), ""][kind]
      + (kind == 2 ? "" : "\n")
    var random = RandomStream(seed: 7)
    for row in 0..<rows {
      let u = random.uniform()
      let (user, film) = (row / 145 + 1, Int(u * u * u * 27_000) + 1)
      let (rating, time) = (
        Float(random.below(10) + 1) / 2, 789_652_009 + random.below(500_000_000)
      )
      switch kind {
      case 0: text += "\(user)\t\(film)\t\(rating)\t\(time)\n"
      case 1: text += "\"\(user)\",\"\(film)\",\"\(rating)\",\"\(time)\"\n"
      default:
        text +=
          #"{"user_id": "\#(user)", "movie_id": "\#(film)", "user_rating": \#(rating), "timestamp": \#(time)}"#
          + "\n"
      }
      if text.utf8.count > 1 << 20 {
        try handle.write(contentsOf: Data(text.utf8))
        text = ""
      }
    }
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }
  return files
}

var arguments = Array(CommandLine.arguments.dropFirst())
var rows = 20_000_000
if arguments.first == "--rows", arguments.count > 1, let count = Int(arguments[1]) {
  rows = count
  arguments.removeFirst(2)
}
if arguments.isEmpty {
  let folder = FileManager.default.temporaryDirectory.appending(path: "shortlist-read-\(rows)")
  defer { try? FileManager.default.removeItem(at: folder) }
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  for file in try write(rows: rows, to: folder) {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
    process.arguments = [file.path(percentEncoded: false)]
    try process.run()
    process.waitUntilExit()
  }
} else {
  for file in arguments { try read(file) }
}
