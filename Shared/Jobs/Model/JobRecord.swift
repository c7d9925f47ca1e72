public import RPC
public import Telemetry
public import Tenancy

/// What is known of a job.
public struct JobRecord: Sendable, Hashable {
    /// Which job.
    public let id: JobID
    /// The service whose workers do it.
    public let queue: String
    /// Which of the things that service does.
    public let kind: String
    /// Where it is on its way.
    public let state: JobState
    /// 0 comes first, 9 last.
    public let priority: Int
    /// In whose name it is done.
    public let actor: Actor
    /// The schedule that made it; nil if none did.
    public let schedule: String?
    /// When it was made.
    public let createdAt: UTCTimestamp
    /// When it may start, or start again.
    public let runAt: UTCTimestamp
    /// When it was started first.
    public let startedAt: UTCTimestamp?
    /// When it ended.
    public let finishedAt: UTCTimestamp?
    /// How often it was started.
    public let attempts: Int
    /// How often it failed.
    public let failures: Int
    /// How often its worker was lost.
    public let crashes: Int
    /// Whether it is to be cancelled.
    public let isCancelRequested: Bool
    /// How much is done, from 0 to 1.
    public let progress: Double
    /// What is being done, in words.
    public let progressText: String?
    /// What came of it, in the binary form of a message.
    public let result: [UInt8]?
    /// Why it failed last.
    public let problem: Problem?
    /// The job whose end without success has ended this one.
    public let stoppedBy: JobID?

    /// Why a job failed, for its owner.
    public struct Problem: Sendable, Hashable {
        /// What kind of failure it was.
        public let code: StatusCode
        /// What went wrong, and what to do.
        public let message: String
    }
}
