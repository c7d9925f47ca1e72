public import Lifecycle
public import Net
internal import Postgres
internal import Schema
public import Telemetry
public import Tenancy

/// Keeps what a program knows of the tenants fresh, and says whether it can serve them.
///
/// It can once the platform's schema is one that its code works with, and while the directory of
/// tenants is fresh; the database is waited for as long as it takes.
public final class PlatformWatch: Sendable {
    private let database: TenantDatabase
    private let loop: EventLoop
    private let logger: Logger
    private let condition: ReadinessCondition?
    private let task = Locked<Task<Void, Never>?>(nil)
    private let first = Locked(First())

    /// Whether anything is known yet, and who waits for that.
    private struct First {
        var isKnown = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// A watch; nothing is asked of the database yet.
    ///
    /// - Parameters:
    ///   - database: the program's databases, which end with the watch.
    ///   - loop: whose time it is.
    ///   - condition: is met while the program can serve; nil if calls are taken all the same.
    ///   - logger: where it is logged that the platform is not reached.
    public init(
        _ database: TenantDatabase,
        on loop: EventLoop,
        condition: ReadinessCondition?,
        logger: Logger
    ) {
        self.database = database
        self.loop = loop
        self.condition = condition
        self.logger = logger
    }

    /// The part of a program that watches, and closes the databases.
    ///
    /// It has started once the program can serve, or it is known why it cannot: who restarts takes
    /// no call that must be refused for want of a directory.
    ///
    /// - Parameter name: what logs call it.
    /// - Returns: the part; what uses the databases comes after it.
    public func component(_ name: String = "platform") -> ServiceComponent {
        ServiceComponent(name) { [self] in
            let following = Task(executorPreference: loop) { [self] in
                if await loop.arrive() { await follow() }
                noteFirst()
            }
            task.withLock { $0 = following }
            // Whoever is stopped meanwhile has started all the same: it must be stopped.
            await withTaskCancellationHandler {
                await waitForFirst()
            } onCancel: {
                noteFirst()
            }
        } stop: { [self] _ in
            let following = task.withLock { $0.take() }
            following?.cancel()
            await following?.value
            await database.close()
        }
    }

    /// How often is asked whether the schema is there by now.
    private static let interval = Duration.seconds(1)
    /// How long an answer may take.
    private static let patience = Duration.seconds(2)

    private func follow() async {
        while let obstacle = await missingSchema() {
            if Task.isCancelled { return }
            note(obstacle)
            do {
                try await loop.sleep(for: Self.interval)
            } catch {
                return
            }
        }
        let directory = database.directory
        await directory.run(on: loop) { [self] failure in
            // What is known is good for a while.
            note(directory.isFresh ? nil : failure.map { "\($0)" })
        }
    }

    /// Says whether the program can serve.
    private func note(_ obstacle: String?) {
        if let obstacle { condition?.fail(obstacle) } else { condition?.fulfil() }
        noteFirst()
    }

    private func waitForFirst() async {
        await withCheckedContinuation { continuation in
            let isKnown = first.withLock { first in
                if !first.isKnown { first.waiter = continuation }
                return first.isKnown
            }
            if isKnown { continuation.resume() }
        }
    }

    private func noteFirst() {
        let waiter = first.withLock { first in
            first.isKnown = true
            return first.waiter.take()
        }
        waiter?.resume()
    }

    /// What is wrong with the platform's schema; nil if nothing is, which then stays so:
    /// migrations only ever add.
    private func missingSchema() async -> String? {
        do {
            let soon = ContinuousClock.now.advanced(by: Self.patience)
            return try await PlatformSchema.missing(in: database, before: soon)
                .map { "the platform's schema lacks migration \($0)" }
        } catch {
            if !Task.isCancelled {
                logger.warning("platform not reached", ["cause": .string("\(error)")])
            }
            return "\(error)"
        }
    }
}
