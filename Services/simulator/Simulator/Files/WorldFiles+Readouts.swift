extension WorldFiles {
    /// What readouts of tests are of, among the columns of outcomes.
    static let readoutKpi = "revenue"

    /// Writes what the shop's analyst measured by its tests, as `sextant mmm calibrations import`
    /// takes it.
    ///
    /// - Returns: the file, or none if there were no tests.
    func writeReadouts<Sink: WorldSink & ~Copyable>(
        _ outcomes: WorldOutcomes,
        to sink: inout Sink
    ) throws(Sink.Failure) -> [WrittenFile] {
        let readouts = world.readouts(outcomes)
        guard !readouts.isEmpty else { return [] }
        let columns = [
            "name", "channel", "kpi", "geos", "portion", "first_date", "last_date", "measure",
            "value", "standard_error", "spend_delta", "currency", "method", "source",
        ]
        var table = try TableWriter("tests/calibrations", columns, to: &sink)
        for readout in readouts {
            let test = readout.test
            let states = test.treated.map { world.geos[$0].code }.joined(separator: ";")
            try table.row(
                [
                    test.name, world.channels[test.channel].slug, Self.readoutKpi, states,
                    "\((1e6 * readout.portion).rounded() / 1e6)",
                    world.text(ofDay: test.days.lowerBound),
                    world.text(ofDay: test.days.upperBound - 1), "lift", Self.text(readout.lift),
                    Self.text(readout.standardError), Self.text(readout.spendDelta),
                    World.currency, "geo test",
                    "orders of \(test.treated.count) states as others and quiet days predict them",
                ],
                to: &sink
            )
        }
        return [
            try table.end("tests/calibrations", "what tests by states measured", to: &sink)
        ]
    }

    /// Money with two digits.
    private static func text(_ money: Double) -> String {
        Cents.text(Int((100 * money).rounded()))
    }
}
