import Testing

@testable import Telemetry

@Suite("A family of metrics")
struct MetricFamilyTests {
    private let registry = MetricRegistry()

    private var samples: [String] {
        String(decoding: registry.text(.prometheus), as: UTF8.self)
            .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test("gives the same series for the same labels")
    func sameSeries() {
        let family = registry.counter("a_total", help: "H", labels: ["x", "y"])
        #expect(family.series("1", "2") === family.series(labels: ["1", "2"]))
        #expect(family.series("1", "2") !== family.series("2", "1"))
        let alone = registry.counter("b_total", help: "H", labels: [])
        #expect(alone.series() === alone.series())
    }

    @Test("sends labels beyond its cap to one series, and counts them")
    func cap() {
        let family = registry.counter("a_total", help: "H", labels: ["x", "y"], maximumSeries: 2)
        for (x, y) in [("1", "a"), ("2", "b"), ("3", "c"), ("4", "d"), ("3", "c"), ("1", "a")] {
            family.series(x, y).increment()
        }
        #expect(family.series("5", "e") === family.series("other", "other"))
        #expect(
            samples == [
                #"a_total{x="1",y="a"} 2"#, #"a_total{x="2",y="b"} 1"#,
                #"a_total{x="other",y="other"} 3"#,
                #"metric_label_sets_over_cap_total{metric="a_total"} 4"#,
            ]
        )
    }

    @Test("has no more series than its cap whatever many threads ask for")
    func capOfThreads() {
        let family = registry.counter("a_total", help: "H", labels: ["x"], maximumSeries: 50)
        onThreads(8) { thread in
            for number in 0..<2_000 {
                family.series("\((number * (thread + 1)) % 500)").increment()
            }
        }
        let lines = samples.filter { $0.hasPrefix("a_total") }
        #expect(lines.count == 51)
        let sum = lines.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
            .reduce(0, +)
        #expect(sum == 16_000)
    }

    @Test("cuts long values of labels between characters")
    func longValues() {
        let family = registry.gauge("a", help: "H", labels: ["x"])
        let most = String(repeating: "é", count: 64)
        #expect(family.series(most) === family.series(most + "é"))
        #expect(family.series("a" + most) !== family.series(most))
        #expect(samples.contains("a{x=\"a\(most.dropLast())\"} 0"))
        #expect(samples.count == 2)
    }

    @Test("shows what is read when it is asked for, and nothing that is not known")
    func readings() {
        let value = Monitor(1.5)
        registry.gauge("a", help: "H", reading: { value.withLock { $0 } })
        registry.counter("b_total", help: "H", reading: { 7 })
        registry.gauge("c", help: "H", reading: { nil })
        let family = registry.readGauge("d", help: "H", labels: ["x"])
        family.series("1").read { 1 }
        family.series("2").read { 2 }
        #expect(samples == ["a 1.5", "b_total 7", #"d{x="1"} 1"#, #"d{x="2"} 2"#])
        value.withLock { $0 = 2 }
        family.series("1").read(nil)
        family.series("2").read { 3 }
        #expect(samples == ["a 2", "b_total 7", #"d{x="2"} 3"#])
    }

    @Test("is found by what is read, as no lock is held meanwhile")
    func readingReenters() {
        let family = registry.readGauge("a", help: "H", labels: ["x"])
        family.series("1").read { [registry] in
            family.series("2").read { 2 }
            registry.gauge("b", help: "H").set(3)
            return 1
        }
        #expect(samples == [#"a{x="1"} 1"#])
        family.series("1").read(nil)
        #expect(samples == [#"a{x="2"} 2"#, "b 3"])
    }

    @Test("stops the program that gives it another number of labels")
    func labelCount() async {
        await #expect(processExitsWith: .failure) {
            let family = MetricRegistry().counter("a_total", help: "H", labels: ["x"])
            family.series("1", "2").increment()
        }
    }
}
