import Foundation
import ShortlistServing
import ShortlistTensors

/// What `/metrics` says.
extension ServerMetrics {
  private typealias Labels = Exposition.Samples.Labels

  func text(of store: ModelStore) -> String {
    var text = Exposition()
    let models = store.names.compactMap { try? store.life(of: $0) }
    writeRequests(of: store, to: &text)
    writeServer(of: store, to: &text)
    Self.writeVersions(models, to: &text)
    Self.writeAnswers(models, to: &text)
    Self.writeTrials(models, to: &text)
    ProcessFigures.write(to: &text)
    return text.text
  }

  /// The counters of each model, and of requests that name none.
  private func counters(of store: ModelStore) -> [(name: String, counters: ModelCounters)] {
    [("", unnamed)]
      + store.names.compactMap { name in
        store.counters(of: name).map { (name, $0) }
      }
  }

  private func forEachCall(
    of store: ModelStore, _ body: (Labels, ModelCounters.Call, String) -> Void
  ) {
    for (name, counters) in counters(of: store) {
      for call in ServedCall.allCases {
        for entrypoint in Entrypoint.allCases {
          let labels = [
            ("model", name), ("api", call.name), ("entrypoint", entrypoint.name.lowercased()),
          ]
          body(labels, counters.of(call, entrypoint), name)
        }
      }
    }
  }

  private func writeRequests(of store: ModelStore, to text: inout Exposition) {
    text.family(
      "shortlist_requests_total", .counter,
      "Requests by model, call and code; the model is empty where there is none of the name."
    ) { samples in
      forEachCall(of: store) { labels, call, _ in
        for (error, count) in call.counts {
          samples.add(labels + [("code", error?.name ?? "OK")], count)
        }
      }
    }
    let limits = LatencyHistogram.limits.map { Double($0) / 1e9 }
    text.family(
      "shortlist_request_duration_seconds", .histogram,
      "What requests took that were answered, without the sockets."
    ) { samples in
      forEachCall(of: store) { labels, call, _ in
        let (counts, seconds) = call.latency.snapshot
        guard counts.contains(where: { $0 > 0 }) else { return }
        samples.add(labels, limits: limits, counts: counts, sum: seconds)
      }
    }
    text.family(
      "shortlist_request_phase_duration_seconds", .histogram,
      "What the phases of these requests took: reading, waiting for a thread, finding the answer, writing it."
    ) { samples in
      forEachCall(of: store) { labels, call, _ in
        for phase in Timing.Phase.allCases {
          let (counts, seconds) = call.histogram(of: phase).snapshot
          guard counts.contains(where: { $0 > 0 }) else { continue }
          samples.add(
            labels + [("phase", phase.name)], limits: limits, counts: counts, sum: seconds)
        }
      }
    }
  }

  private func writeServer(of store: ModelStore, to text: inout Exposition) {
    let (counts, total) = batches.snapshot
    text.family(
      "shortlist_batch_queries", .histogram,
      "Searches that were done together, of those that may be."
    ) { samples in
      samples.add(
        [], limits: SizeHistogram.limits.map { Double($0) }, counts: counts, sum: Double(total))
    }
    guard let gauges = gauges.withLock({ $0 }) else { return }
    text.value(
      "shortlist_connections", .gauge, "Connections that are open.", Double(gauges.connections()))
    text.value(
      "shortlist_queue_depth", .gauge, "Requests that wait for a thread.",
      Double(gauges.queueDepth() + store.waitingSearches))
    text.value(
      "shortlist_queue_limit", .gauge, "Requests that may wait before more are refused.",
      Double(gauges.queueLimit))
  }

  // MARK: Models

  private static func labels(_ model: ModelLife, _ version: ModelLife.Version) -> Labels {
    [("model", model.name), ("version", "\(version.status.version)")]
  }

  private static func writeVersions(_ models: [ModelLife], to text: inout Exposition) {
    func family(
      _ name: String, _ help: String, _ value: (ModelLife, ModelLife.Version) -> Double?
    ) {
      text.family(name, .gauge, help) { samples in
        for model in models {
          for version in model.versions {
            if let value = value(model, version) { samples.add(labels(model, version), value) }
          }
        }
      }
    }
    family("shortlist_model_available", "Whether a version can be asked.") {
      $1.status.state == .available ? 1 : 0
    }
    family("shortlist_model_in_force", "Whether a version answers where none is named.") {
      $0.inForce == $1.status.version ? 1 : 0
    }
    family(
      "shortlist_model_load_seconds", "What loading a version took, with checks and warming."
    ) { $1.seconds }
  }

