/// How spans are gathered, sent and tried again.
public struct ExportConfiguration: Sendable {
    /// How many spans may wait to be sent; later ones are dropped and counted.
    public var queuedSpans = 2_048
    /// How many spans are sent at once at most; so many are sent without waiting for more.
    public var batchSpans = 512
    /// How long spans wait for others to be sent with.
    public var delay = Duration.seconds(5)
    /// The wait before a batch is sent again; it doubles with each attempt.
    public var firstBackoff = Duration.seconds(1)
    /// What waits grow to.
    public var longestBackoff = Duration.seconds(30)
    /// The longest that a collector is believed that asks to be left alone.
    public var longestRequestedWait = Duration.seconds(300)
    /// How often a batch is sent at most, before it is given up and counted as failed.
    public var attempts = 6

    /// The defaults: 2,048 spans, batches of 512, 5 seconds, six attempts.
    public init() {}
}
