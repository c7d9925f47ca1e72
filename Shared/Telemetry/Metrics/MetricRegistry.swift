/// All metrics of a process.
///
/// A metric is registered once, when its owner starts. A name that is malformed or taken is a
/// mistake of the program, and stops it. All methods may be called by any thread.
public final class MetricRegistry: Sendable {
    private struct State {
        var families: [any WritableFamily] = []
        var claimedNames: Set<String> = []
    }

    /// How many series a family has room for, unless it is told otherwise.
    public static let defaultMaximumSeries = 500

    /// Labels that all series have, beside their own.
    private let labels: [(name: String, value: String)]
    private let state = Monitor(State())
    private let overCap: Monitor<MetricFamily<Counter>?> = Monitor(nil)
    private let now: @Sendable () -> UTCTimestamp

    /// A registry whose only metric counts the label values for which there was no room.
    ///
    /// - Parameters:
    ///   - labels: what all series have beside their own labels: names and values. By them the
    ///     metrics of several services that share a process are told apart.
    ///   - now: the clock of the exemplars.
    public init(
        labels: KeyValuePairs<String, String> = [:],
        now: @escaping @Sendable () -> UTCTimestamp = { .now }
    ) {
        self.labels = labels.map { (name: $0.key, value: $0.value) }
        self.now = now
        let family = counter(
            "metric_label_sets_over_cap_total",
            help: "How often a series was asked for and its metric had no room for more.",
            labels: ["metric"],
            maximumSeries: .max
        )
        overCap.withLock { $0 = family }
    }

    /// Writes all metrics, in the order of their names.
    ///
    /// - Parameter format: which form.
    /// - Returns: the text in UTF-8.
    public func text(_ format: MetricsFormat) -> [UInt8] {
        Self.text(of: [self], format)
    }

    /// Writes the metrics of several registries as one text: a metric that more than one has stands
    /// once, with the series of all.
    ///
    /// - Parameters:
    ///   - registries: no two of them have the same labels.
    ///   - format: which form.
    /// - Returns: the text in UTF-8.
    public static func text(of registries: [MetricRegistry], _ format: MetricsFormat) -> [UInt8] {
        let families = registries.enumerated().flatMap { place, registry in
            registry.state.withLock { $0.families }.map { (place: place, family: $0) }
        }.sorted { left, right in
            let (leftName, rightName) = (
                left.family.description.name, right.family.description.name
            )
            if leftName == rightName { return left.place < right.place }
            return leftName.utf8.lexicographicallyPrecedes(rightName.utf8)
        }
        var writer = MetricsTextWriter(format)
        var last: String?
        for (place, family) in families {
            if family.description.name != last { writer.begin(family.description) }
            last = family.description.name
            writer.sharedLabels = registries[place].labels
            family.writeSamples(to: &writer)
        }
        writer.finish()
        return writer.bytes
    }

    // MARK: Registration

    /// Makes a family and adds it.
    func register<Series: Sendable>(
        _ description: MetricDescription,
        makeSeries: @escaping @Sendable () -> Series,
        writeSeries: @escaping @Sendable (Series, inout MetricSampleWriter) -> Void
    ) -> MetricFamily<Series> {
        let fault = description.fault
        precondition(fault == nil, fault ?? "")
        precondition(
            labels.allSatisfy { !description.labels.contains($0.name) },
            "a label that all series have is none of '\(description.name)'"
        )
        let name = description.name
        let family = MetricFamily(
            description,
            makeSeries: makeSeries,
            onOverflow: { [weak self] in self?.noteOverflow(of: name) },
            writeSeries: writeSeries
        )
        let isTaken = state.withLock { state in
            let names = description.claimedNames
            if !state.claimedNames.isDisjoint(with: names) { return true }
            state.claimedNames.formUnion(names)
            state.families.append(family)
            return false
        }
        precondition(!isTaken, "a metric that is registered already has a name of '\(name)'")
        return family
    }

    /// What exemplars are dated by.
    var clock: @Sendable () -> UTCTimestamp { now }

    private func noteOverflow(of name: String) {
        overCap.withLock { $0 }?.series(name).increment()
    }
}
