internal import Foundation
internal import Synchronization

/// MovieLens 100K out of the PyPI package recbole 1.2.1, whose wheel carries it as an example.
///
/// `.inter` is u.data with a header line. `.item` has the title without the year and the genres by
/// name, but neither dates nor addresses. `.user` is u.user with tabs. What was left out of the
/// original's titles is put back: three end with a space, and film 267 is called "unknown".
enum RecBole {
  private static let folder = "recbole/dataset_example/ml-100k/ml-100k"
  private static let version = "recbole==1.2.1"
  /// MD5 of the original u.data.
  private static let ratingsMD5 = "6e47046882bad158b0efbb84cd5cb987"
  private static let titlesEndingWithSpace: Set<String> = ["1128", "1201", "1635"]

  /// Downloads the wheel with the machine's own pip and writes the edition's files.
  static func unpack(
    in target: URL, _ progress: @escaping @Sendable (FetchProgress) -> Void
  ) throws(DataError) {
    let downloads = target.appending(path: ".wheel", directoryHint: .isDirectory)
    defer { try? FileManager.default.removeItem(at: downloads) }
    progress(.downloading(name: version, received: 0, total: nil))
    try download(into: downloads)
    let path = downloads.path(percentEncoded: false)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard let wheel = names.first(where: { $0.hasSuffix(".whl") }) else {
      throw DataError(.unreachable, "pip brought no wheel of \(version)", at: .init(file: path))
    }
    progress(.unpacking)
    try unpack(wheel: downloads.appending(path: wheel), in: target)
  }

  /// Writes u.data, u.item and u.user from a wheel.
  static func unpack(
    wheel: URL, in target: URL, ratingsMD5: String = ratingsMD5
  ) throws(DataError) {
    let zip = try ZipArchive(at: wheel)
    let ratings = try lines(of: ".inter", in: zip, target)
    let data = Data((ratings.joined(separator: "\n") + "\n").utf8)
    let sum = Checksum.md5(of: data)
    guard sum == ratingsMD5 else {
      throw DataError(
        .wrongChecksum, "the ratings are not u.data: their MD5 is \(sum), expected \(ratingsMD5)",
        at: .init(file: wheel.lastPathComponent))
    }
    try write(data, to: target.appending(path: "u.data"))
    var items: [String] = []
    for line in try lines(of: ".item", in: zip, target) { items.append(try item(line, wheel)) }
    let text = items.joined(separator: "\n") + "\n"
    // u.item is ISO-8859-1.
    guard let latin1 = text.data(using: .isoLatin1) else {
      throw DataError(
        .wrongEncoding, "a title is not ISO-8859-1", at: .init(file: wheel.lastPathComponent))
    }
    try write(latin1, to: target.appending(path: "u.item"))
    let users = try lines(of: ".user", in: zip, target)
      .map { $0.replacing("\t", with: "|") }.joined(separator: "\n")
    try write(Data((users + "\n").utf8), to: target.appending(path: "u.user"))
  }

  /// A line of u.item: identifier, title, no date, no date, no address, nineteen flags.
  static func item(_ line: String, _ wheel: URL) throws(DataError) -> String {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 4 else {
      throw DataError(
        .wrongNumberOfFields, "\(fields.count) fields instead of 4 in \"\(line)\"",
        at: .init(file: wheel.lastPathComponent))
    }
    // The wheel misspells what it does not know.
    var title = fields[2] == "unkonwn" ? "unknown" : "\(fields[1]) (\(fields[2]))"
    if titlesEndingWithSpace.contains(fields[0]) { title += " " }
    let genres = Set(
      fields[3].split(separator: " ").map {
        $0 == "unknown" ? "Unknown" : $0 == "Children's" ? "Children" : String($0)
      })
    let flags = MovieLens.genres100K.map { genres.contains($0) ? "1" : "0" }
    return "\(fields[0])|\(title)||||\(flags.joined(separator: "|"))"
  }

  /// The lines of a file in the wheel after the header.
  private static func lines(
    of kind: String, in zip: ZipArchive, _ target: URL
  ) throws(DataError) -> [String] {
    guard let entry = zip[folder + kind] else {
      throw DataError(
        .damagedArchive, "there is no \(folder + kind) in the wheel",
        at: .init(file: zip.url.lastPathComponent))
    }
    let file = target.appending(path: ".extracted\(kind)")
    defer { try? FileManager.default.removeItem(at: file) }
    try zip.extract(entry, to: file)
    let text = String(decoding: try Data(readingFrom: file), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).dropFirst().map(String.init)
  }

  private static func write(_ data: Data, to url: URL) throws(DataError) {
    do {
      let output = try FileHandle(creating: url)
      defer { try? output.close() }
      try output.write(contentsOf: data)
      try output.synchronize()
    } catch {
      throw DataError(
        .unwritableFile, "the file cannot be written: \(error.localizedDescription)",
        at: .init(file: url.path(percentEncoded: false)))
    }
  }

  /// Runs pip, for two minutes at most.
  private static func download(into folder: URL) throws(DataError) {
    let log = folder.appending(path: "pip.log")
    let process = Process()
    let done = DispatchSemaphore(value: 0)
    do {
      let output = try FileHandle(creating: log)
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [
        "python3", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet",
        "--disable-pip-version-check", "--timeout", "15", "--retries", "2",
        "--dest", folder.path(percentEncoded: false), version,
      ]
      process.standardOutput = output
      process.standardError = output
      process.standardInput = FileHandle.nullDevice
      process.terminationHandler = { _ in done.signal() }
      try process.run()
    } catch {
      throw DataError(
        .unreachable, "python3 cannot be started: \(error.localizedDescription)",
        at: .init(file: version))
    }
    if done.wait(timeout: .now() + 120) == .timedOut {
      process.terminate()
      throw DataError(
        .unreachable, "pip did not finish within two minutes", at: .init(file: version))
    }
    guard process.terminationStatus == 0 else {
      let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
      let reason = text.split(separator: "\n").last.map(String.init) ?? "no reason given"
      throw DataError(
        .unreachable,
        "`python3 -m pip download` failed (status \(process.terminationStatus)): \(reason)",
        at: .init(file: version))
    }
  }
}
