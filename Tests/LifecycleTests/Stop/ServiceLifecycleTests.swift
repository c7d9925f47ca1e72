import Glibc
import TestKit
import Testing

@testable import Lifecycle

@Suite("The life of a service")
struct ServiceLifecycleTests {
    private let fixture = ServiceFixture()

    @Test("starts components in order and stops them in reverse order")
    func order() async throws {
        let events = Journal<LifecycleEvent>()
        let service = try fixture.service(
            ["telemetry", "jobs", "server"].map { fixture.part($0, stopLimit: .seconds(8)) },
            onEvent: { events.add($0) }
        )
        #expect(fixture.readiness.report.description == "not ready\nstart: not ready: starting")
        async let running = service.run()
        try await fixture.isSettled()
        #expect(fixture.readiness.isReady)
        #expect(fixture.journal.entries == ["telemetry starts", "jobs starts", "server starts"])
        service.requestStop(.signal(SIGTERM))
        let report = await running
        #expect(
            fixture.journal.entries.dropFirst(3) == [
                "server stops, 8.0 seconds", "jobs stops, 8.0 seconds",
                "telemetry stops, 8.0 seconds",
            ]
        )
        #expect(report.cause == .signal(SIGTERM))
        #expect(report.isClean)
        #expect(report.exitStatus == 0)
        #expect(
            report.description == """
                stopped by signal 15 in 0.0 seconds
                telemetry: started in 0.0 seconds
                jobs: started in 0.0 seconds
                server: started in 0.0 seconds
                server: stopped in 0.0 seconds
                jobs: stopped in 0.0 seconds
                telemetry: stopped in 0.0 seconds
                """
        )
        #expect(events.entries.first == .starting("telemetry"))
        #expect(
            events.entries[6...8] == [
                .started, .stopping(.signal(SIGTERM)),
                .stoppingComponent("server", limit: .seconds(8)),
            ]
        )
        #expect(events.entries.last == .ended(report.outcomes[5]))
        // The end of a process that is late comes too late for one that is not.
        #expect(fixture.clock.pending == [.seconds(30)])
        fixture.clock.advance(to: .seconds(30))
        #expect(fixture.ends.entries.isEmpty)
    }

    @Test("ends readiness first, and takes requests until those who balance load know")
    func endpointDelay() async throws {
        let fixture = fixture
        let server = fixture.part(
            "server",
            stop: { _ in fixture.note(fixture.readiness.isReady ? "ready" : "draining") }
        )
        let service = try fixture.service([server], endpointDelay: .seconds(5))
        async let running = service.run()
        try await fixture.isSettled()
        fixture.clock.advance(to: .seconds(100))
        service.requestStop(.signal(SIGTERM))
        await fixture.clock.hasAlarm(at: .seconds(105))
        #expect(!fixture.readiness.isReady)
        #expect(fixture.readiness.report.isDraining)
        #expect(fixture.journal.entries == ["server starts"])
        fixture.clock.advance(to: .seconds(105))
        let report = await running
        #expect(
            fixture.journal.entries == [
                "server starts", "server stops, 10.0 seconds", "draining",
            ]
        )
        #expect(report.stopDuration == .seconds(5))
    }

    @Test("gives endpoints at most half of the time")
    func longEndpointDelay() async throws {
        let service = try fixture.service(
            [fixture.part("server")],
            stopLimit: .seconds(9),
            endpointDelay: .seconds(600)
        )
        async let running = service.run()
        try await fixture.isSettled()
        service.requestStop(.signal(SIGTERM))
        // Nine tenths of nine seconds are for components and endpoints.
        await fixture.clock.hasAlarm(at: .milliseconds(4050))
        fixture.clock.advance(to: .milliseconds(4050))
        #expect(await running.isClean)
        #expect(fixture.journal.entries.last == "server stops, 4.05 seconds")
    }

    @Test("stops what has started when a component does not")
    func startFailure() async throws {
        let service = try fixture.service(
            [
                fixture.part("telemetry"), fixture.part("jobs"),
                fixture.part("server") {
                    throw ServiceFixture.Failure(description: "bind:\nin use")
                },
                fixture.part("never"),
            ],
            endpointDelay: .seconds(5)
        )
        // Nobody was told to send requests, so nobody is waited for.
        let report = await service.run()
        #expect(
            fixture.journal.entries == [
                "telemetry starts", "jobs starts", "server starts",
                "jobs stops, 10.0 seconds", "telemetry stops, 10.0 seconds",
            ]
        )
        #expect(report.cause == .startFailure(component: "server"))
        #expect(report.exitStatus == 1)
        #expect(
            report.description == """
                stopped by server did not start in 0.0 seconds
                telemetry: started in 0.0 seconds
                jobs: started in 0.0 seconds
                server: did not start: bind: in use
                jobs: stopped in 0.0 seconds
                telemetry: stopped in 0.0 seconds
                """
        )
        #expect(!fixture.readiness.isReady)
    }

    @Test("does not wait longer than a limit for a component to start")
    func slowStart() async throws {
        let latch = Latch()
        let cancelled = Latch()
        let slow = fixture.part("server", startLimit: .seconds(7)) {
            await withTaskCancellationHandler {
                await latch.pass()
            } onCancel: {
                cancelled.open()
            }
        }
        let service = try fixture.service([fixture.part("jobs"), slow])
        async let running = service.run()
        await fixture.clock.hasAlarm(at: .seconds(7))
        fixture.clock.advance(to: .seconds(7))
        await cancelled.pass()
        let report = await running
        #expect(report.outcomes.map(\.component) == ["jobs", "server", "jobs"])
        #expect(report.outcomes[1].result == .outOfTime(limit: .seconds(7)))
        #expect(report.outcomes[1].description == "server: did not start within 7.0 seconds")
        #expect(report.outcomes[2].result == .done)
        #expect(report.exitStatus == 1)
        latch.open()
    }

    @Test("names a component that does not stop in time, and stops the others all the same")
    func hangingStop() async throws {
        let latch = Latch()
        let service = try fixture.service([
            fixture.part("telemetry"),
            fixture.part("jobs", stopLimit: .seconds(5), stop: { _ in await latch.pass() }),
            fixture.part(
                "server",
                stop: { _ in throw ServiceFixture.Failure(description: "no farewell") }
            ),
        ])
        async let running = service.run()
        try await fixture.isSettled()
        service.requestStop(.signal(SIGINT))
        await fixture.clock.hasAlarm(at: .seconds(5))
        fixture.clock.advance(to: .seconds(5))
        let report = await running
        #expect(
            report.outcomes.suffix(3).map(\.description) == [
                "server: did not stop: no farewell",
                "jobs: did not stop within 5.0 seconds",
                "telemetry: stopped in 0.0 seconds",
            ]
        )
        #expect(report.exitStatus == 1)
        #expect(report.stopDuration == .seconds(5))
        latch.open()
    }

    @Test("shares the time among components that want more than there is")
    func scarceTime() async throws {
        let latch = Latch()
        let fixture = fixture
        let service = try fixture.service(
            [
                fixture.part("a", stopLimit: .seconds(8), stop: { _ in await latch.pass() }),
                fixture.part("b", stopLimit: .seconds(8), stop: { _ in await latch.pass() }),
                fixture.part("c", stopLimit: .seconds(16), stop: { _ in await latch.pass() }),
            ],
            stopLimit: .seconds(17)
        )
        async let running = service.run()
        try await fixture.isSettled()
        service.requestStop(.signal(SIGTERM))
        // One second is kept back; a half of sixteen is for the one that wants a half.
        for time in [8, 12, 16] {
            await fixture.clock.hasAlarm(at: .seconds(time))
            fixture.clock.advance(to: .seconds(time))
        }
        let report = await running
        #expect(
            report.outcomes.suffix(3).map(\.result) == [
                .outOfTime(limit: .seconds(8)), .outOfTime(limit: .seconds(4)),
                .outOfTime(limit: .seconds(4)),
            ]
        )
        #expect(report.stopDuration == .seconds(16))
        #expect(fixture.ends.entries.isEmpty)
        latch.open()
    }

    @Test("gives time that one leaves to those after it")
    func sparedTime() async throws {
        let service = try fixture.service(
            [
                fixture.part("a", stopLimit: .seconds(8)),
                fixture.part("b", stopLimit: .seconds(24)),
            ],
            stopLimit: .seconds(17)
        )
        async let running = service.run()
        try await fixture.isSettled()
        service.requestStop(.request("done"))
        #expect(await running.isClean)
        #expect(
            fixture.journal.entries.suffix(2) == [
                "b stops, 12.0 seconds", "a stops, 8.0 seconds",
            ]
        )
    }

    @Test("that is asked to stop before it starts does not")
    func stopBeforeStart() async throws {
        let service = try fixture.service([fixture.part("server")])
        service.requestStop(.request("done"))
        let report = await service.run()
        #expect(report.outcomes.isEmpty)
        #expect(report.exitStatus == 0)
        #expect(fixture.journal.entries.isEmpty)
        #expect(fixture.readiness.report.isDraining)
    }

    @Test("ends the process if the whole takes too long")
    func overrun() async throws {
        let isStopping = Latch()
        let latch = Latch()
        let service = try fixture.service([
            fixture.part(
                "server",
                stopLimit: .seconds(3600),
                stop: { _ in
                    isStopping.open()
                    await latch.pass()
                }
            )
        ])
        async let running = service.run()
        try await fixture.isSettled()
        service.requestStop(.signal(SIGTERM))
        await isStopping.pass()
        // What else is due must not end the stop meanwhile.
        await fixture.clock.hasAlarm(at: .seconds(29))
        fixture.clock.dropCalls(before: .seconds(30))
        #expect(fixture.ends.entries.isEmpty)
        fixture.clock.advance(to: .seconds(30))
        #expect(fixture.ends.entries == [1])
        latch.open()
        _ = await running
    }

    @Test("is asked to stop while it starts, and gives up the start")
    func stopDuringStart() async throws {
        let isStarting = Latch()
        let service = try fixture.service(
            [
                fixture.part("jobs"),
                fixture.part("server") {
                    let cancelled = Latch()
                    await withTaskCancellationHandler {
                        isStarting.open()
                        await cancelled.pass()
                    } onCancel: {
                        cancelled.open()
                    }
                    try Task.checkCancellation()
                },
                fixture.part("never"),
            ],
            endpointDelay: .seconds(5)
        )
        async let running = service.run()
        await isStarting.pass()
        service.requestStop(.signal(SIGTERM))
        service.requestStop(.failure("later"))
        let report = await running
        #expect(report.cause == .signal(SIGTERM))
        #expect(
            report.outcomes.map(\.description) == [
                "jobs: started in 0.0 seconds",
                "server: start given up after 0.0 seconds",
                "jobs: stopped in 0.0 seconds",
            ]
        )
        #expect(report.exitStatus == 0)
    }

    @Test("does not wait for a start that ignores the request to stop")
    func stubbornStart() async throws {
        let isStarting = Latch()
        let latch = Latch()
        let service = try fixture.service([
            fixture.part("server", startLimit: .seconds(300), stopLimit: .seconds(6)) {
                isStarting.open()
                await latch.pass()
            }
        ])
        async let running = service.run()
        await isStarting.pass()
        service.requestStop(.signal(SIGTERM))
        await fixture.clock.hasAlarm(at: .seconds(6))
        fixture.clock.advance(to: .seconds(6))
        let report = await running
        #expect(report.outcomes.map(\.result) == [.interrupted])
        #expect(fixture.clock.pending == [.seconds(30)])
        latch.open()
    }

    @Test("stops a component whose start ended in spite of the request to stop")
    func lateStart() async throws {
        let isStarting = Latch()
        let latch = Latch()
        let service = try fixture.service([
            fixture.part("server") {
                isStarting.open()
                await latch.pass()
            }
        ])
        async let running = service.run()
        await isStarting.pass()
        service.requestStop(.signal(SIGTERM))
        latch.open()
        let report = await running
        #expect(report.outcomes.map(\.phase) == [.start, .stop])
        #expect(report.isClean)
    }

    @Test("may be ended by what is wrong in it")
    func failure() async throws {
        let service = try fixture.service([fixture.part("server")])
        async let running = service.run()
        try await fixture.isSettled()
        service.requestStop(.failure("the disk is gone"))
        let report = await running
        #expect(report.exitStatus == 1)
        #expect(
            report.description.hasPrefix(
                "stopped by failure: the disk is gone in 0.0 seconds\n"
            )
        )
    }

    @Test("takes its limits from the configuration")
    func configuration() throws {
        let loaded = try LifecycleConfiguration.load(
            from: ConfigurationSources(
                prefix: "S_",
                environment: ["S_STOP_LIMIT": "45s", "S_ENDPOINT_DELAY": "0s"]
            )
        )
        #expect(
            loaded.value == LifecycleConfiguration(stopLimit: .seconds(45), endpointDelay: .zero)
        )
        #expect(loaded.value.reserve == .seconds(1))
        #expect(LifecycleConfiguration(stopLimit: .seconds(1)).reserve == .milliseconds(100))
    }
}
