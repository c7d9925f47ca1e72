internal import Net

/// Keeps the logs of an installation from growing without end, while its services run.
final class LogKeeper: Sendable {
    private let loop: EventLoop
    private let task: Task<Void, Never>

    /// How often it looks.
    private static let interval = Duration.seconds(30)

    /// Begins to look after the logs of a folder.
    init(_ folder: DataFolder) throws(SystemError) {
        let loop = try EventLoop()
        self.loop = loop
        let logs = folder.daemons.map(\.logFile)
        task = Task { await Self.run(on: loop, logs) }
    }

    private static func run(on loop: EventLoop, _ logs: [String]) async {
        await withTaskExecutorPreference(loop) {
            guard await loop.arrive() else { return }
            while !Task.isCancelled {
                // A log that cannot be cut now may be in a while.
                for log in logs { _ = try? LogFile.keepShort(log) }
                do {
                    try await loop.sleep(for: interval)
                } catch {
                    return
                }
            }
        }
    }

    /// Ends.
    func stop() {
        task.cancel()
        loop.stop()
    }
}
