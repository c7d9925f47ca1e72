import Net
import Telemetry
import TestKit
import Testing

@testable import Observe

@Suite("The exporter of spans", .timeLimit(.minutes(5)))
struct SpanExporterTests {
    private static let accepted = ExportOutcome.accepted(rejected: 0, message: "")

    private struct Parts {
        let exporter: SpanExporter
        let scheduler = AlarmClock()
        let transport: ScriptedTransport
        let registry = MetricRegistry()
        let log = CollectingLogSink()

        init(_ answers: [ExportOutcome]) {
            transport = ScriptedTransport(answers)
            exporter = SpanExporter(
                resource: .ofTests,
                transport: transport,
                scheduler: scheduler,
                registry: registry,
                logger: Logger(service: "ingest", version: "1", level: .debug, sink: log),
                random: { 0.5 }
            )
        }

        func take(_ count: Int) {
            for _ in 0..<count { exporter.take(.plain()) }
        }

        func metric(_ name: String) -> String? {
            String(decoding: registry.text(.prometheus), as: UTF8.self).split(separator: "\n")
                .first { $0.hasPrefix(name + " ") }.map { String($0.dropFirst(name.count + 1)) }
        }
    }

    @Test("sends a few spans after five seconds, and a full batch at once")
    func batches() async {
        let parts = Parts([Self.accepted, Self.accepted])
        parts.take(3)
        #expect(parts.scheduler.pending == [.seconds(5)] && parts.transport.counts.isEmpty)
        parts.scheduler.advance(to: .seconds(5))
        #expect(await parts.transport.nextBatch() == 3)
        parts.take(512)
        #expect(await parts.transport.nextBatch() == 512)
        await parts.exporter.stop(within: .seconds(10))
        #expect(parts.metric("trace_spans_exported_total") == "515")
        #expect(parts.scheduler.pending.filter { $0 > .seconds(10) }.isEmpty)
    }

    @Test("drops spans when the queue is full, and never waits for the collector")
    func full() async {
        let parts = Parts([])
        parts.take(512)
        #expect(await parts.transport.nextBatch() == 512)
        parts.take(2_048 + 7)
        #expect(parts.metric("trace_spans_dropped_total") == "7")
        #expect(parts.metric("trace_spans_queued") == "2048")
        parts.transport.answer(Self.accepted)
        for _ in 0..<4 {
            #expect(await parts.transport.nextBatch() == 512)
            parts.transport.answer(Self.accepted)
        }
        await parts.exporter.stop(within: .seconds(10))
        #expect(parts.transport.counts == [512, 512, 512, 512, 512])
        #expect(parts.metric("trace_spans_exported_total") == "2560")
        #expect(parts.metric("trace_spans_queued") == "0")
    }

    @Test("tries again later and later, and says what became of the spans")
    func backOff() async {
        let later = ExportOutcome.failedForNow(code: "UNAVAILABLE", after: nil)
        let busy = ExportOutcome.failedForNow(code: "RESOURCE_EXHAUSTED", after: .seconds(20))
        let parts = Parts([later, later, busy, .accepted(rejected: 2, message: "too old")])
        parts.take(512)
        // After one second, two more, and the twenty that were asked for.
        for (attempt, time) in [1, 3, 23].enumerated() {
            #expect(await parts.transport.nextBatch() == 512)
            await parts.scheduler.hasAlarm(at: .seconds(time))
            #expect(parts.transport.counts.count == attempt + 1)
            parts.scheduler.advance(to: .seconds(time))
        }
        #expect(await parts.transport.nextBatch() == 512)
        await parts.exporter.stop(within: .seconds(10))
        #expect(parts.metric("trace_spans_exported_total") == "510")
        #expect(parts.metric("trace_spans_rejected_total") == "2")
        #expect(parts.metric("trace_export_retries_total") == "3")
        #expect(parts.transport.counts.count == 4)
        #expect(parts.log.lines.last?.contains(#""rejected":2,"reason":"too old""#) == true)
    }

    @Test("counts a batch that is refused, and goes on with the next")
    func refused() async {
        let parts = Parts([.failed(code: "INVALID_ARGUMENT"), Self.accepted])
        parts.take(512)
        #expect(await parts.transport.nextBatch() == 512)
        parts.take(1)
        await parts.exporter.stop(within: .seconds(10))
        #expect(parts.transport.counts == [512, 1])
        #expect(parts.metric("trace_spans_failed_total") == "512")
        #expect(parts.metric("trace_spans_exported_total") == "1")
    }

    @Test("stops when its time is up, though the collector says nothing")
    func timeIsUp() async {
        let parts = Parts([])
        parts.take(600)
        #expect(await parts.transport.nextBatch() == 512)
        async let stopped: Void = parts.exporter.stop(within: .seconds(10))
        async let stoppedToo: Void = parts.exporter.stop(within: .seconds(20))
        await parts.scheduler.hasAlarm(at: .seconds(10))
        await parts.scheduler.hasAlarm(at: .seconds(20))
        parts.scheduler.advance(to: .seconds(10))
        await stopped
        await stoppedToo
        #expect(parts.transport.cancelled == 1)
        #expect(parts.metric("trace_spans_failed_total") == "512")
        #expect(parts.metric("trace_spans_dropped_total") == "88")
        await parts.exporter.stop(within: .zero)
        #expect(parts.scheduler.pending.isEmpty)
    }

    @Test("is let go of though spans wait")
    func letGo() {
        weak var exporter: SpanExporter?
        let scheduler = AlarmClock()
        do {
            let made = SpanExporter(
                resource: .ofTests,
                transport: ScriptedTransport([]),
                scheduler: scheduler,
                registry: MetricRegistry(),
                logger: Logger(service: "a", version: "1", sink: CollectingLogSink())
            )
            made.take(.plain())
            exporter = made
        }
        #expect(exporter == nil && scheduler.pending == [.seconds(5)])
        scheduler.advance(to: .seconds(5))
    }
}
