import Foundation
import Shortlist

// Holds the live index to plain means under load and under kill -9.
//
//   LiveStress stress SECONDS     searches, changes and compactions from many threads; then the final state is
//                                 compared with what was acknowledged
//   LiveStress faults ROUNDS      a writer is killed at a random moment, again and again; no acknowledged
//                                 change may be lost, and no change may be there in part
//
// Closes with "N passed, N failed".

let arguments = CommandLine.arguments
switch (arguments.dropFirst().first, arguments.count) {
case ("stress", 3): try stress(seconds: Double(arguments[2]) ?? 10)
case ("faults", 3): try faults(rounds: Int(arguments[2]) ?? 10)
case ("write", 3): try write(URL(filePath: arguments[2]))
default:
  print("usage: LiveStress stress SECONDS | faults ROUNDS")
  exit(2)
}

func temporaryFolder() -> URL {
  FileManager.default.temporaryDirectory.appending(
    path: "shortlist-stress-\(UInt64.random(in: 0 ... .max))")
}

func conclude(passed: Int, failed: Int) -> Never {
  print("\(passed) passed, \(failed) failed")
  exit(failed == 0 ? 0 : 1)
}
