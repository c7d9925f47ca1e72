import Testing

@testable import Telemetry

@Suite("The description of a metric")
struct MetricDescriptionTests {
    private static func fault(
        _ kind: MetricKind,
        _ name: String,
        help: String = "H",
        unit: String? = nil,
        labels: [String] = [],
        maximumSeries: Int = 1
    ) -> String? {
        MetricDescription(
            name: name,
            kind: kind,
            help: help,
            unit: unit,
            labels: labels,
            maximumSeries: maximumSeries
        ).fault
    }

    @Test(
        "is sound",
        arguments: [
            (.counter, "a_total", nil), (.counter, "cpu_seconds_total", "seconds"),
            (.gauge, "a", nil), (.gauge, "resident_memory_bytes", "bytes"),
            (.histogram, "request_duration_seconds", "seconds"), (.info, "build_info", nil),
            (.gauge, "a1_2", nil), (.gauge, "summit", nil),
        ] as [(MetricKind, String, String?)]
    )
    func sound(kind: MetricKind, name: String, unit: String?) {
        #expect(Self.fault(kind, name, unit: unit, labels: ["method", "code_1"]) == nil)
    }

    @Test(
        "says what is wrong with its name",
        arguments: [
            (.gauge, "", "'' is no metric name: a-z, 0-9 and _, a letter first"),
            (.gauge, "1a", "'1a' is no metric name: a-z, 0-9 and _, a letter first"),
            (.gauge, "_a", "'_a' is no metric name: a-z, 0-9 and _, a letter first"),
            (.gauge, "aB", "'aB' is no metric name: a-z, 0-9 and _, a letter first"),
            (.gauge, "a-b", "'a-b' is no metric name: a-z, 0-9 and _, a letter first"),
            (.gauge, "a:b", "'a:b' is no metric name: a-z, 0-9 and _, a letter first"),
            (.gauge, "é", "'é' is no metric name: a-z, 0-9 and _, a letter first"),
            (.counter, "a", "the name of a counter ends in _total: 'a'"),
            (.info, "build", "the name of an info ends in _info: 'build'"),
            (.gauge, "a_total", "the name of a gauge must not end in _total: 'a_total'"),
            (.gauge, "a_info", "the name of a gauge must not end in _info: 'a_info'"),
            (.histogram, "a_sum", "the name of a histogram must not end in _sum: 'a_sum'"),
            (.histogram, "a_count", "the name of a histogram must not end in _count: 'a_count'"),
            (.gauge, "a_bucket", "the name of a gauge must not end in _bucket: 'a_bucket'"),
            (.gauge, "a_created", "the name of a gauge must not end in _created: 'a_created'"),
            (
                .counter, "a_count_total",
                "the name of a counter must not end in _count: 'a_count_total'"
            ),
        ] as [(MetricKind, String, String)]
    )
    func names(kind: MetricKind, name: String, fault: String) {
        #expect(Self.fault(kind, name) == fault)
    }

    @Test("says what is wrong with its help, its unit and its labels")
    func others() {
        #expect(Self.fault(.gauge, "a", help: "") == "'a' has no help")
        #expect(
            Self.fault(.gauge, "a_seconds", unit: "bytes")
                == "'a_seconds' does not name its unit, bytes"
        )
        #expect(Self.fault(.gauge, "seconds", unit: "seconds") != nil)
        #expect(
            Self.fault(.gauge, "a", unit: "S")
                == "'S' is no unit: a-z, 0-9 and _, a letter first"
        )
        #expect(
            Self.fault(.info, "a_b_info", unit: "b") == "'a_b_info' is an info, which has no unit"
        )
        for label in ["", "A", "a-b", "__name", "1"] {
            #expect(
                Self.fault(.gauge, "a", labels: [label])
                    == "'\(label)' is no label of 'a': a-z, 0-9 and _, a letter first"
            )
        }
        #expect(
            Self.fault(.histogram, "a", labels: ["le"])
                == "the label 'le' of 'a' has a meaning of its own"
        )
        #expect(Self.fault(.gauge, "a", labels: ["x", "x"]) == "a label of 'a' is given twice")
        #expect(Self.fault(.gauge, "a", maximumSeries: 0) == "'a' may have no series")
    }

    @Test("claims the names of all samples, so that no two families share one")
    func claims() {
        func claimed(_ kind: MetricKind, _ name: String) -> Set<String> {
            MetricDescription(
                name: name,
                kind: kind,
                help: "H",
                unit: nil,
                labels: [],
                maximumSeries: 1
            ).claimedNames
        }
        #expect(claimed(.counter, "a_total") == ["a", "a_total", "a_created"])
        #expect(claimed(.gauge, "a") == ["a", "a_created"])
        #expect(claimed(.info, "a_info") == ["a", "a_info", "a_created"])
        #expect(
            claimed(.histogram, "a") == ["a", "a_bucket", "a_sum", "a_count", "a_created"]
        )
    }

    @Test("stops the program if its name is malformed")
    func malformed() async {
        await #expect(processExitsWith: .failure) {
            MetricRegistry().gauge("a-b", help: "H").set(1)
        }
    }

    @Test("stops the program if its name is taken, in either form")
    func taken() async {
        await #expect(processExitsWith: .failure) {
            let registry = MetricRegistry()
            registry.counter("a_total", help: "H").increment()
            registry.gauge("a", help: "H").set(1)
        }
        await #expect(processExitsWith: .success) {
            let registry = MetricRegistry()
            registry.counter("a_total", help: "H").increment()
            registry.gauge("b", help: "H").set(1)
        }
    }
}
