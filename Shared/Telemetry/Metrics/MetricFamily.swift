internal import Synchronization

/// Series of one metric that differ in the values of their labels.
///
/// Each series is found once, and kept by whoever counts: finding it takes a lock. A family has no
/// more series than it was given room for: label values that come later all share one series, whose
/// labels are all `other`, and `metric_label_sets_over_cap_total` counts how often that happened.
public final class MetricFamily<Series: Sendable>: Sendable {
    struct Entry: Sendable {
        let values: [String]
        /// The labels as both text forms have them: `method="GET",code="200"`.
        let labelText: [UInt8]
        var series: Series
    }

    private struct State {
        /// In the order of their first use; those of `other` need not be counted.
        var entries: [Entry] = []
        /// Values that differ only in Unicode's normalisation are the same series.
        var places: [[String]: Int] = [:]
        var count = 0
    }

    let description: MetricDescription
    private let makeSeries: @Sendable () -> Series
    private let onOverflow: @Sendable () -> Void
    private let writeSeries: @Sendable (Series, inout MetricSampleWriter) -> Void
    private let state = Monitor(State())

    init(
        _ description: MetricDescription,
        makeSeries: @escaping @Sendable () -> Series,
        onOverflow: @escaping @Sendable () -> Void,
        writeSeries: @escaping @Sendable (Series, inout MetricSampleWriter) -> Void
    ) {
        self.description = description
        self.makeSeries = makeSeries
        self.onOverflow = onOverflow
        self.writeSeries = writeSeries
    }

    /// The series with these labels, which begins now if it is new.
    ///
    /// - Parameter values: of the labels, in the order of their names; longer ones are cut to 128
    ///   bytes.
    /// - Returns: the same series for the same values.
    public func series(_ values: String...) -> Series {
        series(labels: values)
    }

    /// The series with these labels, which begins now if it is new.
    ///
    /// - Parameter values: as those of ``series(_:)``.
    /// - Returns: the same series for the same values.
    public func series(labels values: [String]) -> Series {
        let values = checked(values)
        let (series, isOver) = state.withLock { state in
            if let place = state.places[values] { return (state.entries[place].series, false) }
            if state.count < description.maximumSeries {
                state.count += 1
                return (append(values, to: &state), false)
            }
            let others = values.map { _ in Self.otherValue }
            if let place = state.places[others] { return (state.entries[place].series, true) }
            return (append(others, to: &state), true)
        }
        // Outside the lock: it finds a series of another family.
        if isOver { onOverflow() }
        return series
    }

    private func append(_ values: [String], to state: inout State) -> Series {
        let entry = Entry(values: values, labelText: labelText(of: values), series: makeSeries())
        state.places[values] = state.entries.count
        state.entries.append(entry)
        return entry.series
    }

    private func checked(_ values: [String]) -> [String] {
        precondition(
            values.count == description.labels.count,
            "'\(description.name)' has \(description.labels.count) labels, not \(values.count)"
        )
        return values.map { value in
            if value.utf8.count <= Self.longestValue { return value }
            var cut = String.UnicodeScalarView()
            var length = 0
            for scalar in value.unicodeScalars {
                length += UTF8.width(scalar)
                if length > Self.longestValue { break }
                cut.append(scalar)
            }
            return String(cut)
        }
    }

    private func labelText(of values: [String]) -> [UInt8] {
        var text: [UInt8] = []
        for (name, value) in zip(description.labels, values) {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            text.appendLabel(name, value)
        }
        return text
    }

    private static var longestValue: Int { 128 }
    private static var otherValue: String { "other" }
}

/// A family of any kind of series, to whoever writes it.
protocol WritableFamily: Sendable {
    var description: MetricDescription { get }

    /// Writes all samples, in the order of the values of their labels.
    func writeSamples(to writer: inout MetricsTextWriter)
}

extension MetricFamily: WritableFamily {
    func writeSamples(to writer: inout MetricsTextWriter) {
        // Sorted and read outside the lock: what a series reads may take a while.
        let entries = state.withLock { $0.entries }.sorted { left, right in
            left.values.lexicographicallyPrecedes(right.values) { left, right in
                left.utf8.lexicographicallyPrecedes(right.utf8)
            }
        }
        for entry in entries {
            writer.samples(of: description, labelText: entry.labelText) {
                writeSeries(entry.series, &$0)
            }
        }
    }
}
