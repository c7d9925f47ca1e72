/// Counts what a peer does on one connection, in windows of ten seconds.
struct AbuseMeter {
    private let limits: AbuseLimits
    private var windowStart: ContinuousClock.Instant
    private var counts = Counts()
    private var continuations = 0
    /// What was sent in the window before: a peer answers it a little later.
    private var framesSentBefore = 0

    /// What happened in the window.
    private struct Counts {
        var pings = 0
        var settings = 0
        var priorities = 0
        var emptyData = 0
        var windowUpdates = 0
        var unknownFrames = 0
        var oversizedHeaders = 0
        var resets = 0
        var streamsOpened = 0
        var framesSent = 0
    }

    /// The length of a window.
    static let window = Duration.seconds(10)

    /// Starts with nothing counted.
    init(_ limits: AbuseLimits, at now: ContinuousClock.Instant) {
        self.limits = limits
        windowStart = now
    }

    /// Begins a new window if the last one is over.
    mutating func advance(to now: ContinuousClock.Instant) {
        guard now - windowStart >= Self.window else { return }
        windowStart = now
        framesSentBefore = counts.framesSent
        counts = Counts()
    }

    /// Counts a frame that begins to arrive.
    ///
    /// - Parameter frame: its header.
    /// - Returns: what the peer does too much of, in words; nil if all is well.
    mutating func note(_ frame: FrameHeader) -> String? {
        switch frame.type {
        case .headers, .pushPromise:
            continuations = 0
        case .data:
            if frame.length == 0 && !frame.endsStream {
                return count(
                    \.emptyData,
                    limits.emptyData + 10 * counts.streamsOpened,
                    "empty DATA"
                )
            }
        case .ping:
            // Some clients measure the road with a PING for each DATA frame that they get.
            if frame.isAcknowledgement { break }
            return count(\.pings, limits.pings + framesSentLately, "PING")
        case .settings:
            if !frame.isAcknowledgement { return count(\.settings, limits.settings, "SETTINGS") }
        case .priority:
            let allowed = limits.priorities + 10 * counts.streamsOpened
            return count(\.priorities, allowed, "PRIORITY")
        case .windowUpdate:
            let allowed = limits.windowUpdates + 10 * framesSentLately
            return count(\.windowUpdates, allowed, "WINDOW_UPDATE")
        case .continuation:
            continuations += 1
            if continuations > limits.continuations { return "CONTINUATION" }
        case .resetStream, .goAway:
            break
        default:
            return count(\.unknownFrames, limits.unknownFrames, "unknown")
        }
        return nil
    }

    /// Counts a stream that the peer opened.
    mutating func noteStreamOpened() { counts.streamsOpened += 1 }

    /// Counts a frame of HEADERS or DATA sent to the peer, which it may answer with window updates
    /// and PINGs.
    mutating func noteFrameSent() { counts.framesSent += 1 }

    private var framesSentLately: Int { counts.framesSent + framesSentBefore }

    /// Counts a request refused for its header fields.
    ///
    /// - Returns: as ``note(_:)``.
    mutating func noteOversizedHeaders() -> String? {
        count(\.oversizedHeaders, limits.oversizedHeaders, "oversized HEADERS")
    }

    /// Counts a stream that the peer reset before it had the whole answer.
    ///
    /// - Returns: as ``note(_:)``.
    mutating func noteReset() -> String? {
        counts.resets += 1
        return counts.resets > limits.resets && counts.resets * 2 > counts.streamsOpened
            ? "RST_STREAM" : nil
    }

    private mutating func count(
        _ what: WritableKeyPath<Counts, Int>,
        _ allowed: Int,
        _ name: String
    ) -> String? {
        counts[keyPath: what] += 1
        return counts[keyPath: what] > allowed ? name : nil
    }
}
