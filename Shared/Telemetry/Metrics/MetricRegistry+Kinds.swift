extension MetricRegistry {
    /// Registers a counter without labels.
    ///
    /// - Parameters:
    ///   - name: in snake case; ends in `_total`, and before that in its unit if it has one.
    ///   - help: what it counts, in one sentence.
    ///   - unit: as `seconds` or `bytes`; a count of things has none.
    /// - Returns: its only series.
    public func counter(_ name: String, help: String, unit: String? = nil) -> Counter {
        counter(name, help: help, unit: unit, labels: []).series()
    }

    /// Registers a counter with labels.
    ///
    /// - Parameters:
    ///   - name: as that of ``counter(_:help:unit:)``.
    ///   - help: what it counts, in one sentence.
    ///   - unit: as `seconds` or `bytes`.
    ///   - labels: the names of its labels; never a user, an event or a URL.
    ///   - maximumSeries: how many series there may be beside that of all others.
    /// - Returns: its family.
    public func counter(
        _ name: String,
        help: String,
        unit: String? = nil,
        labels: [String],
        maximumSeries: Int = defaultMaximumSeries
    ) -> MetricFamily<Counter> {
        register(
            MetricDescription(
                name: name,
                kind: .counter,
                help: help,
                unit: unit,
                labels: labels,
                maximumSeries: maximumSeries
            ),
            makeSeries: { Counter() },
            writeSeries: { $1.sample($0.number) }
        )
    }

    /// Registers a gauge without labels.
    ///
    /// - Parameters:
    ///   - name: in snake case; ends in its unit if it has one.
    ///   - help: what it shows, in one sentence.
    ///   - unit: as `seconds` or `bytes`.
    /// - Returns: its only series.
    public func gauge(_ name: String, help: String, unit: String? = nil) -> Gauge {
        gauge(name, help: help, unit: unit, labels: []).series()
    }

    /// Registers a gauge with labels.
    ///
    /// - Parameters:
    ///   - name: in snake case; ends in its unit if it has one.
    ///   - help: what it shows, in one sentence.
    ///   - unit: as `seconds` or `bytes`.
    ///   - labels: the names of its labels.
    ///   - maximumSeries: how many series there may be beside that of all others.
    /// - Returns: its family.
    public func gauge(
        _ name: String,
        help: String,
        unit: String? = nil,
        labels: [String],
        maximumSeries: Int = defaultMaximumSeries
    ) -> MetricFamily<Gauge> {
        register(
            MetricDescription(
                name: name,
                kind: .gauge,
                help: help,
                unit: unit,
                labels: labels,
                maximumSeries: maximumSeries
            ),
            makeSeries: { Gauge() },
            writeSeries: { $1.sample(.real($0.value)) }
        )
    }

    /// Registers a histogram without labels.
    ///
    /// - Parameters:
    ///   - name: in snake case; ends in its unit if it has one.
    ///   - help: what it measures, in one sentence.
    ///   - unit: as `seconds` or `bytes`.
    ///   - bounds: where its buckets end.
    /// - Returns: its only series.
    public func histogram(
        _ name: String,
        help: String,
        unit: String? = nil,
        bounds: BucketBounds
    ) -> Histogram {
        histogram(name, help: help, unit: unit, labels: [], bounds: bounds).series()
    }

    /// Registers a histogram with labels.
    ///
    /// - Parameters:
    ///   - name: in snake case; ends in its unit if it has one.
    ///   - help: what it measures, in one sentence.
    ///   - unit: as `seconds` or `bytes`.
    ///   - labels: the names of its labels.
    ///   - bounds: where its buckets end.
    ///   - maximumSeries: how many series there may be beside that of all others.
    /// - Returns: its family.
    public func histogram(
        _ name: String,
        help: String,
        unit: String? = nil,
        labels: [String],
        bounds: BucketBounds,
        maximumSeries: Int = defaultMaximumSeries
    ) -> MetricFamily<Histogram> {
        register(
            MetricDescription(
                name: name,
                kind: .histogram,
                help: help,
                unit: unit,
                labels: labels,
                maximumSeries: maximumSeries
            ),
            makeSeries: { [clock] in Histogram(bounds: bounds, now: clock) },
            writeSeries: { histogram, writer in
                // Read first: what an exemplar shows has been counted then.
                let exemplars = histogram.exemplars
                writer.histogram(
                    histogram.snapshot(),
                    bounds: histogram.bounds,
                    exemplars: exemplars
                )
            }
        )
    }

    /// Registers what never changes and is told by labels.
    ///
    /// - Parameters:
    ///   - name: in snake case; ends in `_info`.
    ///   - help: what it tells, in one sentence.
    ///   - labels: names and values.
    public func info(_ name: String, help: String, labels: KeyValuePairs<String, String>) {
        let family = register(
            MetricDescription(
                name: name,
                kind: .info,
                help: help,
                unit: nil,
                labels: labels.map(\.key),
                maximumSeries: 1
            ),
            makeSeries: { true },
            writeSeries: { $1.sample(.whole($0 ? 1 : 0)) }
        )
        _ = family.series(labels: labels.map(\.value))
    }
}
