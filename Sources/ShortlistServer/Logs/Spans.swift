#if Server
  import Tracing

  /// Spans of the tracer that a program has set up (swift-distributed-tracing); where it has none, requests cost nothing.
  enum Spans {
    private struct Reader: Extractor {
      func extract(key: String, from header: @Sendable (String) -> String?) -> String? {
        header(key.lowercased())
      }
    }

    private struct Writer: Injector {
      func inject(_ value: String, forKey key: String, into headers: inout [String: String]) {
        headers[key.lowercased()] = value
      }
    }

    /// How spans of a tracer begin; nil for the one that does nothing.
    static func begin(with tracer: any Tracer) -> BeginSpan? {
      if tracer is NoOpTracer { return nil }
      return { name, header in begin(tracer, name, header) }
    }

    private static func begin(
      _ tracer: some Tracer, _ name: String, _ header: @escaping @Sendable (String) -> String?
    ) -> RequestSpan {
      var context = InstrumentationContext.topLevel
      tracer.extract(header, into: &context, using: Reader())
      let span = tracer.startSpan(name, context: context, ofKind: .server)
      return RequestSpan { entrypoint, status, isFault in
        switch entrypoint {
        case .http: span.attributes["http.response.status_code"] = status
        case .grpc: span.attributes["rpc.grpc.status_code"] = status
        }
        if isFault { span.setStatus(SpanStatus(code: .error)) }
        span.end()
        var headers: [String: String] = [:]
        tracer.inject(span.context, into: &headers, using: Writer())
        return headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      }
    }
  }
#endif
