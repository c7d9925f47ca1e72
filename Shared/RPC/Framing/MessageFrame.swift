public import Wire

/// A message as it travels: five bytes that say how, then the message.
///
/// Source: gRPC, `doc/PROTOCOL-HTTP2.md`, “Length-Prefixed-Message”.
@usableFromInline
package enum MessageFrame {
    /// How many bytes come before the message: a flag, and four of its length.
    package static let prefixCount = 5

    /// Begins a frame, to which the message is appended.
    ///
    /// - Parameter capacity: bytes to reserve for the message at once.
    /// - Returns: a buffer with the room of a prefix.
    @usableFromInline
    package static func begin(capacity: Int = 0) -> OutputBuffer {
        var buffer = OutputBuffer(minimumCapacity: prefixCount + capacity)
        appendPrefix(isCompressed: false, count: 0, to: &buffer)
        return buffer
    }

    /// Ends a frame of a message that is not compressed.
    ///
    /// - Parameter buffer: what was begun, and the message.
    /// - Returns: prefix and message.
    @usableFromInline
    package static func end(_ buffer: consuming OutputBuffer) -> SharedBytes {
        buffer.replace(
            at: 1,
            withBigEndian: UInt32(truncatingIfNeeded: buffer.count - prefixCount)
        )
        return SharedBytes(adopting: buffer)
    }

    /// Writes a message behind its prefix.
    ///
    /// - Parameters:
    ///   - capacity: bytes to reserve at once.
    ///   - write: appends the message.
    /// - Returns: prefix and message, not compressed.
    /// - Throws: what `write` throws.
    package static func make<Failure: Error>(
        capacity: Int = 0,
        _ write: (inout OutputBuffer) throws(Failure) -> Void
    ) throws(Failure) -> SharedBytes {
        var buffer = begin(capacity: capacity)
        try write(&buffer)
        return end(buffer)
    }

    /// Writes a message behind its prefix, or finds it there: in the memory that it came in.
    ///
    /// - Parameter message: the message.
    /// - Returns: prefix and message, not compressed.
    package static func make(of message: SharedBytes) -> SharedBytes {
        var prefix: [5 of UInt8] = .init(repeating: 0)
        for place in 1..<prefixCount {
            prefix[place] = UInt8(truncatingIfNeeded: message.count >> (8 * (4 - place)))
        }
        // An integer has no padding: every byte of it is initialised.
        let bytes = unsafe prefix.span.bytes
        if let frame = message.preceded(by: bytes) { return frame }
        var buffer = OutputBuffer(minimumCapacity: prefixCount + message.count)
        buffer.append(bytes)
        buffer.append(message.bytes)
        return SharedBytes(adopting: buffer)
    }

    /// How many bytes the body of a call has that gives or takes one message.
    ///
    /// - Parameter start: the first bytes of the body.
    /// - Returns: the number with the prefix; nil if not all of the prefix is there.
    package static func bodyCount(_ start: RawSpan) -> Int? {
        start.byteCount < prefixCount ? nil : prefixCount + prefix(in: start, at: 0).count
    }

    /// Compresses the message of a frame.
    ///
    /// - Parameter frame: a frame that is not compressed.
    /// - Returns: the same message, compressed.
    package static func compress(_ frame: SharedBytes) -> SharedBytes {
        var buffer = OutputBuffer()
        appendPrefix(isCompressed: true, count: 0, to: &buffer)
        Gzip.compress(frame.bytes.extracting(prefixCount..<frame.count), to: &buffer)
        buffer.replace(
            at: 1,
            withBigEndian: UInt32(truncatingIfNeeded: buffer.count - prefixCount)
        )
        return SharedBytes(adopting: buffer)
    }

    /// Reads a prefix.
    ///
    /// - Parameters:
    ///   - bytes: bytes that have a whole prefix at the offset.
    ///   - offset: where it begins.
    /// - Returns: the flag, and how many bytes the message has.
    static func prefix(in bytes: RawSpan, at offset: Int) -> (flag: UInt8, count: Int) {
        let count = bytes.littleEndian(at: offset + 1, as: UInt32.self).byteSwapped
        return (bytes.byte(at: offset), Int(count))
    }

    /// Writes a prefix.
    ///
    /// - Parameters:
    ///   - isCompressed: whether the message is.
    ///   - count: its bytes as they travel, less than 4 GiB.
    ///   - output: where it goes.
    package static func appendPrefix(isCompressed: Bool, count: Int, to output: inout OutputBuffer)
    {
        output.append(isCompressed ? 1 : 0)
        output.appendFixed(UInt32(truncatingIfNeeded: count).bigEndian)
    }
}
