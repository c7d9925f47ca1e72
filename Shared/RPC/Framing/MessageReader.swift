public import Wire

/// Finds the messages in the bytes of a stream.
///
/// It is given bytes that begin where a message does. What is left of them when no whole message is
/// there goes back to the stream, which keeps it, counts it and tells when ``needed`` bytes have
/// come: nothing is held here that no budget knows of.
@usableFromInline
package struct MessageReader {
    /// A message as it came.
    @usableFromInline
    package struct Frame: Sendable {
        @usableFromInline package let isCompressed: Bool
        @usableFromInline package let bytes: SharedBytes

        /// The message as it was before it was compressed.
        ///
        /// - Parameters:
        ///   - compression: how its stream says that its messages are compressed.
        ///   - limit: the most bytes that it may have.
        /// - Returns: the bytes; its own if it is not compressed.
        /// - Throws: ``RPCError``.
        package func unfolded(
            _ compression: Compression,
            limit: Int
        ) throws(RPCError) -> SharedBytes {
            guard isCompressed else { return bytes }
            guard compression == .gzip else {
                throw RPCError(
                    .internalError,
                    "a message is compressed, and grpc-encoding says not"
                )
            }
            do throws(Gzip.Fault) {
                return try Gzip.decompress(bytes.bytes, limit: limit)
            } catch .tooLarge {
                throw RPCError.tooLarge(limit: limit)
            } catch {
                throw RPCError(.internalError, "a message is not compressed as gzip has it")
            }
        }
    }

    /// What is wrong with the bytes.
    package enum Fault: Error, Equatable {
        /// The flag of a message is neither 0 nor 1.
        case unknownFlag(UInt8)
        /// A message has more bytes than the limit.
        case tooLarge(Int, limit: Int)
        /// The bytes end within a message.
        case truncated
        /// There is no message where one should be.
        case missing
        /// There are more messages than one.
        case surplus
    }

    /// Reads the bytes of a stream that has one message.
    ///
    /// - Parameters:
    ///   - bytes: all bytes of the stream.
    ///   - limit: the most bytes that a message may have.
    /// - Returns: the message, which shares their memory.
    /// - Throws: ``Fault``.
    package static func onlyFrame(
        in bytes: SharedBytes,
        limit: Int
    ) throws(Fault) -> Frame {
        guard bytes.count > 0 else { throw .missing }
        guard bytes.count >= MessageFrame.prefixCount else { throw .truncated }
        let (flag, count) = try checkedPrefix(in: bytes.bytes, at: 0, limit: limit)
        let end = MessageFrame.prefixCount + count
        guard bytes.count >= end else { throw .truncated }
        guard bytes.count == end else { throw .surplus }
        let message = bytes.extracting(MessageFrame.prefixCount..<end)
        return Frame(isCompressed: flag == 1, bytes: message)
    }

    /// Reads the prefix of a message, all of which is there.
    private static func checkedPrefix(
        in bytes: RawSpan,
        at offset: Int,
        limit: Int
    ) throws(Fault) -> (flag: UInt8, count: Int) {
        let (flag, count) = MessageFrame.prefix(in: bytes, at: offset)
        guard flag <= 1 else { throw .unknownFlag(flag) }
        guard count <= limit else { throw .tooLarge(count, limit: limit) }
        return (flag, count)
    }

    /// The most bytes that a message may have as it travels.
    package let limit: Int

    /// What was given and has not been read to its end.
    private var part: SharedBytes?
    /// How many bytes of the part have been read.
    private var offset = 0

    /// How many bytes the next message has with its prefix, as far as that is known.
    package private(set) var needed = MessageFrame.prefixCount

    /// Starts before the first byte.
    ///
    /// - Parameter limit: the most bytes that a message may have.
    package init(limit: Int) { self.limit = limit }

    /// Whether all that was given has been read.
    package var isEmpty: Bool { part == nil }

    /// Takes in bytes, when all that was given before has been read or taken back.
    ///
    /// - Parameter part: the next bytes of the stream.
    /// - Throws: ``Fault/truncated`` if there are fewer than were needed: they are the last.
    package mutating func read(_ part: SharedBytes) throws(Fault) {
        precondition(isEmpty, "the bytes before were not read")
        if part.count < needed { throw .truncated }
        self.part = part.count == 0 ? nil : part
        offset = 0
    }

    /// The next message, which shares the memory of what was given.
    ///
    /// - Returns: the message; nil if more has to come first.
    /// - Throws: ``Fault``, after which nothing can be read.
    package mutating func next() throws(Fault) -> Frame? {
        needed = MessageFrame.prefixCount
        guard let part else { return nil }
        let available = part.count - offset
        guard available >= needed else { return nil }
        let (flag, count) = try Self.checkedPrefix(in: part.bytes, at: offset, limit: limit)
        needed += count
        guard available >= needed else { return nil }
        let start = offset + MessageFrame.prefixCount
        offset = start + count
        let message = part.extracting(start..<offset)
        // The last message alone says how long the part's memory stays.
        if offset == part.count { self.part = nil }
        needed = MessageFrame.prefixCount
        return Frame(isCompressed: flag == 1, bytes: message)
    }

    /// Takes back what has not been read.
    ///
    /// - Returns: the bytes; nil if there are none.
    package mutating func takeRest() -> SharedBytes? {
        guard let part else { return nil }
        self.part = nil
        return part.extracting(offset..<part.count)
    }
}