  private static func writeAnswers(_ models: [ModelLife], to text: inout Exposition) {
    func family(
      _ name: String, _ kind: Exposition.Kind, _ help: String,
      _ value: (AnswerWindow.Summary) -> Double?
    ) {
      text.family(name, kind, help) { samples in
        for model in models {
          for version in model.versions {
            guard let value = version.answers.flatMap(value) else { continue }
            samples.add(labels(model, version), value)
          }
        }
      }
    }
    family(
      "shortlist_answers_total", .counter, "Lists of items that a version has answered with."
    ) { Double($0.answers) }
    family(
      "shortlist_answers_empty_total", .counter, "Those of them that hold no item."
    ) { Double($0.empty) }
    family(
      "shortlist_answers_unknown_user_total", .counter,
      "Those of them that hold popular items because the model knows nothing of the user."
    ) { Double($0.unknown) }
    family(
      "shortlist_catalogue_coverage_ratio", .gauge,
      "The share of the items that the last five to ten minutes have shown."
    ) { $0.coverage }
    family(
      "shortlist_popular_items_ratio", .gauge,
      "The share of what they have shown that is of the most popular hundredth of the items."
    ) { $0.popular }
  }

  private static func writeTrials(_ models: [ModelLife], to text: inout Exposition) {
    let trials: [(Labels, ModelLife.Trial)] = models.flatMap { model in
      [("canary", model.canary), ("shadow", model.shadow)].compactMap { kind, trial in
        trial.map {
          ([("model", model.name), ("version", "\($0.trial.version)"), ("kind", kind)], $0)
        }
      }
    }
    func family(
      _ name: String, _ kind: Exposition.Kind, _ help: String, _ value: (ModelLife.Trial) -> Double?
    ) {
      text.family("shortlist_trial_\(name)", kind, help) { samples in
        for (labels, trial) in trials {
          if let value = value(trial) { samples.add(labels, value) }
        }
      }
    }
    family("share_ratio", .gauge, "The share of users of a canary, of requests of a shadow.") {
      $0.trial.share
    }
    family("compared_total", .counter, "Lists that both versions have answered.") {
      $0.comparison.map { Double($0.compared) }
    }
    family(
      "failed_total", .counter, "Requests that one version has answered, and the other could not."
    ) {
      $0.comparison.map { Double($0.failed) }
    }
    family("dropped_total", .counter, "Requests that were not repeated, since too many waited.") {
      $0.comparison.map { Double($0.dropped) }
    }
    family("overlap_ratio", .gauge, "The mean share of items that both lists have.") {
      $0.comparison?.overlap
    }
    family("rank_biased_overlap_ratio", .gauge, "The same, where the first places count most.") {
      $0.comparison?.rankBiasedOverlap
    }
    family(
      "latency_ratio", .gauge, "What the version takes, divided by what the one in force does."
    ) {
      $0.comparison?.latencyRatio
    }
  }

  // MARK: TensorFlow Serving

  /// What `/monitoring/prometheus/metrics` says: requests and latencies under the names, and in the microseconds, of
  /// TensorFlow Serving.
  func tensorFlowText(of store: ModelStore) -> String {
    var text = Exposition()
    text.family(
      ":tensorflow:serving:request_count", .counter, "The total number of requests."
    ) { samples in
      for (name, counters) in counters(of: store) {
        var byCode: [String: Int] = [:]
        for call in ServedCall.allCases {
          for entrypoint in Entrypoint.allCases {
            for (error, count) in counters.of(call, entrypoint).counts {
              byCode[error?.name ?? "OK", default: 0] += count
            }
          }
        }
        for (code, count) in byCode.sorted(by: { $0.key < $1.key }) {
          samples.add([("model_name", name), ("status", code)], count)
        }
      }
    }
    text.family(
      ":tensorflow:serving:request_latency", .histogram, "The time of requests, in microseconds."
    ) { samples in
      for (name, counters) in counters(of: store) {
        for call in ServedCall.allCases {
          for entrypoint in Entrypoint.allCases {
            let (counts, seconds) = counters.of(call, entrypoint).latency.snapshot
            guard counts.contains(where: { $0 > 0 }) else { continue }
            // It is written with a capital for gRPC.
            let api = entrypoint == .grpc ? call.name.capitalized : call.name
            samples.add(
              [("model_name", name), ("API", api), ("entrypoint", entrypoint.name)],
              limits: LatencyHistogram.limits.map { Double($0) / 1e3 }, counts: counts,
              sum: seconds * 1e6)
          }
        }
      }
    }
    return text.text
  }
}
