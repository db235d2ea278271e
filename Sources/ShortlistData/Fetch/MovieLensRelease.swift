internal import Foundation

/// Where GroupLens publishes an edition, and how to know that it came whole.
struct MovieLensRelease: Sendable {
  /// The folder in the archive, which is also the folder in the cache.
  var folder: String
  var archive: URL?
  var size: Int?
  /// Nil where only the MD5 file beside the archive is published.
  var sha256: String?
  /// The files without which the edition cannot be read.
  var files: [String]

  private static let site = "https://files.grouplens.org/datasets/movielens/"

  init(folder: String, archive: URL?, size: Int?, sha256: String?, files: [String]) {
    self.folder = folder
    self.archive = archive
    self.size = size
    self.sha256 = sha256
    self.files = files
  }

  /// Sizes and sums are those that TensorFlow Datasets checks, too.
  init(_ edition: MovieLens.Edition) {
    let csv = ["movies.csv", "ratings.csv"]
    let (folder, size, sha256, files): (String, Int?, String?, [String]) =
      switch edition {
      case .small100K:
        (
          "ml-100k", 4_924_029,
          "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
          ["u.data", "u.item", "u.user"]
        )
      case .medium1M:
        (
          "ml-1m", 5_917_549,
          "a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
          ["movies.dat", "ratings.dat", "users.dat"]
        )
      case .latestSmall:
        (
          "ml-latest-small", 978_202,
          "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436", csv
        )
      case .large20M:
        (
          "ml-20m", 198_702_078,
          "96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3", csv
        )
      case .large25M:
        (
          "ml-25m", 261_978_986,
          "8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa", csv
        )
      case .large32M: ("ml-32m", nil, nil, csv)
      }
    self.init(
      folder: folder, archive: URL(string: Self.site + folder + ".zip"), size: size,
      sha256: sha256, files: files)
  }

  /// Whether a folder holds the edition.
  func isComplete(_ folder: URL) -> Bool {
    files.allSatisfy {
      FileManager.default.fileExists(atPath: folder.appending(path: $0).path(percentEncoded: false))
    }
  }
}
