public import RPC
public import Telemetry

/// What a method has answered, kept in the transaction in which it did what it was asked.
public struct StoredAnswer: Hashable, Sendable {
    /// The most bytes that an answer may have to be kept.
    public static let maximumCount = 65_536
    /// How long an answer is kept.
    public static let lifetime = Duration.seconds(86_400)

    /// What was asked.
    public let fingerprint: RequestFingerprint
    /// The message that was answered, in its binary form.
    public let answer: [UInt8]
    /// When it was.
    public let storedAt: UTCTimestamp

    /// An answer.
    ///
    /// - Parameters:
    ///   - answer: the message in its binary form.
    ///   - fingerprint: what was asked.
    ///   - storedAt: the time.
    /// - Throws: INTERNAL if it is larger than what is kept: the method must not create anything
    ///   under a key then, for nobody could be told of it twice.
    public init(
        _ answer: [UInt8],
        to fingerprint: RequestFingerprint,
        storedAt: UTCTimestamp
    ) throws(RPCError) {
        guard answer.count <= Self.maximumCount else {
            throw .fault("an answer of \(answer.count) bytes cannot be kept for its key")
        }
        self.fingerprint = fingerprint
        self.answer = answer
        self.storedAt = storedAt
    }

    /// Whether it is no longer kept, so that its key is new again.
    public func isExpired(at now: UTCTimestamp) -> Bool {
        now.milliseconds >= storedAt.advanced(by: Self.lifetime).milliseconds
    }

    /// What to answer to a request whose key was used before.
    ///
    /// - Parameters:
    ///   - request: what is asked now.
    ///   - now: the time.
    /// - Returns: the answer of the first time; nil if the key is new again.
    /// - Throws: INVALID_ARGUMENT if something else was asked under the key.
    public func replay(
        for request: RequestFingerprint,
        at now: UTCTimestamp
    ) throws(RPCError) -> [UInt8]? {
        if isExpired(at: now) { return nil }
        guard request == fingerprint else {
            throw RPCError(
                .invalidArgument,
                "this idempotency-key was used for another request in the last 24 hours",
                ErrorDetails(reason: "IDEMPOTENCY_KEY_REUSED")
            )
        }
        return answer
    }
}
