import Foundation
import ShortlistMessages
import ShortlistServing

extension GRPCService {
  func metadata(_ message: [UInt8]) throws(ServingError) -> [UInt8] {
    try answer(message) {
      (request: TFServingGetModelMetadataRequest) throws -> TFServingGetModelMetadataResponse in
      guard request.metadataField == ["signature_def"] else {
        throw ServingError(
          .invalidArgument,
          "metadata_field is [\(request.metadataField.joined(separator: ", ").prefix(200))]; "
            + "expected [signature_def]")
      }
      let model = try predict.model(for: request.modelSpec)
      let signatures = try predict.signatures(of: model)
      return try .with { response in
        response.modelSpec = .with {
          $0.name = model.name
          $0.version = TFServingModelSpec.number(Int64(model.version))
        }
        response.metadata["signature_def"] = try TFServingGetModelMetadataResponse.packed(
          TFServingSignatureDefMap.with { $0.signatureDef = signatures })
      }
    }
  }

  func status(_ message: [UInt8]) throws(ServingError) -> [UInt8] {
    try answer(message) {
      (request: TFServingGetModelStatusRequest) throws -> TFServingGetModelStatusResponse in
      let statuses = try store.status(try predict.selection(request.modelSpec))
      return .with { response in
        response.modelVersionStatus = statuses.map { status in
          .with {
            $0.version = Int64(status.version)
            $0.state = .init(rawValue: status.state.rawValue) ?? .unknown
            $0.status = .with {
              $0.errorCode = Int32(status.error?.code.rawValue ?? 0)
              $0.errorMessage = status.error?.message ?? ""
            }
          }
        }
      }
    }
  }

  func health(_ message: [UInt8]) throws(ServingError) -> [UInt8] {
    try answer(message) { (request: GRPCHealthCheckRequest) throws -> GRPCHealthCheckResponse in
      let services = Method.allCases.compactMap { $0.rawValue.split(separator: "/").first }
      guard request.service.isEmpty || services.contains(request.service[...]) else {
        throw ServingError(.notFound, "there is no service \(request.service.prefix(200))")
      }
      return .with { $0.status = store.isReady ? .serving : .notServing }
    }
  }

  // MARK: Reload

  func reload(_ message: [UInt8]) throws(ServingError) -> [UInt8] {
    try answer(message) {
      (request: TFServingReloadConfigRequest) -> TFServingReloadConfigResponse in
      guard case .modelConfigList(let list)? = request.config.config else {
        throw ServingError(
          .invalidArgument, "the request has no model_config_list; nothing else can be reloaded")
      }
      let models = try list.config.map { try ModelConfiguration($0) }
      try store.reload(models)
      for model in models { try checkIsAvailable(model) }
      return .with { $0.status = .init() }
    }
  }

  /// - Throws: `ServingError.failedPrecondition`, or what went wrong with the version that was tried first.
  private func checkIsAvailable(_ configuration: ModelConfiguration) throws(ServingError) {
    let name = configuration.name
    let folder = URL(filePath: configuration.folder, directoryHint: .isDirectory)
    if let model = try? store.model(.init(name: name)),
      model.folder.deletingLastPathComponent().path() == folder.path()
    {
      return
    }
    let problems = try store.status(.init(name: name)).compactMap(\.error)
    throw problems.first
      ?? ServingError(
        .failedPrecondition,
        "\(name): \(configuration.folder) has no version that is wanted; expected folders as 1, 2, ..."
      )
  }

  /// Reads a message, and writes the one that a block answers it with.
  private func answer<Request: ProtobufMessage, Response: ProtobufMessage>(
    _ message: [UInt8], _ body: (Request) throws -> Response
  ) throws(ServingError) -> [UInt8] {
    do {
      return try body(try Request(decoding: message)).encoded()
    } catch let error as ServingError {
      throw error
    } catch {
      throw ServingError(.invalidArgument, "\(error)")
    }
  }
}

extension ModelConfiguration {
  /// - Throws: `ServingError.invalidArgument` for a platform or a path that cannot be served.
  fileprivate init(_ config: TFServingModelConfig) throws(ServingError) {
    let name = config.name
    // An artefact takes the place of the SavedModel that a client's configuration names.
    guard ["", "tensorflow", "shortlist"].contains(config.modelPlatform) else {
      throw ServingError(
        .invalidArgument,
        "\(name): the platform is \"\(config.modelPlatform)\"; expected \"tensorflow\", \"shortlist\" or none"
      )
    }
    guard config.basePath.hasPrefix("/") else {
      throw ServingError(
        .invalidArgument,
        "\(name): base_path is \"\(config.basePath)\"; expected an absolute path, as /models/\(name)"
      )
    }
    let policy: Policy =
      switch config.modelVersionPolicy.policyChoice {
      case .latest(let latest)?: .latest(max(Int(latest.numVersions), 1))
      case .all?: .all
      case .specific(let specific)?: .specific(specific.versions.map { Int($0) })
      case nil: .latest(1)
      }
    self.init(
      name: name, folder: config.basePath, policy: policy,
      labels: config.versionLabels.mapValues { Int($0) })
  }
}
