internal import Glibc

/// Why no connection could be made.
public struct ConnectError: Error, Equatable, CustomStringConvertible {
    /// One address that was tried.
    public struct Attempt: Sendable, Equatable {
        /// The address.
        public let address: SocketAddress
        /// What happened: `ETIMEDOUT` also if our own time limit passed.
        public let error: SystemError
    }

    /// All addresses that were tried, in order; none if there was no address.
    public let attempts: [Attempt]

    /// The addresses and what happened at each.
    public var description: String {
        attempts.isEmpty
            ? "no address to connect to"
            : attempts.map { "\($0.address): \($0.error)" }.joined(separator: "; ")
    }
}

/// Connects to the first of several addresses that answers.
///
/// Everything here belongs to the loop.
public final class TransportConnector {
    private let loop: EventLoop
    private var addresses: ArraySlice<SocketAddress>
    private let deadline: ContinuousClock.Instant
    private var completion: ((consuming Result<Socket, ConnectError>) -> Void)?

    private var attempts: [ConnectError.Attempt] = []
    private var socket: Socket?
    private var watch: DescriptorWatch?
    private var timer: Timer?

    /// Begins to connect.
    ///
    /// Only on the loop.
    ///
    /// - Parameters:
    ///   - addresses: tried one after the other; each gets an equal part of the time that is left.
    ///   - loop: the loop of the calling thread.
    ///   - limit: how long all of it may take.
    ///   - completion: told the connected socket or why there is none; on the loop, once, after
    ///     this call has returned, and never after ``cancel()``.
    public init(
        to addresses: [SocketAddress],
        on loop: EventLoop,
        within limit: Duration,
        completion: @escaping (consuming Result<Socket, ConnectError>) -> Void
    ) {
        self.loop = loop
        self.addresses = addresses[...]
        self.completion = completion
        deadline = loop.now.advanced(by: limit)
        loop.whenTurnEnds(self)
    }

    /// Gives up; the completion is not called.
    ///
    /// Does nothing once it has been. Only on the loop.
    public func cancel() {
        completion = nil
        endAttempt()
    }

    private func tryNext() {
        // Cancelled, or the loop has stopped.
        guard completion != nil else { return }
        guard let address = addresses.popFirst() else {
            finish(.failure(ConnectError(attempts: attempts)))
            return
        }
        do {
            let attempt = Socket(
                adopting: try SystemCalls.socket(family: address.family),
                peerAddress: address
            )
            if try SystemCalls.connect(attempt.descriptor, to: address) {
                finish(.success(attempt))
                return
            }
            watch = try loop.watch(attempt.descriptor, for: .writable, handler: self)
            socket = consume attempt
        } catch {
            attemptFailed(at: address, error)
            return
        }
        let part = loop.now.duration(to: deadline) / (addresses.count + 1)
        timer = loop.schedule(after: part) {
            self.attemptFailed(at: address, SystemError("connect", code: ETIMEDOUT))
        }
    }

    private func attemptFailed(at address: SocketAddress, _ error: SystemError) {
        attempts.append(ConnectError.Attempt(address: address, error: error))
        endAttempt()
        tryNext()
    }

    private func endAttempt() {
        timer?.cancel()
        timer = nil
        if let watch { loop.unwatch(watch) }
        watch = nil
        socket = nil
    }

    private func finish(_ result: consuming Result<Socket, ConnectError>) {
        let completion = completion.take()
        endAttempt()
        completion?(result)
    }
}

extension TransportConnector: TurnEndHandler, DescriptorHandler {
    /// Called by the loop, once: the connector has been made.
    public func turnEnded() {
        tryNext()
    }

    /// Called by the loop.
    public func descriptorReady(_ readiness: Readiness) {
        guard let attempt = socket.take() else { return }
        if let watch { loop.unwatch(watch) }
        watch = nil
        let code = SystemCalls.pendingError(attempt.descriptor)
        if code == 0 {
            finish(.success(attempt))
        } else if let address = attempt.peerAddress {
            attemptFailed(at: address, SystemError("connect", code: code))
        }
    }

    /// Called by the loop.
    public func loopStopped() {
        addresses = []
        if let address = socket?.peerAddress {
            let error = SystemError("connect", code: ECANCELED)
            attempts.append(ConnectError.Attempt(address: address, error: error))
        }
        finish(.failure(ConnectError(attempts: attempts)))
    }
}
