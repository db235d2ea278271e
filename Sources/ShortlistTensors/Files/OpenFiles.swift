#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// How many files and connections the process may have open at once.
package enum OpenFiles {
  /// Asks the system for room for so many, within what it allows.
  ///
  /// - Returns: for how many there is room.
  @discardableResult
  package static func makeRoom(for count: Int) -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(resource, &limit) == 0 else { return count }
    let wanted = min(rlim_t(max(count, 0)), limit.rlim_max)
    if wanted > limit.rlim_cur {
      let before = limit.rlim_cur
      limit.rlim_cur = wanted
      if unsafe setrlimit(resource, &limit) != 0 { limit.rlim_cur = before }
    }
    return Int(clamping: limit.rlim_cur)
  }

  #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let resource = RLIMIT_NOFILE
  #endif
}
