internal import MediaMix
internal import Messages
internal import Panels
internal import Postgres

/// What becomes of a calibration in a model: a lift test, or the reason why it is none.
enum CalibrationUse: Equatable {
    /// The model is held to it; what has to be known of that, if anything.
    case used(LiftTest, note: String?)
    /// The model is not held to it; why, as the end of a sentence.
    case leftOut(String)

    /// What becomes of a checked calibration in models of a panel.
    ///
    /// A calibration tells of what happened: its test's spend is in the panel. A ``LiftTest`` tells
    /// of a change to the panel, which is the way back: the spend is taken away, and the lift with
    /// it.
    ///
    /// - Parameters:
    ///   - calibration: as it is in force.
    ///   - panel: what the model is fitted to; its outcome is called as the calibration's is.
    ///   - currency: what the panel's money is in; empty if nobody has said.
    init(_ calibration: MixModelV1.Calibration, of panel: Panel, in currency: String) {
        do throws(Refusal) {
            let (test, note) = try Self.test(calibration, panel, currency)
            self = .used(test, note: note)
        } catch {
            self = .leftOut(error.reason)
        }
    }

    private struct Refusal: Error {
        let reason: String
    }

    private static func test(
        _ calibration: MixModelV1.Calibration,
        _ panel: Panel,
        _ currency: String
    ) throws(Refusal) -> (LiftTest, note: String?) {
        guard calibration.kpi == panel.outcome.name else {
            throw Refusal(reason: "it is of \(calibration.kpi), the model of \(panel.outcome.name)")
        }
        guard panel.channels.contains(where: { $0.name == calibration.channel }) else {
            throw Refusal(reason: "the model has no channel \(calibration.channel)")
        }
        guard calibration.currency.isEmpty || currency.isEmpty || calibration.currency == currency
        else { throw Refusal(reason: "it is in \(calibration.currency), the model in \(currency)") }
        guard let term = CalibrationTerm(calibration) else {
            throw Refusal(reason: "its numbers are too large or too small to be computed with")
        }
        let (days, until) = try days(calibration, panel)
        var (geos, portion, note) = try places(calibration, panel)
        let delta = calibration.spendDelta
        if delta == 0, term.lift < 0 {
            let doubt =
                "it says that all that was spent took something away: a test that held spend"
            note = [note, doubt + " back has a spend_delta below 0"].compactMap(\.self)
                .joined(separator: "; ")
        }
        let test = LiftTest(
            channel: calibration.channel,
            geos: geos,
            portion: portion,
            first: days.lowerBound,
            last: days.upperBound,
            measuredUntil: until,
            change: delta == 0 ? .share(-1) : .spend(-delta),
            lift: -term.lift,
            standardError: term.standardError,
            degrees: calibration.likelihood == .studentT ? CalibrationTerm.degrees : nil
        )
        return (test, note)
    }

    /// The starts of the first and last periods of the test, and of the last that was measured.
    ///
    /// A period belongs to a test if most of its days do: a week that a test began in the middle of
    /// is half another's, and counting it whole or not at all is off by as little as can be.
    private static func days(
        _ calibration: MixModelV1.Calibration,
        _ panel: Panel
    ) throws(Refusal) -> (ClosedRange<PanelDay>, until: PanelDay) {
        let until = calibration.measuredUntil
        guard let first = PostgresDate(text: calibration.firstDate).map(PanelDay.init),
            let last = PostgresDate(text: calibration.lastDate).map(PanelDay.init),
            let end = until.isEmpty ? last : PostgresDate(text: until).map(PanelDay.init),
            let start = panel.periods.first, let final = panel.periods.last
        else { throw Refusal(reason: "its days cannot be read") }
        let days = panel.daysPerPeriod
        guard first >= start, end.number < final.number + days else {
            throw Refusal(reason: "its days are not all among those of the model")
        }
        func held(_ day: PanelDay) -> Bool {
            let shared = min(day.number + days, last.number + 1) - max(day.number, first.number)
            return 2 * shared > days
        }
        let own = panel.periods.filter(held)
        guard let one = own.first, let other = own.last else {
            throw Refusal(reason: "no week of the model has most of its days in the test")
        }
        let measured = panel.periods.last { 2 * (end.number + 1 - $0.number) > days } ?? other
        return (one...other, max(measured, other))
    }

    /// The places of a test by the panel's names, nil for all, and the portion of their people that
    /// it was made with.
    private static func places(
        _ calibration: MixModelV1.Calibration,
        _ panel: Panel
    ) throws(Refusal) -> ([String]?, portion: Double, note: String?) {
        guard !calibration.geos.isEmpty else { return (nil, 1, nil) }
        let known = Set(panel.geos.map(\.name))
        let strange = calibration.geos.filter { !known.contains($0) }
        if strange.isEmpty { return (calibration.geos, 1, nil) }
        guard panel.geos.count == 1 else {
            let names = strange.prefix(5).joined(separator: ", ")
            throw Refusal(reason: "the model has no place \(names)")
        }
        if calibration.portion > 0 {
            // Of a test whose spend nobody knows, the panel's stands for what there was.
            let isKnown = calibration.spendDelta != 0
            return (
                nil,
                calibration.portion,
                "the test was in some places, and the model is of all together: what a head was"
                    + " spent on there\(isKnown ? ", but for the test," : "") and what came of it"
                    + " are taken to be as everywhere"
            )
        }
        guard calibration.spendDelta != 0 else {
            throw Refusal(
                reason: "the model knows one place alone, and what was spent in those of the test"
                    + " is not known: give its portion of all people, or its spend_delta"
            )
        }
        return (
            nil,
            1,
            "the test was in some places, and the model is of all together: its"
                + " spend counts as if it had been spent everywhere"
        )
    }
}

extension PanelDay {
    fileprivate init(_ date: PostgresDate) { self.init(number: Int(date.daysSince1970)) }
}
