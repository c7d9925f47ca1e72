/// Serves requests that came together: one task has as many handlers as need not wait, one after
/// the other, for a task costs more than most of them do.
///
/// A handler that waits keeps the task, which is its alone from then on, and the next request
/// begins another.
final class HandlerRun: @unchecked Sendable {
    // `@unchecked`: used on the loop only.

    private let serve: HTTP2Server.Service
    private var exchanges: [HTTP2Exchange]
    private var next = 0
    /// Whose handler runs, or has had to wait first.
    private var current: HTTP2Exchange?

    /// Begins with requests in the order in which they came.
    ///
    /// - Parameters:
    ///   - exchanges: the requests.
    ///   - serve: answers one of them.
    init(_ exchanges: [HTTP2Exchange], _ serve: @escaping HTTP2Server.Service) {
        self.exchanges = exchanges
        self.serve = serve
    }

    /// Has each request served up to where its handler must wait, on the loop.
    ///
    /// - Parameter loop: where they came.
    /// - Returns: an empty list in the memory of that of the requests.
    func start(on loop: EventLoop) -> [HTTP2Exchange] {
        while next < exchanges.count {
            let task = Task.immediate(executorPreference: loop) { await serveAll() }
            current.take()?.handlerStarted(task)
        }
        var emptied: [HTTP2Exchange] = []
        swap(&emptied, &exchanges)
        emptied.removeAll(keepingCapacity: true)
        return emptied
    }

    /// Serves one request after the other, until the handler of one has had to wait.
    private func serveAll() async {
        while let exchange = takeNext() {
            await serve(exchange)
            // Nobody's, or another's, if it has waited: then the task is not ours any more.
            guard current === exchange else { return }
            current = nil
        }
    }

    private func takeNext() -> HTTP2Exchange? {
        while next < exchanges.count {
            let exchange = exchanges[next]
            next += 1
            // The handler of one before it may have ended it.
            if exchange.isClosed { continue }
            current = exchange
            return exchange
        }
        return nil
    }
}
