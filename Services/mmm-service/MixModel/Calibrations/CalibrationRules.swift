internal import Messages
internal import Postgres
internal import RPC
internal import Tenancy

extension FieldViolations {
    /// Checks what somebody says of a calibration, but for whether there is its channel.
    ///
    /// - Parameter calibration: as it came, with its name.
    mutating func check(_ calibration: MixModelV1.Calibration) {
        check(
            calibration.name.isSlug,
            "name",
            "expected 1 to 63 of a-z, 0-9, _ and -, a letter first"
        )
        check(text: calibration.channel, 1...63, "channel")
        check(text: calibration.kpi, 1...100, "kpi")
        check(text: calibration.method, 0...100, "method")
        check(text: calibration.source, 0...500, "source")
        check(text: calibration.experiment, 0...100, "experiment")
        check(
            calibration.currency.isEmpty || TenantSettings.isCurrency(calibration.currency),
            "calibration.currency",
            "expected an ISO 4217 code, as EUR, or nothing"
        )
        checkGeos(calibration.geos)
        checkDays(calibration)
        checkNumbers(calibration)
        guard violations.isEmpty else { return }
        check(
            CalibrationTerm(calibration) != nil,
            "calibration.value",
            "expected numbers whose lift and error can be computed"
        )
    }

    private mutating func check(text: String, _ lengths: ClosedRange<Int>, _ field: String) {
        check(
            lengths.contains(text.count)
                && !text.unicodeScalars.contains { $0.properties.generalCategory == .control },
            "calibration.\(field)",
            "expected \(lengths.lowerBound) to \(lengths.upperBound) characters, none of them "
                + "control characters"
        )
    }

    private mutating func checkGeos(_ geos: [String]) {
        check(geos.count <= 500, "calibration.geos", "expected at most 500")
        for (index, geo) in geos.prefix(500).enumerated() {
            check(text: geo, 1...100, "geos[\(index)]")
        }
        check(Set(geos).count == geos.count, "calibration.geos", "expected each place once")
    }

    /// The longest test, in days.
    private static let longestDays: Int32 = 1_096

    private mutating func checkDays(_ calibration: MixModelV1.Calibration) {
        let (first, last) = (
            PostgresDate(text: calibration.firstDate), PostgresDate(text: calibration.lastDate)
        )
        let rule = "expected a day as 2026-01-31"
        check(first != nil, "calibration.first_date", rule)
        check(last != nil, "calibration.last_date", rule)
        guard let first, let last else { return }
        check(first <= last, "calibration.last_date", "expected a day not before first_date")
        check(
            last.daysSince1970 - first.daysSince1970 < Self.longestDays,
            "calibration.last_date",
            "expected at most \(Self.longestDays) days from first_date"
        )
        guard !calibration.measuredUntil.isEmpty else { return }
        guard let until = PostgresDate(text: calibration.measuredUntil) else {
            return check(
                false,
                "calibration.measured_until",
                "expected a day as 2026-01-31, or none"
            )
        }
        check(
            until >= last && until.daysSince1970 - first.daysSince1970 < Self.longestDays,
            "calibration.measured_until",
            "expected a day not before last_date, at most \(Self.longestDays) days from first_date"
        )
    }

    private mutating func checkNumbers(_ calibration: MixModelV1.Calibration) {
        check(
            calibration.measure == .lift || calibration.measure == .returnOnSpend,
            "calibration.measure",
            "expected MEASURE_LIFT or MEASURE_RETURN_ON_SPEND"
        )
        check(calibration.value.isFinite, "calibration.value", "expected a finite number")
        check(
            [.unspecified, .normal, .studentT].contains(calibration.likelihood),
            "calibration.likelihood",
            "expected LIKELIHOOD_NORMAL, LIKELIHOOD_STUDENT_T or nothing"
        )
        let weight = calibration.weight
        check(
            weight == 0 || (weight > 0 && weight <= 1),
            "calibration.weight",
            "expected above 0 and at most 1, or 0 for 1"
        )
        checkPortion(calibration)
        checkSpend(calibration)
        checkError(calibration)
    }

    private mutating func checkPortion(_ calibration: MixModelV1.Calibration) {
        let portion = calibration.portion
        check(
            portion == 0 || (portion > 0 && portion < 1),
            "calibration.portion",
            "expected above 0 and below 1, or 0 if nobody knows; a test everywhere has no geos"
        )
        check(
            portion == 0 || !calibration.geos.isEmpty,
            "calibration.geos",
            "expected the places that the portion of all people lives in"
        )
    }

    private mutating func checkSpend(_ calibration: MixModelV1.Calibration) {
        let delta = calibration.spendDelta
        check(delta.isFinite, "calibration.spend_delta", "expected a finite number")
        if calibration.measure == .returnOnSpend {
            check(
                delta != 0,
                "calibration.spend_delta",
                "a return on spend needs the difference in spend that it is of, which is not 0"
            )
        }
        check(
            delta == 0 || !calibration.currency.isEmpty,
            "calibration.currency",
            "expected the currency of spend_delta"
        )
    }

    private mutating func checkError(_ calibration: MixModelV1.Calibration) {
        guard let interval = calibration.interval else {
            check(
                calibration.standardError.isFinite && calibration.standardError > 0,
                "calibration.standard_error",
                "expected a finite number above 0, or an interval in its place"
            )
            return
        }
        check(
            calibration.standardError == 0,
            "calibration.standard_error",
            "expected this or an interval, not both"
        )
        check(
            interval.lower.isFinite && interval.upper.isFinite && interval.lower < interval.upper,
            "calibration.interval",
            "expected finite ends, the upper above the lower"
        )
        check(
            interval.lower <= calibration.value && calibration.value <= interval.upper,
            "calibration.interval",
            "expected one that holds the value"
        )
        check(
            interval.level == 0 || (0.5...0.999).contains(interval.level),
            "calibration.interval.level",
            "expected 0.5 to 0.999, as 0.9, or 0 for 0.9"
        )
    }
}
