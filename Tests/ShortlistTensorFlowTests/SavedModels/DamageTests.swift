import Foundation
import Shortlist
import ShortlistPython
import ShortlistSamples
import ShortlistTensorFlow
import Testing

/// Files that are cut off or altered: an error or the right answer, never a crash.
///
/// `SHORTLIST_FUZZ_ROUNDS` sets how many alterations each file gets.
@Suite("Damaged SavedModels")
struct DamageTests {
  private static let rounds =
    ProcessInfo.processInfo.environment["SHORTLIST_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 150

  @Test(
    "Whatever becomes of a file, the import survives",
    arguments: [
      "saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001",
      "assets/query_user_table.txt",
    ])
  func survives(file: String) throws {
    try withTemporaryFolder { folder in
      let sample = try #require(try SampleRetriever.all().first)
      let model = try sample.retriever.exportSavedModel(to: folder.appending(path: "model").path())
      let expected = try sample.retriever.recommend(3, forEach: sample.queries)
      let target = model.appending(path: file)
      let original = try Data(contentsOf: target)
      var random = RandomStream(seed: 3)
      var refused = 0
      for _ in 0..<Self.rounds {
        try altered(original, &random).write(to: target)
        do {
          let imported = try SavedModelImport(contentsOf: model.path(), query: "user")
          // Only the bundle has checksums; what it lets through is what was written.
          guard file.hasPrefix("variables") else { continue }
          #expect(try imported.retriever.recommend(3, forEach: sample.queries) == expected)
        } catch {
          refused += 1
        }
      }
      #expect(refused > 0)
      if file.hasSuffix("00001") { #expect(refused == Self.rounds) }
    }
  }

  /// Some bytes changed, or the end cut off, or both.
  private func altered(_ data: Data, _ random: inout RandomStream) -> Data {
    var bytes = [UInt8](data)
    let kind = random.below(4)
    if kind == 0 { bytes.removeLast(1 + random.below(bytes.count)) }
    if kind != 0 || random.below(2) == 0, !bytes.isEmpty {
      for _ in 0..<(1 + (kind == 3 ? random.below(20) : 0)) {
        let place = random.below(bytes.count)
        bytes[place] =
          kind == 1 ? bytes[place] ^ (1 << UInt8(random.below(8))) : UInt8(random.below(256))
      }
    }
    return bytes.elementsEqual(data) ? data.dropLast() : Data(bytes)
  }
}
