#if Server
  import ArgumentParser
  import Foundation
  import ShortlistServer
  import ShortlistServing

  /// The settings of the server, each from the first source that has it.
  struct ServeSettings {
    private(set) var folder = ""
    private(set) var poll = 1.0
    /// Where changes of catalogues and events are kept; nil for beside the models.
    private(set) var state: String?
    private(set) var logLevel = EventLog.Level.info
    private(set) var configuration = ServerConfiguration()
    /// What is in force and where it comes from, for the log.
    private(set) var resolved: [(setting: Setting, value: String, source: String)] = []

    private let sources: SettingSources

    /// - Throws: `ValidationError` that names the source of a value that makes no sense.
    init(_ sources: SettingSources) throws {
      self.sources = sources
      folder = try text(.folder, "")
      guard !folder.isEmpty else {
        throw ValidationError(
          "there is no FOLDER to serve; name it, or set \(Setting.folder.variable) or folder in the file."
        )
      }
      configuration.host = try text(.host, configuration.host)
      configuration.httpPort = try integer(.port, configuration.httpPort, 0...65_535)
      let isGRPC = try flag(.grpc, true)
      let port = try integer(.grpcPort, 8500, 0...65_535)
      configuration.grpcPort = isGRPC ? port : nil
      configuration.threads = try integer(
        .threads, ProcessInfo.processInfo.activeProcessorCount, 1...1_024)
      poll = try number(.poll, poll, "seconds, 0 or more") { $0 >= 0 }
      let state = try text(.state, "")
      self.state = state.isEmpty ? nil : state
      configuration.tls = try tls()
      let tokens = try text(.tokens, "")
      configuration.tokens = tokens.isEmpty ? nil : tokens
      configuration.origins = try origins()
      configuration.connections = try integer(
        .connections, configuration.connections, 1...1_000_000)
      configuration.queue = try integer(.queue, configuration.queue, 0...1_000_000)
      configuration.limits.body = try integer(
        .body, configuration.limits.body, 1_024...(1 << 30))
      configuration.maximumHeader = try integer(
        .header, configuration.maximumHeader, 1_024...(1 << 20))
      configuration.requestTimeout = try duration(.requestTimeout, 30)
      configuration.idleTimeout = try duration(.idleTimeout, 60)
      configuration.gracePeriod = try duration(.gracePeriod, 10)
      logLevel = try level()
      configuration.logsRequests = try flag(.accessLog, false)
    }

    private mutating func tls() throws -> TLSFiles? {
      let certificate = try text(.certificate, "")
      let key = try text(.key, "")
      let authorities = try text(.clientAuthorities, "")
      for (setting, value) in [(Setting.key, key), (.clientAuthorities, authorities)]
      where !value.isEmpty && certificate.isEmpty {
        throw ValidationError(
          "\(source(of: setting)) is set, but there is no certificate: set \(Setting.certificate.flag)."
        )
      }
      guard certificate.isEmpty || !key.isEmpty else {
        throw ValidationError(
          "\(source(of: .certificate)) is set, but there is no key: set \(Setting.key.flag).")
      }
      guard !certificate.isEmpty else { return nil }
      return TLSFiles(
        certificates: certificate, key: key,
        clientAuthorities: authorities.isEmpty ? nil : authorities)
    }

    private mutating func origins() throws -> [String] {
      let found = try find(.origins)
      note(.origins, found, "none")
      for origin in found?.value ?? [] where origin.wholeMatch(of: /https?:\/\/[^\/?#*\s]+/) == nil
      {
        throw ValidationError(
          "\(found?.source ?? "") is \"\(origin)\"; expected scheme and host alone, as https://shop.example."
        )
      }
      return found?.value ?? []
    }

    private mutating func level() throws -> EventLog.Level {
      let found = try find(.logLevel)
      note(.logLevel, found, logLevel.rawValue)
      guard let text = found?.value.first else { return logLevel }
      guard let level = EventLog.Level(rawValue: text) else {
        throw wrong(
          found, EventLog.Level.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return level
    }

    // MARK: Kinds of values

    private mutating func text(_ setting: Setting, _ usual: String) throws -> String {
      let found = try find(setting)
      note(setting, found, usual.isEmpty ? "none" : usual)
      return found?.value.first ?? usual
    }

    private mutating func integer(
      _ setting: Setting, _ usual: Int, _ range: ClosedRange<Int>
    ) throws -> Int {
      let found = try find(setting)
      note(setting, found, "\(usual)")
      guard let text = found?.value.first else { return usual }
      guard let value = Int(text), range.contains(value) else {
        throw wrong(found, "\(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }

    private mutating func number(
      _ setting: Setting, _ usual: Double, _ expected: String, _ isGood: (Double) -> Bool
    ) throws -> Double {
      let found = try find(setting)
      note(setting, found, "\(usual)")
      guard let text = found?.value.first else { return usual }
      guard let value = Double(text), value.isFinite, isGood(value) else {
        throw wrong(found, expected)
      }
      return value
    }

    private mutating func duration(_ setting: Setting, _ usual: Double) throws -> Duration {
      .seconds(
        try number(setting, usual, "seconds, more than 0 and at most a day") {
          $0 > 0 && $0 <= 86_400
        })
    }

    private mutating func flag(_ setting: Setting, _ usual: Bool) throws -> Bool {
      let found = try find(setting)
      note(setting, found, "\(usual)")
      switch found?.value.first?.lowercased() {
      case nil: return usual
      case "true", "yes", "on", "1": return true
      case "false", "no", "off", "0": return false
      default: throw wrong(found, "true or false")
      }
    }

    private func find(_ setting: Setting) throws -> SettingSources.Found? {
      try sources.find(setting)
    }

    private mutating func note(
      _ setting: Setting, _ found: SettingSources.Found?, _ usual: String
    ) {
      resolved.append(
        (setting, found?.value.joined(separator: ", ") ?? usual, found?.source ?? "default"))
    }

    private func source(of setting: Setting) -> String {
      resolved.last { $0.setting == setting }?.source ?? setting.flag
    }

    private func wrong(_ found: SettingSources.Found?, _ expected: String) -> ValidationError {
      ValidationError(
        "\(found?.source ?? "") is \(found?.value.first ?? ""); expected \(expected).")
    }
  }
#endif
