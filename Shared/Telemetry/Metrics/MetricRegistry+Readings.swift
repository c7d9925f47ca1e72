extension MetricRegistry {
    /// Finds the value of a sample when it is asked for; nil leaves the sample out.
    ///
    /// It is called by the thread that writes the metrics, and must not wait for long.
    public typealias Reading = @Sendable () -> Double?

    /// What a series shows whose value is read when it is asked for.
    public final class ReadSeries: Sendable {
        private let reading: Monitor<Reading?> = Monitor(nil)

        /// Shows nothing yet.
        init() {}

        /// Shows from now on what a closure finds.
        ///
        /// - Parameter read: replaces the one there was; nil shows nothing any more.
        public func read(_ read: Reading?) {
            reading.withLock { $0 = read }
        }

        /// What the closure finds.
        var value: Double? {
            // Called outside the lock: it may take a while.
            let read = reading.withLock { $0 }
            return read?()
        }
    }

    /// Registers a counter whose value is kept elsewhere.
    ///
    /// - Parameters:
    ///   - name: as that of ``counter(_:help:unit:)``.
    ///   - help: what it counts, in one sentence.
    ///   - unit: as `seconds` or `bytes`.
    ///   - read: finds the value, which never falls.
    public func counter(
        _ name: String,
        help: String,
        unit: String? = nil,
        reading read: @escaping Reading
    ) {
        let family = readFamily(.counter, name, help, unit, labels: [], maximumSeries: 1)
        family.series().read(read)
    }

    /// Registers a gauge whose value is kept elsewhere.
    ///
    /// - Parameters:
    ///   - name: in snake case; ends in its unit if it has one.
    ///   - help: what it shows, in one sentence.
    ///   - unit: as `seconds` or `bytes`.
    ///   - read: finds the value.
    public func gauge(
        _ name: String,
        help: String,
        unit: String? = nil,
        reading read: @escaping Reading
    ) {
        let family = readFamily(.gauge, name, help, unit, labels: [], maximumSeries: 1)
        family.series().read(read)
    }

    /// Registers a gauge with labels whose values are kept elsewhere.
    ///
    /// The series of all others shows what was given to it last.
    ///
    /// - Parameters:
    ///   - name: in snake case; ends in its unit if it has one.
    ///   - help: what it shows, in one sentence.
    ///   - unit: as `seconds` or `bytes`.
    ///   - labels: the names of its labels.
    ///   - maximumSeries: how many series there may be beside that of all others.
    /// - Returns: its family; each series is told how to find its value.
    public func readGauge(
        _ name: String,
        help: String,
        unit: String? = nil,
        labels: [String],
        maximumSeries: Int = defaultMaximumSeries
    ) -> MetricFamily<ReadSeries> {
        readFamily(.gauge, name, help, unit, labels: labels, maximumSeries: maximumSeries)
    }

    private func readFamily(
        _ kind: MetricKind,
        _ name: String,
        _ help: String,
        _ unit: String?,
        labels: [String],
        maximumSeries: Int
    ) -> MetricFamily<ReadSeries> {
        register(
            MetricDescription(
                name: name,
                kind: kind,
                help: help,
                unit: unit,
                labels: labels,
                maximumSeries: maximumSeries
            ),
            makeSeries: { ReadSeries() },
            writeSeries: { series, writer in
                if let value = series.value { writer.sample(.real(value)) }
            }
        )
    }
}
