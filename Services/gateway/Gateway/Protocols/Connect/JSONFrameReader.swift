internal import HTTP2
internal import Net
internal import RPC
internal import Wire

/// Reads the envelopes of a stream of Connect whose messages are JSON.
final class JSONFrameReader: RequestReader {
    private let limit: Int
    private let schema: MessageSchema
    private let options: JSONOptions
    private let compression: Compression
    private let offload: WorkerPool?
    /// The only message, once all of it has come.
    private var message: SharedBytes?
    private var reader: MessageReader
    private(set) var fault: RPCError?

    /// - Parameters:
    ///   - limit: the most bytes that a message may have.
    ///   - schema: the type of the messages.
    ///   - options: how JSON is read.
    ///   - compression: how compressed messages are.
    ///   - offload: where long ones are translated; nil if that is the loop.
    init(
        upTo limit: Int,
        _ schema: MessageSchema,
        _ options: JSONOptions,
        _ compression: Compression,
        offload: WorkerPool?
    ) {
        self.limit = limit
        self.schema = schema
        self.options = options
        self.compression = compression
        self.offload = offload
        reader = MessageReader(limit: limit)
    }

    func isComplete(_ base: any ServerExchange) -> Bool { message != nil }

    func collect(from base: any ServerExchange) async throws(HTTP2ExchangeError) {
        guard message == nil, fault == nil else { return }
        let most = limit + MessageFrame.prefixCount
        if !base.isBodyComplete {
            try await base.collectBody(upTo: most, length: MessageFrame.bodyCount)
        }
        let body = try base.takeBody(upTo: most)
        let frame: MessageReader.Frame
        do throws(MessageReader.Fault) {
            frame = try MessageReader.onlyFrame(in: body, limit: limit)
        } catch {
            throw refused(Self.malformed(error))
        }
        message = try await translated(frame)
    }

    func take(from base: any ServerExchange) throws(HTTP2ExchangeError) -> SharedBytes {
        guard let message else { throw .meaningless }
        return message
    }

    func nextPart(
        from base: any ServerExchange,
        ofAtLeast least: Int
    ) async throws(HTTP2ExchangeError) -> SharedBytes? {
        while true {
            if let frame = try nextFrame() { return try await translated(frame) }
            if let rest = reader.takeRest() { base.putBack(rest) }
            guard let part = try await base.nextPart(ofAtLeast: reader.needed) else { return nil }
            try read(part)
        }
    }

    func putBack(_ bytes: SharedBytes, to base: any ServerExchange) {
        assertionFailure("frames are given as a whole: nothing is left of them")
    }

    private func nextFrame() throws(HTTP2ExchangeError) -> MessageReader.Frame? {
        do throws(MessageReader.Fault) {
            return try reader.next()
        } catch {
            throw refused(Self.malformed(error))
        }
    }

    private func read(_ part: SharedBytes) throws(HTTP2ExchangeError) {
        do throws(MessageReader.Fault) {
            try reader.read(part)
        } catch {
            throw refused(Self.malformed(error))
        }
    }

    private func translated(
        _ frame: MessageReader.Frame
    ) async throws(HTTP2ExchangeError) -> SharedBytes {
        let (schema, options, compression, limit) = (schema, options, compression, limit)
        let translate: @Sendable () throws -> SharedBytes = {
            let text = try frame.unfolded(compression, limit: limit)
            let message = try ConnectCodec.json.decoded(text, as: schema, options)
            return MessageFrame.make(capacity: message.count) { $0.append(message.bytes) }
        }
        do {
            let isQuick = !frame.isCompressed && frame.bytes.isQuick
            return isQuick ? try translate() : try await offload.runBeside(translate)
        } catch {
            throw refused(error as? RPCError ?? .fault("\(error)"))
        }
    }

    private static func malformed(_ fault: MessageReader.Fault) -> RPCError {
        RPCError(
            .invalidArgument,
            "the body is not a sequence of envelopes: \(fault)",
            ErrorDetails(reason: "ENVELOPE_INVALID")
        )
    }

    private func refused(_ error: RPCError) -> HTTP2ExchangeError {
        fault = error
        return .meaningless
    }
}
