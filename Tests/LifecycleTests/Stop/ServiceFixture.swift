import Net
import TestKit

@testable import Lifecycle

/// A service whose components note what is asked of them, on a clock that tests move.
final class ServiceFixture: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let clock = AlarmClock()
    let readiness = ServiceReadiness()
    /// What happened, in order.
    let journal = Journal<String>()
    /// What the process would have ended with.
    let ends = Journal<Int32>()

    func note(_ text: String) { journal.add(text) }

    /// A component that notes what it is asked.
    func part(
        _ name: String,
        startLimit: Duration = .seconds(30),
        stopLimit: Duration = .seconds(10),
        start: @escaping @Sendable () async throws -> Void = {},
        stop: @escaping @Sendable (Duration) async throws -> Void = { _ in }
    ) -> ServiceComponent {
        ServiceComponent(
            name,
            startLimit: startLimit,
            stopLimit: stopLimit,
            start: { [self] in
                note("\(name) starts")
                try await start()
            },
            stop: { [self] limit in
                note("\(name) stops, \(limit)")
                try await stop(limit)
            }
        )
    }

    func service(
        _ components: [ServiceComponent],
        stopLimit: Duration = .seconds(30),
        endpointDelay: Duration = .zero,
        onEvent: @escaping @Sendable (LifecycleEvent) -> Void = { _ in }
    ) throws -> ServiceLifecycle {
        try ServiceLifecycle(
            components,
            readiness: [readiness],
            configuration: LifecycleConfiguration(
                stopLimit: stopLimit,
                endpointDelay: endpointDelay
            ),
            clock: clock,
            onEvent: onEvent,
            endAtOnce: { [ends] in ends.add($0) }
        )
    }

    /// Waits until the service is ready or drains.
    func isSettled() async throws {
        var report = readiness.report
        while !report.isReady && !report.isDraining {
            report = try await readiness.next(after: report.version)
        }
    }
}
