/// The name of one file of several that hold one table: `plays.tfrecord-00000-of-00003`, perhaps with `.gz` at
/// its end.
struct ShardName: Hashable {
  /// What stands before the number.
  var stem: String
  /// What stands after it: nothing or `.gz`.
  var ending = ""
  var shard: Int
  var count: Int

  init(stem: String, ending: String = "", shard: Int, of count: Int) {
    self.stem = stem
    self.ending = ending
    self.shard = shard
    self.count = count
  }

  /// nil where the name is not of this form.
  init?(_ name: String) {
    guard let match = name.wholeMatch(of: /(.+)-([0-9]{5,9})-of-([0-9]{5,9})(\.gz)?/),
      let shard = Int(match.2), let count = Int(match.3), shard < count
    else { return nil }
    self.init(
      stem: String(match.1), ending: match.4.map(String.init) ?? "", shard: shard, of: count)
  }

  /// The name of the file.
  var name: String { "\(stem)-\(shard.fiveDigits)-of-\(count.fiveDigits)\(ending)" }

  /// The names of all files of the table, one at a time: a name may tell of any number.
  var all: some Sequence<ShardName> {
    (0..<count).lazy.map { [stem, ending, count] in
      ShardName(stem: stem, ending: ending, shard: $0, of: count)
    }
  }
}

extension Int {
  fileprivate var fiveDigits: String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, 5 - digits.count)) + digits
  }
}

extension String {
  var withoutGzip: String { lowercased().hasSuffix(".gz") ? String(dropLast(3)) : self }

  /// The letters after the last dot of the last component, in lower case.
  var pathExtension: String {
    let name = split(separator: "/").last ?? ""
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }
}
