internal import CZlib
package import Wire

/// How messages are compressed, one by one.
public enum Compression: String, Sendable, CaseIterable {
    /// Not at all.
    case identity
    /// As RFC 1952 has it.
    case gzip

    /// What we say that we understand.
    static let accepted = "identity,gzip"

    /// Whether a peer that accepts these accepts this one.
    ///
    /// - Parameter accepted: the value of a `grpc-accept-encoding` field; nil if there is none.
    /// - Returns: whether messages may be sent like this.
    package func isAccepted(by accepted: String?) -> Bool {
        if self == .identity { return true }
        let names = accepted?.split(separator: ",") ?? []
        return names.contains { $0.trimmingBlanks == rawValue }
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// Compresses and unfolds the bytes of one message.
package enum Gzip {
    /// Why bytes cannot be unfolded.
    package enum Fault: Error, Equatable {
        /// They are no gzip stream, or more than one.
        case malformed
        /// They unfold to more than the limit.
        case tooLarge(limit: Int)
    }

    /// 15 bits of window, and 16 for the frame of gzip.
    private static let windowBits: CInt = 15 + 16
    /// The fastest level: what is sent between services is read at once.
    private static let level: CInt = 1

    /// Compresses bytes.
    ///
    /// - Parameters:
    ///   - bytes: at most 4 GiB.
    ///   - output: where the stream goes.
    package static func compress(_ bytes: RawSpan, to output: inout OutputBuffer) {
        var stream = unsafe z_stream()
        // Fails only without memory, or if the library does not fit its header.
        let status = unsafe sextant_deflate_init(&stream, level, windowBits)
        precondition(status == Z_OK, "zlib cannot begin: \(status)")
        defer { unsafe deflateEnd(&stream) }
        let bound = unsafe Int(deflateBound(&stream, UInt(bytes.byteCount)))
        // zlib reads the bytes and writes the room during the call only; it takes no `const`.
        unsafe bytes.withUnsafeBytes { source in
            unsafe stream.next_in = UnsafeMutablePointer(
                mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self)
            )
            unsafe stream.avail_in = UInt32(source.count)
            unsafe output.appendUninitialized(bound) { room in
                unsafe stream.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
                unsafe stream.avail_out = UInt32(room.count)
                let status = unsafe deflate(&stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "zlib keeps to its own bound")
                return unsafe room.count - Int(stream.avail_out)
            }
        }
    }

    /// Unfolds a stream.
    ///
    /// - Parameters:
    ///   - bytes: one whole gzip stream.
    ///   - limit: the most bytes that it may unfold to.
    /// - Returns: the bytes.
    /// - Throws: ``Fault``.
    package static func decompress(_ bytes: RawSpan, limit: Int) throws(Fault) -> SharedBytes {
        var stream = unsafe z_stream()
        // Fails only without memory, or if the library does not fit its header.
        let status = unsafe sextant_inflate_init(&stream, windowBits)
        precondition(status == Z_OK, "zlib cannot begin: \(status)")
        defer { unsafe inflateEnd(&stream) }
        var output = OutputBuffer()
        // zlib reads the bytes during the calls only; it takes no `const`.
        let outcome: Result<Void, Fault> = unsafe bytes.withUnsafeBytes { source in
            unsafe stream.next_in = UnsafeMutablePointer(
                mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self)
            )
            unsafe stream.avail_in = UInt32(source.count)
            while true {
                // One byte more than the limit shows that there is more.
                let room = min(max(4 * source.count, 1_024, output.count), limit + 1 - output.count)
                var status: CInt = Z_OK
                unsafe output.appendUninitialized(room) { target in
                    unsafe stream.next_out = target.baseAddress?.assumingMemoryBound(
                        to: UInt8.self
                    )
                    unsafe stream.avail_out = UInt32(target.count)
                    status = unsafe inflate(&stream, Z_NO_FLUSH)
                    return unsafe target.count - Int(stream.avail_out)
                }
                if output.count > limit { return .failure(.tooLarge(limit: limit)) }
                if status == Z_STREAM_END {
                    return unsafe stream.avail_in == 0 ? .success(()) : .failure(.malformed)
                }
                // Without room to write there was something left to write; else nothing is left
                // to read.
                guard status == Z_OK, unsafe stream.avail_out == 0 else {
                    return .failure(.malformed)
                }
            }
        }
        try outcome.get()
        return SharedBytes(adopting: output)
    }
}
