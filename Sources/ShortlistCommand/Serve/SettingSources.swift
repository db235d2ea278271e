#if Server
  import Configuration
  import Foundation
  import Shortlist
  import Yams

  /// Where settings come from: the command line, the environment, and a file, the first that has one.
  struct SettingSources {
    /// A value and where it comes from.
    struct Found {
      var value: [String]
      /// As people name it: `--port`, `SHORTLIST_SERVE_PORT`, `serve.yaml: port`.
      var source: String
    }

    private let reader: ConfigReader
    private let lookups = Lookups()
    private let file: String?

    /// - Throws: `CommandFailure` for a file that cannot be read, and a setting in the file or the environment that is
    ///   none.
    init(
      _ given: [Setting: [String]], environment: [String: String], file: String?
    ) async throws {
      self.file = file
      let known = Set(Setting.allCases.map(\.variable))
      for name in environment.keys.sorted()
      where name.hasPrefix(Setting.environmentPrefix) && !known.contains(name) {
        throw CommandFailure(
          "\(name): there is no such setting; there are \(known.sorted().joined(separator: ", "))")
      }
      var values: [AbsoluteConfigKey: ConfigValue] = [:]
      for (setting, texts) in given {
        let content: ConfigContent =
          setting == .origins ? .stringArray(texts) : .string(texts.first ?? "")
        values[setting.path] = ConfigValue(content, isSecret: false)
      }
      var providers: [any ConfigProvider] = [
        InMemoryProvider(values: values),
        EnvironmentVariablesProvider(environmentVariables: environment)
          .prefixKeys(with: ["shortlist", "serve"]),
      ]
      if let file { providers.append(try await Self.provider(of: file)) }
      reader = ConfigReader(providers: providers, accessReporter: lookups)
    }

    private static func provider(of file: String) async throws -> FileProvider<YAMLSnapshot> {
      guard let data = FileManager.default.contents(atPath: file),
        let text = String(bytes: data, encoding: .utf8)
      else { throw CommandFailure("\(file): the settings cannot be read as UTF-8 text") }
      do {
        try check(try Yams.compose(yaml: text), [], in: file)
        return try await FileProvider(
          config: ConfigReader(
            provider: InMemoryProvider(
              values: ["filePath": ConfigValue(.string(file), isSecret: false)])))
      } catch let error as CommandFailure {
        throw error
      } catch {
        let place = (error as? YamlError).map { RecipeFile.position(of: $0) } ?? ""
        throw CommandFailure("\(file): the settings are not valid YAML\(place)")
      }
    }

    /// Looks for settings that are none.
    private static func check(_ node: Node?, _ path: [String], in file: String) throws {
      guard case .mapping(let mapping)? = node else {
        throw CommandFailure(
          "\(file): \(path.isEmpty ? "the file" : path.joined(separator: ".")) has no settings in it; "
            + "expected NAME: VALUE")
      }
      for (key, value) in mapping {
        let path = path + [key.string ?? ""]
        let name = path.joined(separator: ".")
        if Setting(rawValue: name) != nil {
          guard value.mapping == nil else {
            throw CommandFailure("\(file): \(name): expected one value, not names with values")
          }
          continue
        }
        guard Setting.allCases.contains(where: { $0.rawValue.hasPrefix(name + ".") }) else {
          let line = key.mark.map { ":\($0.line)" } ?? ""
          throw CommandFailure(
            "\(file)\(line): there is no setting \"\(name)\"; there are "
              + Setting.allCases.map(\.rawValue).joined(separator: ", "))
        }
        try check(value, path, in: file)
      }
    }

    /// - Throws: `CommandFailure` for a list where one value is expected, and the other way round.
    func find(_ setting: Setting) throws -> Found? {
      let key = ConfigKey(setting.path.components)
      let value: [String]?
      if setting == .origins {
        value = reader.stringArray(forKey: key)
      } else {
        value = reader.string(forKey: key).map { [$0] }
      }
      for (place, result) in lookups.last.enumerated() {
        let source = source(of: setting, place)
        switch result {
        case .failure:
          throw CommandFailure(
            "\(source): expected \(setting == .origins ? "a list of texts" : "one value")")
        case .success(let found):
          if found.value != nil, let value { return Found(value: value, source: source) }
        }
      }
      return nil
    }

    private func source(of setting: Setting, _ place: Int) -> String {
      switch place {
      case 0: setting.flag
      case 1: setting.variable
      default: "\(file ?? ""): \(setting.rawValue)"
      }
    }
  }

  /// Remembers what each source said when a setting was last looked for.
  private final class Lookups: AccessReporter {
    private let results = Guarded<[Result<LookupResult, any Error>]>([])
    var last: [Result<LookupResult, any Error>] { results.withLock { $0 } }

    func report(_ event: AccessEvent) {
      results.withLock { $0 = event.providerResults.map(\.result) }
    }
  }

  extension Setting {
    fileprivate var path: AbsoluteConfigKey {
      AbsoluteConfigKey(rawValue.split(separator: ".").map(String.init))
    }
  }
#endif
