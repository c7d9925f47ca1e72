public import Telemetry

/// A piece of work that has ended, as a trace shows it.
public struct FinishedSpan: Sendable, Equatable {
    /// What the work was to those around it.
    public enum Kind: Sendable, Equatable {
        /// A part of the service's own work.
        case `internal`
        /// A call that was served.
        case server
        /// A call that was made.
        case client
        /// A job that was queued.
        case producer
        /// A job that was done.
        case consumer
    }

    /// A value of an attribute.
    public enum Value: Sendable, Equatable {
        /// A text; a longer one than ``longestText`` is cut when it is exported.
        case string(String)
        /// True or false.
        case boolean(Bool)
        /// A whole number.
        case integer(Int64)
        /// A number.
        case double(Double)
    }

    /// A name and a value.
    public struct Attribute: Sendable, Equatable {
        /// The name, as `rpc.method`.
        public let name: String
        /// The value.
        public let value: Value

        /// An attribute from its parts.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// Something that happened during the work.
    public struct Event: Sendable, Equatable {
        /// What happened, in the same words each time.
        public let name: String
        /// When, in nanoseconds since 1970.
        public let nanoseconds: UInt64
        /// What is to be said of it.
        public let attributes: [Attribute]

        /// An event from its parts.
        public init(_ name: String, at nanoseconds: UInt64, attributes: [Attribute] = []) {
            self.name = name
            self.nanoseconds = nanoseconds
            self.attributes = attributes
        }
    }

    /// Another span that led to this one without being its parent, as what queued a job.
    public struct Link: Sendable, Equatable {
        /// The other span.
        public let context: TraceContext
        /// What is to be said of the link.
        public let attributes: [Attribute]

        /// A link from its parts.
        public init(_ context: TraceContext, attributes: [Attribute] = []) {
            self.context = context
            self.attributes = attributes
        }
    }

    /// How the work went.
    public enum Status: Sendable, Equatable {
        /// Nothing is to be said.
        case unset
        /// Well, and whoever did it says so.
        case ok
        /// It failed by a fault of whoever did it; the text is for people who run the service.
        case error(String)
    }

    /// The most bytes of a text that are exported.
    public static let longestText = 1_024
    /// The most attributes, events and links of a span that are exported; so for those of a part.
    public static let mostParts = 64

    /// The span.
    public var context: TraceContext
    /// The span above it; nil if it is the first of its trace.
    public var parent: SpanID?
    /// Whether the span above it is another process's.
    public var isParentRemote = false
    /// What was done, in the same words each time.
    public var name: String
    /// What the work was to those around it.
    public var kind = Kind.internal
    /// When it began, in nanoseconds since 1970.
    public var startNanoseconds: UInt64
    /// When it ended, in nanoseconds since 1970.
    public var endNanoseconds: UInt64
    /// What is to be said of it; nothing that is personal.
    public var attributes: [Attribute] = []
    /// What happened during it.
    public var events: [Event] = []
    /// Spans that led to it.
    public var links: [Link] = []
    /// How it went.
    public var status = Status.unset

    /// A span from what every span has.
    ///
    /// - Parameters:
    ///   - name: what was done, in the same words each time.
    ///   - context: the span.
    ///   - parent: the span above it; nil if it is the first of its trace.
    ///   - start: when it began, in nanoseconds since 1970.
    ///   - end: when it ended.
    public init(
        _ name: String,
        context: TraceContext,
        parent: SpanID?,
        from start: UInt64,
        to end: UInt64
    ) {
        self.name = name
        self.context = context
        self.parent = parent
        startNanoseconds = start
        endNanoseconds = end
    }
}

/// Where spans go that have ended.
public protocol SpanSink: Sendable {
    /// Takes a span, without waiting for anyone; may be called by any thread.
    ///
    /// - Parameter span: of a trace that is recorded.
    func take(_ span: FinishedSpan)
}
