import Testing

@testable import Telemetry

@Suite("Counters and gauges")
struct CounterTests {
    @Test("add up what many threads count, exactly")
    func threads() {
        let counter = Counter()
        let gauge = Gauge()
        onThreads(8) { thread in
            for _ in 0..<100_000 {
                counter.increment()
                gauge.add(thread.isMultiple(of: 2) ? 2 : -1)
            }
        }
        #expect(counter.number == .whole(800_000))
        #expect(gauge.value == 400_000)
    }

    @Test("add fractions of many threads, losing none")
    func fractions() {
        let counter = Counter()
        onThreads(8) { _ in
            for _ in 0..<10_000 { counter.add(0.25) }
            for _ in 0..<10_000 { counter.increment(by: 2) }
        }
        #expect(counter.value == 180_000 && counter.number == .real(180_000))
    }

    @Test("only grow, if they are counters")
    func growth() {
        let counter = Counter()
        counter.increment(by: 5)
        counter.increment(by: 0)
        counter.increment(by: -1)
        counter.add(-1)
        counter.add(.nan)
        counter.add(.infinity)
        counter.add(.seconds(-1))
        #expect(counter.number == .whole(5))
        counter.add(.milliseconds(500))
        #expect(counter.value == 5.5)
    }

    @Test("go both ways, if they are gauges")
    func gauges() {
        let gauge = Gauge()
        gauge.increment()
        gauge.increment()
        gauge.decrement()
        #expect(gauge.value == 1)
        gauge.set(-7.5)
        gauge.add(0.5)
        #expect(gauge.value == -7)
        gauge.set(.infinity)
        #expect(gauge.value == .infinity)
    }
}
