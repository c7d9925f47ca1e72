internal import Net
@_spi(PostgresSessions) internal import Postgres
internal import Telemetry
@_spi(PostgresSessions) internal import Tenancy

/// Hears on each node what is said to workers of a queue; what is missed, polls find.
final class WakeupListeners {
    private let worker: JobWorker
    private var tasks: [String: Task<Void, Never>] = [:]

    init(_ worker: JobWorker) { self.worker = worker }

    /// Listens on these nodes, and on no others any more.
    func listen(on nodes: Set<String>) {
        for node in nodes where tasks[node] == nil {
            tasks[node] = Task(executorPreference: worker.loop) { [worker] in
                if await worker.loop.arrive() { await worker.hear(node) }
            }
        }
        for (node, task) in tasks where !nodes.contains(node) {
            task.cancel()
            tasks[node] = nil
        }
    }

    /// Listens no more.
    func end() async {
        let ending = tasks.values
        listen(on: [])
        for task in ending { await task.value }
    }
}

extension JobWorker {
    private static let listen = ListenStatement("jobs.listen", "listen sextant_jobs")

    /// Begins a turn whenever a node says that there is work, until the task is cancelled.
    fileprivate func hear(_ node: String) async {
        let listener: PostgresListener
        do {
            let dsn = try database.nodeDSN(node)
            listener = PostgresListener(dsn, [Self.listen], on: loop, blocking: blocking)
        } catch {
            return logger.warning("job hints not heard", ["cause": .string("\(error)")])
        }
        for await event in listener.events() {
            switch event {
            case .listening: wake()
            case .notification(let notification):
                if notification.payload == queue.text { wake() }
            }
        }
    }
}
