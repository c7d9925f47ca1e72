internal import Telemetry

extension MetricRegistry {
    /// Registers what tells of an exporter of spans.
    ///
    /// - Parameter read: finds what has become of spans, and how many wait.
    func countSpans(
        _ read: @escaping @Sendable () -> (counts: ExportQueue.Counts, waiting: Int)
    ) {
        counter("trace_spans_exported_total", help: "Spans that the collector has taken.") {
            Double(read().counts.exported)
        }
        counter("trace_spans_dropped_total", help: "Spans for which there was no room or time.") {
            Double(read().counts.dropped)
        }
        counter("trace_spans_rejected_total", help: "Spans that the collector has refused.") {
            Double(read().counts.rejected)
        }
        counter("trace_spans_failed_total", help: "Spans that could not be sent.") {
            Double(read().counts.failed)
        }
        counter("trace_export_retries_total", help: "Batches of spans that were sent again.") {
            Double(read().counts.retries)
        }
        gauge("trace_spans_queued", help: "Spans that wait to be sent.") {
            Double(read().waiting)
        }
    }
}
