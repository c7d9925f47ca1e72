public import RPC
public import Telemetry
public import Tenancy
public import Wire

/// A job that is to be enqueued.
public struct NewJob: Sendable {
    /// What it will be called; the same job enqueued again is the one that is there.
    public let id: JobID
    /// The service whose workers do it.
    public let queue: ServiceName
    /// Which of the things that service does.
    public let kind: String
    /// What is to be done.
    public let payload: SharedBytes

    /// Not before.
    public var start = Start.now
    /// 0 comes first, 9 last; among equals the one that may start earlier.
    public var priority = 5
    /// What other jobs it is not to be done beside; nil if any.
    public var uniqueness: Uniqueness?
    /// Jobs of the tenant that must be done before; if one of them ends without success this one
    /// is cancelled.
    public var prerequisites: [JobID] = []
    /// What the request is called that the job serves; nil if it has no name.
    public var requestID: RequestID?
    /// The span that asks for the job, which its own span will be linked to.
    public var traceContext: TraceContext?

    /// The schedule that makes it, and for what time; nil if none does.
    var schedule: (name: String, time: UTCTimestamp)?

    /// When a job may start.
    public enum Start: Sendable, Hashable {
        /// At once.
        case now
        /// So long after it is enqueued, by the database's clock.
        case after(Duration)
        /// At a time.
        case at(UTCTimestamp)
    }

    /// What makes two jobs of a queue the same.
    public enum Uniqueness: Sendable, Hashable {
        /// Of two with the key the second is not made before the first has ended.
        case untilDone(String)
        /// The second is not made before the first has started: what has changed since then needs
        /// a job of its own.
        case untilStarted(String)
    }

    /// How many bytes a payload or a result may have.
    public static let mostBytes = 1 << 20
    /// How many prerequisites a job may have.
    public static let mostPrerequisites = 100

    init(queue: ServiceName, kind: String, payload: SharedBytes) {
        id = JobID()
        self.queue = queue
        self.kind = kind
        self.payload = payload
    }

    /// The same job as serving a call: in its request and its trace.
    ///
    /// - Parameter call: the call.
    /// - Returns: a copy.
    public func serving(_ call: ServerCall) -> NewJob {
        var job = self
        job.requestID = call.requestID
        job.traceContext = call.traceContext
        return job
    }

    /// Throws what no table takes.
    func check() throws(RPCError) {
        func check(_ isRight: Bool, _ rule: String) throws(RPCError) {
            guard isRight else { throw RPCError(.invalidArgument, "\(queue)/\(kind): \(rule)") }
        }
        try check(payload.count <= Self.mostBytes, "the payload has at most 1 MiB")
        try check((0...9).contains(priority), "the priority is 0 to 9")
        try check(prerequisites.count <= Self.mostPrerequisites, "at most 100 prerequisites")
        try check(Set(prerequisites).count == prerequisites.count, "a prerequisite is named once")
        if let key = uniqueness?.key {
            try check((1...200).contains(key.utf8.count), "the key has 1 to 200 bytes")
        }
    }
}

extension NewJob.Uniqueness {
    var key: String {
        switch self {
        case .untilDone(let key), .untilStarted(let key): key
        }
    }

    var isUntilStart: Bool {
        if case .untilStarted = self { true } else { false }
    }
}
