internal import Glibc

/// One loop's part of a ``Listener``.
final class Acceptor: DescriptorHandler, @unchecked Sendable {
    // `@unchecked`: after its initialiser it is used by its loop's thread alone.

    let loop: EventLoop
    private var listener: Listener?
    private var socket: SharedSocket?
    private var watch: DescriptorWatch?
    private var retry: Timer?
    private var nextPause: Duration
    private let interest: Readiness

    init(of listener: Listener, on loop: EventLoop, socket: SharedSocket) {
        self.listener = listener
        self.loop = loop
        self.socket = socket
        nextPause = listener.configuration.shortestPause
        let isShared = listener.boundAddress.port == nil
        interest = isShared ? [.readable, .exclusive] : .readable
    }

    func start() {
        guard let socket, watch == nil else { return }
        do {
            watch = try loop.watch(socket.descriptor, for: interest, handler: self)
        } catch {
            pause()
        }
    }

    func stop() {
        retry?.cancel()
        retry = nil
        if let watch { loop.unwatch(watch) }
        watch = nil
        socket = nil
        listener = nil
    }

    func descriptorReady(_ readiness: Readiness) {
        guard let listener else { return }
        for _ in 0..<listener.configuration.acceptsPerTurn {
            guard let descriptor = socket?.descriptor else { return }
            do {
                guard let accepted = try Socket.accept(from: descriptor) else { return }
                nextPause = listener.configuration.shortestPause
                listener.place(accepted, from: loop)
            } catch {
                if Self.isShortage(error.code) {
                    pause()
                    return
                }
                // Anything else concerns one connection, which died before it was taken.
            }
        }
    }

    func loopStopped() {
        stop()
    }

    /// Leaves the waiting connections to the kernel for a while: asking again at once would only
    /// fail again, and keep the loop busy.
    private func pause() {
        guard let listener else { return }
        listener.notePause()
        if let watch { loop.suspend(watch) }
        let pause = nextPause
        nextPause = min(pause * 2, listener.configuration.longestPause)
        retry = loop.schedule(after: pause) { [weak self] in self?.resume() }
    }

    private func resume() {
        guard let watch else {
            start()
            return
        }
        do {
            try loop.change(watch, to: interest)
        } catch {
            pause()
        }
    }

    private static func isShortage(_ code: Int32) -> Bool {
        code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM
    }
}

/// A listening socket that is closed when the last loop lets go of it.
final class SharedSocket: Sendable {
    private let socket: Socket

    init(_ socket: consuming Socket) {
        self.socket = socket
    }

    var descriptor: Int32 { socket.descriptor }
}
