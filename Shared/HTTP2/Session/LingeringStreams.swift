/// Streams of a server whose answer is whole while their request still comes.
///
/// A peer that is told to stop at once may throw away an answer that it has not read yet; for a
/// moment what it sends is dropped instead (RFC 9113 §8.1). Nothing is held of such a stream but
/// what stands here.
struct LingeringStreams {
    private struct Stream {
        let since: ContinuousClock.Instant
        /// Bytes that were dropped and whose window has opened again.
        var credited = 0
    }

    private var streams: [Int32: Stream] = [:]

    /// How many there are.
    var count: Int { streams.count }

    /// Lets a stream linger.
    ///
    /// - Parameters:
    ///   - id: its number.
    ///   - now: the time.
    ///   - most: how many may linger at a time.
    /// - Returns: false if there are as many already.
    mutating func add(_ id: Int32, at now: ContinuousClock.Instant, most: Int) -> Bool {
        guard streams.count < most else { return false }
        streams[id] = Stream(since: now)
        return true
    }

    /// Forgets a stream, if it lingers: it is closed.
    mutating func remove(_ id: Int32) {
        streams[id] = nil
    }

    /// Forgets all: the connection is gone.
    mutating func removeAll() {
        streams = [:]
    }

    /// Notes bytes that were dropped.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - id: the stream that they came on.
    ///   - most: for how many bytes a stream's window opens again.
    /// - Returns: whether the window is to open for these.
    mutating func isCredited(_ count: Int, of id: Int32, most: Int) -> Bool {
        guard var stream = streams[id], stream.credited + count <= most else { return false }
        stream.credited += count
        streams[id] = stream
        return true
    }

    /// Takes out those that have lingered long enough.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - limit: how long a stream may linger.
    /// - Returns: their numbers.
    mutating func takeOverdue(at now: ContinuousClock.Instant, after limit: Duration) -> [Int32] {
        if streams.isEmpty { return [] }
        let overdue = streams.filter { now - $0.value.since >= limit }.map(\.key)
        for id in overdue { streams[id] = nil }
        return overdue
    }
}
