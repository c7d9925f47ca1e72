import Testing
import Wire

@testable import Net

/// One end of a byte stream for tests: sends a pattern, checks the pattern that comes, and runs
/// what a test hangs into its callbacks.
///
/// All of it on its loop.
final class StreamEnd: TransportHandler, @unchecked Sendable {
    // `@unchecked`: after it has been put on a loop it is used by the loop's thread only, but for
    // the journal and the gates.

    /// A period of 4,099, a prime: bytes that are lost or swapped show.
    static let pattern: [UInt8] = (0..<4_099).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 7) }

    let loop: EventLoop
    var transport: Transport?

    var bytesToSend = 0
    private(set) var bytesSent = 0
    private(set) var bytesReceived = 0
    private(set) var isIntact = true
    private(set) var fills = 0
    private(set) var mostOutput = 0
    private(set) var wasAskedTooEarly = false

    var onReceive: ((StreamEnd) -> Void)?
    var onReadEnded: ((StreamEnd) -> Void)?
    var onFill: ((StreamEnd) -> Void)?

    let closes = Journal<String>()
    let hasReceived = Gate()
    let hasReadEnd = Gate()
    let hasClosed = Gate()
    /// `hasReceived` opens when so many bytes have come.
    var expectedBytes = Int.max

    init(on loop: EventLoop) { self.loop = loop }

    func transportReceived(_ bytes: RawSpan) {
        if closes.entries.count > 0 || bytes.isEmpty { isIntact = false }
        let before = bytesReceived
        var offset = 0
        while offset < bytes.byteCount {
            let start = (bytesReceived + offset) % Self.pattern.count
            let count = min(Self.pattern.count - start, bytes.byteCount - offset)
            let expected = Self.pattern.rawBytes.extracting(start..<start + count)
            if !bytes.extracting(offset..<offset + count).hasSameBytes(as: expected) {
                isIntact = false
            }
            offset += count
        }
        bytesReceived += bytes.byteCount
        if before < expectedBytes && bytesReceived >= expectedBytes { hasReceived.open() }
        onReceive?(self)
    }

    func transportReadEnded() {
        hasReadEnd.open()
        onReadEnded?(self)
    }

    func transportFill(_ output: inout OutputChain, limit: Int) {
        fills += 1
        if transport?.hasUnsentOutput == true || output.count > 0 { wasAskedTooEarly = true }
        onFill?(self)
        while bytesSent < bytesToSend && output.count < limit {
            let start = bytesSent % Self.pattern.count
            let count = min(Self.pattern.count - start, bytesToSend - bytesSent)
            output.append(Self.pattern.rawBytes.extracting(start..<start + count))
            bytesSent += count
        }
        mostOutput = max(mostOutput, output.count)
    }

    func transportClosed(_ reason: TransportCloseReason) {
        closes.add("\(reason)")
        transport = nil
        hasClosed.open()
    }

    /// Puts the end on its loop.
    func start(
        _ socket: consuming Socket,
        filter: (any TransportFilter & Sendable)? = nil,
        configuration: TransportConfiguration = TransportConfiguration(),
        _ work: @escaping @Sendable (StreamEnd) -> Void = { _ in }
    ) {
        let parcel = SocketParcel(socket)
        loop.run { [self] in
            guard let socket = parcel.open() else { return }
            transport = Transport(
                adopting: socket,
                on: loop,
                filter: filter,
                handler: self,
                configuration: configuration
            )
            work(self)
        }
    }

    /// Sends so many more bytes.
    func send(_ count: Int) {
        loop.run { [self] in
            bytesToSend += count
            transport?.setNeedsFlush()
        }
    }

    /// Runs a closure on the end's loop.
    @discardableResult
    func run<Result: Sendable>(
        _ work: @escaping @Sendable (StreamEnd) -> Result
    ) -> Result? {
        loop.run { work(self) }
    }
}

/// The kinds of connections that transports are tested over.
enum Wiring: String, CaseIterable, Sendable {
    case socketPair, tcp, unix

    /// Connects two sockets and hands them over.
    func connect<Result>(
        _ body: (consuming Socket, consuming Socket) throws -> Result
    ) throws
        -> Result
    {
        switch self {
        case .socketPair:
            let pair = try Socket.pair()
            return try body(pair.left, pair.right)
        case .tcp:
            return try Self.connect(to: .loopback(port: 0), body)
        case .unix:
            let path = temporarySocketPath()
            defer { try? SystemCalls.unlink(path) }
            return try Self.connect(to: .unix(path: path), body)
        }
    }

    private static func connect<Result>(
        to address: SocketAddress,
        _ body: (consuming Socket, consuming Socket) throws -> Result
    ) throws -> Result {
        let listening = try Socket.listening(on: address, backlog: 1, sharesPort: false)
        let bound = try SystemCalls.localAddress(listening.descriptor)
        let client = Socket(
            adopting: try SystemCalls.socket(family: bound.family),
            peerAddress: bound
        )
        // On loopback the connection stands when the call returns or soon after.
        _ = try SystemCalls.connect(client.descriptor, to: bound)
        while true {
            if let server = try Socket.accept(from: listening.descriptor) {
                return try body(client, server)
            }
        }
    }
}
