import Testing

@testable import Telemetry

@Suite("Metrics of several services in one process")
struct SharedMetricsTests {
    @Test("stand once, with the series of all, told apart by their labels")
    func merged() {
        let registries = ["b", "a"].map { MetricRegistry(labels: ["app": $0]) }
        for (place, registry) in registries.enumerated() {
            registry.counter("calls_total", help: "Calls.", labels: ["method"]).series("Get")
                .increment(by: place + 1)
            registry.gauge("open", help: "Open.").set(Double(place))
        }
        let process = MetricRegistry()
        process.gauge("up", help: "Up.").set(1)
        let text = String(
            decoding: MetricRegistry.text(of: [process] + registries, .prometheus),
            as: UTF8.self
        )
        #expect(
            text == """
                # HELP calls_total Calls.
                # TYPE calls_total counter
                calls_total{app="b",method="Get"} 1
                calls_total{app="a",method="Get"} 2
                # HELP metric_label_sets_over_cap_total How often a series was asked for and its \
                metric had no room for more.
                # TYPE metric_label_sets_over_cap_total counter
                # HELP open Open.
                # TYPE open gauge
                open{app="b"} 0
                open{app="a"} 1
                # HELP up Up.
                # TYPE up gauge
                up 1

                """
        )
    }

    @Test("have no label of their own that is called as the shared one")
    func clash() async {
        await #expect(processExitsWith: .failure) {
            let registry = MetricRegistry(labels: ["app": "a"])
            _ = registry.counter("calls_total", help: "Calls.", labels: ["app"])
        }
    }
}
