import Gateway
import Net
import RPC
import Telemetry
import TestKit
import Testing

@Suite("A fan-out", .timeLimit(.minutes(2)))
struct FanOutTests {
    private let clock = TestClock()
    private let registry = MetricRegistry()
    private let log = CollectingLogSink()

    private func breakers(failures: Int = 100) -> CircuitBreakers {
        var limits = CircuitBreaker.Limits()
        limits.failures = failures
        let clock = clock
        return CircuitBreakers(
            limits,
            registry: registry,
            logger: Logger(service: "tests", version: "1", sink: log)
        ) { clock.instant }
    }

    /// Never, unless someone gives up waiting.
    private static let never: @Sendable () async throws -> Void = {
        try await withTaskCancellationHandler {
            let (stream, _) = AsyncStream<Void>.makeStream()
            for await _ in stream {}
            throw CancellationError()
        } onCancel: {
        }
    }

    private func part(
        _ name: String,
        of service: String,
        _ ask: @escaping @Sendable () async throws -> String
    ) -> FanOut.Part<String> {
        FanOut.Part(name, of: service, ask)
    }

    /// What became of parts, a line each.
    private func lines(_ outcomes: [FanOut.Outcome<String>]) -> [String] {
        outcomes.map { outcome in
            switch outcome {
            case .arrived(let value): value
            case .missing(let failure):
                "\(failure.name): \(failure.reason): \(failure.error.code.name)"
            }
        }
    }

    @Test("gives what arrived in the order of its parts, and names what failed")
    func order() async throws {
        let gate = AsyncStream<Void>.makeStream()
        let outcomes = try await FanOut.run(
            [
                part("slow", of: "a") {
                    for await _ in gate.stream {}
                    return "slow"
                },
                part("no", of: "b") { throw RPCError(.notFound, "none") },
                part("broken", of: "c") { throw Oddity() },
                part("fast", of: "d") {
                    gate.continuation.finish()
                    return "fast"
                },
            ],
            breakers: breakers(),
            countsLateness: true,
            untilDeadline: Self.never
        )
        #expect(
            lines(outcomes) == [
                "slow", "no: failed: NOT_FOUND", "broken: failed: INTERNAL", "fast",
            ]
        )
    }

    private struct Oddity: Error {}

    @Test(
        "waits for nobody after the deadline, and names who was late: a failure if it is ours",
        arguments: [true, false]
    )
    func deadline(countsLateness: Bool) async throws {
        let (begun, expired) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        let breakers = breakers(failures: 1)
        let outcomes = try await FanOut.run(
            [
                part("here", of: "a") { "here" },
                part("hangs", of: "b") {
                    begun.continuation.finish()
                    try await Self.never()
                    return "never"
                },
                part("expired", of: "c") {
                    expired.continuation.finish()
                    throw RPCError(.deadlineExceeded, "late")
                },
            ],
            breakers: breakers,
            countsLateness: countsLateness
        ) {
            for await _ in begun.stream {}
            for await _ in expired.stream {}
            // What is ready by then has been taken in before.
            for _ in 0..<1_000 { await Task.yield() }
        }
        #expect(
            lines(outcomes) == [
                "here", "hangs: late: DEADLINE_EXCEEDED", "expired: late: DEADLINE_EXCEEDED",
            ]
        )
        for late in ["b", "c"] {
            #expect((breakers.state(of: late) != .closed(failures: [])) == countsLateness)
        }
        #expect(breakers.state(of: "a") == .closed(failures: []))
    }

    @Test("asks no more parts at a time than it may, and all of them")
    func bound() async throws {
        let running = Locked((now: 0, most: 0))
        let parts = (0..<FanOut.mostAtOnce * 3).map { number in
            part("\(number)", of: "a") {
                running.withLock { count in
                    count.now += 1
                    count.most = max(count.most, count.now)
                }
                for _ in 0..<100 { await Task.yield() }
                running.withLock { $0.now -= 1 }
                return "\(number)"
            }
        }
        let outcomes = try await FanOut.run(
            parts,
            breakers: breakers(),
            countsLateness: true,
            untilDeadline: Self.never
        )
        #expect(lines(outcomes) == parts.map(\.name))
        let most = running.withLock { $0.most }
        #expect((2...FanOut.mostAtOnce).contains(most))
    }

    @Test("ends with its caller, and counts nobody's failure then")
    func cancellation() async throws {
        let begun = AsyncStream<Void>.makeStream()
        let breakers = breakers(failures: 1)
        let task = Task {
            try await FanOut.run(
                [
                    part("hangs", of: "a") {
                        begun.continuation.finish()
                        try await Self.never()
                        return ""
                    }
                ],
                breakers: breakers,
                countsLateness: true,
                untilDeadline: Self.never
            )
        }
        for await _ in begun.stream {}
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(breakers.state(of: "a") == .closed(failures: []))
    }

    @Test("does not ask a service whose circuit is open, counts that, and asks it again later")
    func circuit() async throws {
        let breakers = breakers(failures: 2)
        let asked = Locked(0)
        let isDown = Locked(true)
        func ask() async throws -> [String] {
            lines(
                try await FanOut.run(
                    [
                        part("a", of: "a") {
                            asked.withLock { $0 += 1 }
                            if isDown.withLock({ $0 }) { throw RPCError(.unavailable, "down") }
                            return "up"
                        },
                        part("b", of: "b") { "b" },
                    ],
                    breakers: breakers,
                    countsLateness: true,
                    untilDeadline: Self.never
                )
            )
        }
        for _ in 0..<2 { #expect(try await ask() == ["a: failed: UNAVAILABLE", "b"]) }
        #expect(try await ask() == ["a: circuitOpen: UNAVAILABLE", "b"])
        #expect(asked.withLock { $0 } == 2)
        isDown.withLock { $0 = false }
        clock.advance(by: .seconds(5))
        for _ in 0..<2 { #expect(try await ask() == ["up", "b"]) }
        let text = String(decoding: registry.text(.prometheus), as: UTF8.self)
        for line in [
            #"gateway_circuit_refusals_total{service="a"} 1"#,
            #"gateway_circuit_changes_total{service="a",state="opened"} 1"#,
            #"gateway_circuit_changes_total{service="a",state="probing"} 1"#,
            #"gateway_circuit_changes_total{service="a",state="closed"} 1"#,
        ] {
            #expect(text.contains(line))
        }
        #expect(log.lines.filter { $0.contains("circuit changed") }.count == 3)
    }

    @Test(
        "takes a service that says no for one that works",
        arguments: [
            StatusCode.notFound, .permissionDenied, .invalidArgument, .resourceExhausted,
            .unimplemented, .failedPrecondition,
        ]
    )
    func answers(_ code: StatusCode) async throws {
        let breakers = breakers(failures: 1)
        await #expect(throws: RPCError.self) {
            try await breakers.run("a", countsLateness: true) { throw RPCError(code, "no") }
        }
        #expect(breakers.state(of: "a") == .closed(failures: []))
        await #expect(throws: RPCError.self) {
            try await breakers.run("a", countsLateness: true) {
                throw RPCError(.internalError, "broken")
            }
        }
        #expect(breakers.state(of: "a") != .closed(failures: []))
    }
}
