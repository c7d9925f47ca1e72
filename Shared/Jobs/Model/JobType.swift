public import Tenancy
public import Wire

/// A kind of job, as the service that does it offers it to all who may ask for one.
///
/// What is to be done is a message, so that jobs of an older program can be read by a newer one.
public struct JobType<Payload: MessageValue>: Sendable {
    /// The service whose workers do it.
    public let queue: ServiceName
    /// What it is called there, as `import_file`.
    public let kind: String

    /// A kind of job.
    ///
    /// - Parameters:
    ///   - kind: 1 to 63 of `a-z`, `0-9` and `_`, a letter first.
    ///   - queue: the service whose workers do it.
    public init(_ kind: StaticString, of queue: ServiceName) {
        self.kind = "\(kind)"
        self.queue = queue
        precondition(JobName.isKind(self.kind), "\(kind): this is no name of a kind of job")
    }

    /// A job of this kind.
    ///
    /// - Parameter payload: what is to be done, at most 1 MiB in its binary form.
    /// - Returns: the job, with a new id, to be changed as needed and enqueued.
    public func job(_ payload: Payload) -> NewJob {
        NewJob(queue: queue, kind: kind, payload: payload.encoded())
    }
}

/// What jobs and schedules may be called.
enum JobName {
    /// Whether a text names a kind of job.
    static func isKind(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count) && isWord(text, with: UInt8(ascii: "_"))
    }

    /// Whether a text names a schedule.
    static func isSchedule(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count) && isWord(text, with: UInt8(ascii: "-"))
    }

    private static func isWord(_ text: String, with joint: UInt8) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return letters.contains(text.utf8.first ?? 0)
            && text.utf8.allSatisfy {
                letters.contains($0) || digits.contains($0) || $0 == joint
            }
    }
}
