internal import Messages
internal import Telemetry

extension SpanBatch {
    private typealias Trace = OpentelemetryProtoTraceV1
    private typealias Values = OpentelemetryProtoCommonV1

    /// The spans of one program, as OpenTelemetry's protocol has them.
    ///
    /// Texts that are too long are cut; parts beyond ``FinishedSpan/mostParts`` are left out, and
    /// their number is told.
    ///
    /// - Parameters:
    ///   - spans: the spans.
    ///   - resource: the program.
    init(_ spans: [FinishedSpan], of resource: TelemetryResource) {
        self.init()
        var scope = Values.InstrumentationScope()
        scope.name = "sextant.observe"
        scope.version = resource.version
        var ofScope = Trace.ScopeSpans()
        ofScope.scope = scope
        ofScope.spans = spans.map(Self.span)
        var ofResource = Trace.ResourceSpans()
        ofResource.resource = Self.resource(resource)
        ofResource.scopeSpans = [ofScope]
        resourceSpans = [ofResource]
    }

    private static func resource(
        _ resource: TelemetryResource
    ) -> OpentelemetryProtoResourceV1.Resource {
        var attributes: [FinishedSpan.Attribute] = [
            .init("service.name", .string(resource.service)),
            .init("service.version", .string(resource.version)),
            .init("service.instance.id", .string(resource.instance)),
        ]
        if let environment = resource.environment {
            attributes.append(.init("deployment.environment.name", .string(environment)))
        }
        var message = OpentelemetryProtoResourceV1.Resource()
        message.attributes = kept(attributes)
        return message
    }

    private static func span(_ span: FinishedSpan) -> Trace.Span {
        var message = Trace.Span()
        message.traceID = bytes(span.context.traceID)
        message.spanID = bytes(span.context.spanID)
        message.traceState = span.context.state.text
        if let parent = span.parent { message.parentSpanID = bytes(parent) }
        message.name = cut(span.name)
        message.kind = kind(span.kind)
        message.startTimeUnixNano = span.startNanoseconds
        message.endTimeUnixNano = span.endNanoseconds
        message.attributes = kept(span.attributes)
        message.droppedAttributesCount = lost(span.attributes)
        message.events = span.events.prefix(FinishedSpan.mostParts).map(event)
        message.droppedEventsCount = lost(span.events)
        message.links = span.links.prefix(FinishedSpan.mostParts).map(link)
        message.droppedLinksCount = lost(span.links)
        message.status = status(span.status)
        message.flags = flags(span.context, isRemote: span.isParentRemote)
        return message
    }

    private static func event(_ event: FinishedSpan.Event) -> Trace.Span.Event {
        var message = Trace.Span.Event()
        message.timeUnixNano = event.nanoseconds
        message.name = cut(event.name)
        message.attributes = kept(event.attributes)
        message.droppedAttributesCount = lost(event.attributes)
        return message
    }

    private static func link(_ link: FinishedSpan.Link) -> Trace.Span.Link {
        var message = Trace.Span.Link()
        message.traceID = bytes(link.context.traceID)
        message.spanID = bytes(link.context.spanID)
        message.traceState = link.context.state.text
        message.attributes = kept(link.attributes)
        message.droppedAttributesCount = lost(link.attributes)
        // Nothing is known of where the other span was.
        message.flags = UInt32(link.context.flags.rawValue)
        return message
    }

    private static func kind(_ kind: FinishedSpan.Kind) -> Trace.Span.SpanKind {
        switch kind {
        case .internal: .internal
        case .server: .server
        case .client: .client
        case .producer: .producer
        case .consumer: .consumer
        }
    }

    private static func status(_ status: FinishedSpan.Status) -> Trace.Status? {
        var message = Trace.Status()
        switch status {
        case .unset: return nil
        case .ok: message.code = .ok
        case .error(let text):
            message.code = .error
            message.message = cut(text)
        }
        return message
    }

    private static func flags(_ context: TraceContext, isRemote: Bool) -> UInt32 {
        UInt32(context.flags.rawValue) | 0x100 | (isRemote ? 0x200 : 0)
    }

    // MARK: Parts

    private static func kept(_ attributes: [FinishedSpan.Attribute]) -> [Values.KeyValue] {
        attributes.prefix(FinishedSpan.mostParts).map { attribute in
            var value = Values.AnyValue()
            switch attribute.value {
            case .string(let text): value.value = .stringValue(cut(text))
            case .boolean(let flag): value.value = .boolValue(flag)
            case .integer(let number): value.value = .intValue(number)
            case .double(let number): value.value = .doubleValue(number)
            }
            var message = Values.KeyValue()
            message.key = cut(attribute.name)
            message.value = value
            return message
        }
    }

    private static func lost<Part>(_ parts: [Part]) -> UInt32 {
        UInt32(clamping: parts.count - FinishedSpan.mostParts)
    }

    /// The beginning of a text that is too long, up to a whole character.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > FinishedSpan.longestText else { return text }
        var kept = String.UnicodeScalarView()
        var length = 0
        for scalar in text.unicodeScalars {
            length += UTF8.width(scalar)
            if length > FinishedSpan.longestText { break }
            kept.append(scalar)
        }
        return String(kept)
    }

    private static func bytes(_ identity: TraceID) -> [UInt8] {
        bytes(identity.high) + bytes(identity.low)
    }

    private static func bytes(_ identity: SpanID) -> [UInt8] { bytes(identity.bits) }

    private static func bytes(_ bits: UInt64) -> [UInt8] {
        stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> $0) }
    }
}
