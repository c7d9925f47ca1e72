internal import HTTP2
internal import Net
internal import RPC
internal import Wire

/// Reads a body that is, with what else the request says, the only message.
final class WholeBodyReader: RequestReader {
    /// What makes the message of a body.
    typealias Translation = @Sendable (SharedBytes) throws(RPCError) -> OutputBuffer

    private let limit: Int
    private let mayBeLong: Bool
    private let offload: WorkerPool?
    private let translate: Translation
    private var message: SharedBytes?
    private var isTaken = false
    private(set) var fault: RPCError?

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - limit: the most bytes it may have.
    ///   - mayBeLong: whether more may come of few bytes, as of a body that is compressed.
    ///   - offload: where long ones are translated; nil if that is the loop.
    ///   - translate: makes the message; any thread may ask.
    init(
        upTo limit: Int,
        mayBeLong: Bool = false,
        offload: WorkerPool?,
        _ translate: @escaping Translation
    ) {
        self.limit = limit
        self.mayBeLong = mayBeLong
        self.offload = offload
        self.translate = translate
    }

    func isComplete(_ base: any ServerExchange) -> Bool { message != nil }

    func collect(from base: any ServerExchange) async throws(HTTP2ExchangeError) {
        guard message == nil, fault == nil else { return }
        let body: SharedBytes
        do throws(HTTP2ExchangeError) {
            if !base.isBodyComplete { try await base.collectBody(upTo: limit, length: nil) }
            body = try base.takeBody(upTo: limit)
        } catch .bodyTooLarge {
            fault = .bodyTooLarge(limit: limit)
            throw .meaningless
        }
        do {
            message = try await translated(body)
        } catch {
            fault = error as? RPCError ?? .fault("\(error)")
            throw .meaningless
        }
    }

    private func translated(_ body: SharedBytes) async throws -> SharedBytes {
        guard mayBeLong || !body.isQuick else { return try Self.framed(body, translate) }
        return try await offload.runBeside { [translate] in try Self.framed(body, translate) }
    }

    private static func framed(
        _ body: SharedBytes,
        _ translate: Translation
    ) throws(RPCError) -> SharedBytes {
        let message = try translate(body)
        return MessageFrame.make(capacity: message.count) { $0.append(message.bytes) }
    }

    func take(from base: any ServerExchange) throws(HTTP2ExchangeError) -> SharedBytes {
        guard let message else { throw .meaningless }
        isTaken = true
        return message
    }

    func nextPart(
        from base: any ServerExchange,
        ofAtLeast least: Int
    ) async throws(HTTP2ExchangeError) -> SharedBytes? {
        if isTaken { return nil }
        try await collect(from: base)
        return try take(from: base)
    }

    func putBack(_ bytes: SharedBytes, to base: any ServerExchange) {
        message = bytes
        isTaken = false
    }
}
