import Foundation

/// What the system knows of this process, under the names that Prometheus's own clients use.
enum ProcessFigures {
  /// A page, in bytes, and a tick of the clock, in seconds.
  private static let (page, tick) = (
    Double(sysconf(Int32(_SC_PAGESIZE))), 1 / Double(sysconf(Int32(_SC_CLK_TCK)))
  )

  static func write(to text: inout Exposition) {
    let memory = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
      .split(separator: " ").compactMap { Double($0) }
    // What follows the program's name, which may hold anything.
    let state = (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8))?
      .split(separator: ")").last?.split(separator: " ").map { Double($0) }
    let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    text.value(
      "process_resident_memory_bytes", .gauge, "Memory that the process holds.",
      memory.flatMap { $0.count > 1 ? $0[1] * page : nil })
    text.value(
      "process_virtual_memory_bytes", .gauge, "Memory that the process can reach.",
      memory?.first.map { $0 * page })
    text.value(
      "process_cpu_seconds_total", .counter, "Time of the processor, of user and system.",
      state.flatMap { fields in
        guard fields.count > 12, let user = fields[11], let system = fields[12] else { return nil }
        return (user + system) * tick
      })
    text.value(
      "process_open_fds", .gauge, "Files that are open.", files.map { Double($0) })
    // Both count from when the system began.
    let uptime = (try? String(contentsOfFile: "/proc/uptime", encoding: .utf8))?
      .split(separator: " ").first.flatMap { Double($0) }
    text.value(
      "process_start_time_seconds", .gauge, "When the process began, in seconds since 1970.",
      state.flatMap { fields in
        guard fields.count > 19, let start = fields[19], let uptime else { return nil }
        return Date().timeIntervalSince1970 - (uptime - start * tick)
      })
  }
}
