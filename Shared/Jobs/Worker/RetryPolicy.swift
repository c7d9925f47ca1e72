internal import Postgres
internal import RPC

/// When a job that failed is tried again, and how often.
public struct JobRetryPolicy: Sendable, Hashable {
    /// How often it may fail.
    public var mostFailures = 20
    /// How often its worker may be lost: what kills workers must not kill all of them.
    public var mostCrashes = 3
    /// The pause after the first failure; each further one is twice as long.
    public var firstPause: Duration = .seconds(2)
    /// The longest pause.
    public var longestPause: Duration = .seconds(3_600)

    /// 20 failures, 2 s doubled up to an hour, 3 crashes.
    public init() {}

    /// How long to wait after a failure: up to a tenth longer than the rule, by a number that
    /// differs from job to job and is the same each time it is asked for.
    ///
    /// - Parameters:
    ///   - failures: how many there have been, this one included.
    ///   - id: the job.
    /// - Returns: the pause.
    func pause(after failures: Int, of id: JobID) -> Duration {
        let doubled = firstPause * (1 << min(max(failures - 1, 0), 30))
        let pause = min(doubled, longestPause)
        // SplitMix64's finalizer (Steele, Lea, Flood 2014): neighbouring ids give unlike numbers.
        var bits = id.uuid.low &+ UInt64(failures) &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return pause + pause * (Double(bits >> 11) * 0x1p-53 / 10)
    }

    /// Whether trying again may help against an error.
    static func mayHelp(against error: RPCError) -> Bool {
        switch error.code {
        case .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
            .outOfRange, .unimplemented, .dataLoss, .unauthenticated:
            false
        case .ok, .cancelled, .unknown, .deadlineExceeded, .resourceExhausted, .aborted,
            .internalError, .unavailable:
            true
        }
    }
}
