/// When things last happened on a connection.
struct SessionTiming {
    /// The time of the call that runs.
    var now: ContinuousClock.Instant
    /// When the connection was made.
    let start: ContinuousClock.Instant
    /// When the last bytes came.
    var lastInput: ContinuousClock.Instant
    /// Whether DATA frames go out, of whatever stream.
    var outputProgress: OutputProgress
    /// When the last stream closed, from which idleness counts.
    var lastStreamClosed: ContinuousClock.Instant
    /// When a PING went out to see whether the peer is there, and was not answered yet.
    var pingSent: ContinuousClock.Instant?

    /// When the peer's first SETTINGS came; nil before.
    var peerSettingsArrival: ContinuousClock.Instant?
    /// Whether the peer has acknowledged ours.
    var areSettingsAcknowledged = false

    init(at now: ContinuousClock.Instant) {
        self.now = now
        start = now
        lastInput = now
        outputProgress = OutputProgress(at: now)
        lastStreamClosed = now
    }
}
