internal import Net
internal import Wire

/// Bytes on their way from one task to another of the same loop, with back-pressure.
///
/// One task writes and one reads. Whoever writes waits while more is unread than the high-water
/// mark, unless the reader needs more than that to go on. Confined to the loop.
struct ByteQueue: ~Copyable {
    /// How many bytes may be unread before a writer waits.
    static let highWater = 64 << 10

    private var parts: [SharedBytes] = []
    private(set) var count = 0
    /// Whether nothing more will be written.
    private(set) var isEnded = false
    /// How many bytes the reader needs.
    private var needed = 0

    private var reader = TaskWaiter()
    private var writer = TaskWaiter()

    /// Whether a writer should wait.
    var isFull: Bool { count > Self.highWater && count >= needed }

    /// Whether a reader should wait for that many bytes.
    func isShort(of least: Int) -> Bool { count < least && !isEnded }

    /// Whether a task waits to read.
    var hasReader: Bool { reader.isWaiting }
    /// Whether a task waits to write.
    var hasWriter: Bool { writer.isWaiting }

    /// Writes bytes, however full it is.
    mutating func append(_ bytes: SharedBytes) {
        guard bytes.count > 0, !isEnded else { return }
        parts.append(bytes)
        count += bytes.count
        if count >= needed { reader.resume() }
    }

    /// Ends it: what was written can still be read.
    mutating func end() {
        isEnded = true
        reader.resume()
        writer.resume()
    }

    /// Puts bytes back in front.
    mutating func putBack(_ bytes: SharedBytes) {
        parts.insert(bytes, at: 0)
        count += bytes.count
    }

    /// Takes all there is, in one piece.
    ///
    /// - Returns: the bytes; nil if there are none.
    mutating func take() -> SharedBytes? {
        guard let first = parts.first else { return nil }
        var bytes = first
        if parts.count > 1 {
            var whole = OutputBuffer(minimumCapacity: count)
            for part in parts { whole.append(part.bytes) }
            bytes = SharedBytes(adopting: whole)
        }
        parts.removeAll(keepingCapacity: true)
        count = 0
        needed = 0
        writer.resume()
        return bytes
    }

    /// Takes a whole body.
    ///
    /// - Parameter limit: the most bytes it may have.
    /// - Returns: the bytes, in one piece.
    /// - Throws: ``HTTP2ExchangeError/bodyTooLarge(limit:)``.
    mutating func takeAll(upTo limit: Int) throws(HTTP2ExchangeError) -> SharedBytes {
        if count > limit { throw .bodyTooLarge(limit: limit) }
        return take() ?? SharedBytes([])
    }

    /// Forgets everything, and wakes whoever waits.
    mutating func cancel() {
        parts = []
        count = 0
        end()
    }

    /// Has a task wait until there are that many bytes, or an end.
    @unsafe
    mutating func wait(for least: Int, _ task: UnsafeContinuation<Void, Never>) {
        needed = least
        // A writer that waits may have what is needed.
        writer.resume()
        unsafe reader.wait(task)
    }

    /// Has a task wait until there is room, or an end.
    @unsafe
    mutating func waitForRoom(_ task: UnsafeContinuation<Void, Never>) {
        unsafe writer.wait(task)
    }
}
