/// Bytes on their way to a socket: short runs in one buffer, and between them long ones that are
/// shared with whoever made them, not copied.
public struct OutputChain: ~Copyable, Sendable {
    /// A run that is not copied, and how many bytes of the buffer come before it.
    private struct SharedRun {
        let bytes: SharedBytes
        let place: Int
    }

    /// All bytes that were copied, one after the other.
    private var copied = OutputBuffer()
    private var shared: [SharedRun] = []
    private var sharedCount = 0

    /// From here on it costs less to share a run than to copy it.
    private static let shortestShared = 8_192

    /// Makes an empty chain.
    public init() {}

    /// The number of bytes, copied or shared.
    public var count: Int { copied.count + sharedCount }

    /// The number of bytes that were copied.
    public var ownedBytes: Int { copied.count }

    /// What counts against a limit: all that was copied, and a quarter of what is shared, whose
    /// memory is needed anyhow and which goes out best in large pieces.
    public var load: Int { copied.count + sharedCount / 4 }

    /// The bytes, if none of them are shared.
    public var onlyPiece: RawSpan? {
        @_lifetime(borrow self)
        get { shared.isEmpty ? copied.bytes : nil }
    }

    /// Appends a copy of bytes.
    public mutating func append(_ bytes: RawSpan) { copied.append(bytes) }

    /// Appends part of a run: shares it until the chain is emptied, or copies it if it is short.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - range: the offsets of the part, within `0..<run.count`.
    public mutating func append(_ run: SharedBytes, _ range: Range<Int>) {
        guard range.count >= Self.shortestShared else {
            return copied.append(run.bytes.extracting(range))
        }
        shared.append(SharedRun(bytes: run.extracting(range), place: copied.count))
        sharedCount += range.count
    }

    /// Has something written behind the bytes that were copied last.
    ///
    /// - Parameter write: appends to the buffer, and leaves what is there alone.
    public mutating func append(_ write: (inout OutputBuffer) -> Void) { write(&copied) }

    /// Forgets everything, but keeps the memory.
    public mutating func removeAll() {
        copied.removeAll()
        guard !shared.isEmpty else { return }
        shared.removeAll(keepingCapacity: true)
        sharedCount = 0
    }

    /// Lends the bytes in order, piece by piece.
    ///
    /// - Parameters:
    ///   - offset: how many bytes to leave out at the front.
    ///   - body: is lent one piece, not empty, and says whether it wants another.
    /// - Throws: what `body` throws.
    public func forEachPiece<Failure: Error>(
        from offset: Int = 0,
        _ body: (RawSpan) throws(Failure) -> Bool
    ) throws(Failure) {
        var left = offset
        var place = 0
        for run in shared {
            let before = copied.bytes.extracting(place..<run.place)
            guard try Self.lend(before, after: &left, body),
                try Self.lend(run.bytes.bytes, after: &left, body)
            else { return }
            place = run.place
        }
        _ = try Self.lend(copied.bytes.extracting(place..<copied.count), after: &left, body)
    }

    /// Lends what is left of a piece, if anything, when its first bytes are left out.
    private static func lend<Failure: Error>(
        _ piece: RawSpan,
        after skipped: inout Int,
        _ body: (RawSpan) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        guard piece.byteCount > skipped else {
            skipped -= piece.byteCount
            return true
        }
        let rest = piece.extracting(skipped..<piece.byteCount)
        skipped = 0
        return try body(rest)
    }
}
