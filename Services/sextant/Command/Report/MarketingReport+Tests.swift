internal import Messages

extension MarketingReport {
    /// What people are told of the tests that the mix model is held to, and of those that it is
    /// not.
    ///
    /// - Parameter truth: what is true, where that is known.
    /// - Returns: a table and remarks; nil if there were no tests.
    func textOfTests(beside truth: ReportTruth?) -> String? {
        guard let model, let results else { return nil }
        let (held, lifts) = (model.calibrations, results.lifts)
        // What is true of it is known of revenue alone.
        let truth = results.kpi == "revenue" ? truth : nil
        var parts: [String] = []
        // Both are in the order in which the model was given them.
        if !held.isEmpty, held.count == lifts.count {
            let head = [
                "test", "channel", "measured", "± error", "by the mix model", "90 % interval",
            ]
            let rows = zip(held, lifts).map { test, lift in
                let modelled = lift.modelled ?? .init()
                let cells = [
                    test.name, lift.channel, Figures.hundredths(lift.measured),
                    Figures.hundredths(lift.standardError), Figures.hundredths(modelled.mean),
                    "\(Figures.hundredths(modelled.lower)) to "
                        + Figures.hundredths(modelled.upper),
                ]
                guard let truth else { return cells }
                return cells + [truth.lifts[test.name].map(Figures.hundredths) ?? ""]
            }
            parts.append(TextTable.text([head + (truth == nil ? [] : ["truth"])] + rows))
            parts.append(
                "How much more of the outcome there was with more spend than with less, on the "
                    + "days of the test."
            )
        }
        let remarks =
            notes(of: held)
            + model.leftOutCalibrations.map { "- not held to \($0.name): \($0.reason)" }
        if !remarks.isEmpty { parts.append(remarks.joined(separator: "\n")) }
        return parts.isEmpty ? nil : parts.joined(separator: "\n\n")
    }

    /// What has to be known of how tests are used, each thing once.
    private func notes(of held: [MixModelV1.Model.HeldCalibration]) -> [String] {
        var notes: [(note: String, names: [String])] = []
        for test in held where !test.note.isEmpty {
            if let place = notes.firstIndex(where: { $0.note == test.note }) {
                notes[place].names.append(test.name)
            } else {
                notes.append((test.note, [test.name]))
            }
        }
        return notes.map { "- \($0.names.joined(separator: ", ")): \($0.note)" }
    }
}
