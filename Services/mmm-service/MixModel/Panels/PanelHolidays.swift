internal import Panels

/// The days of an imported holiday, of which there are rows only on the days themselves.
struct PanelHolidays {
    /// The sums of its rows, by period; of those that name no place, and of each place.
    private var general: [Double]
    private var own: [String: [Double]] = [:]
    private let days: Double

    /// Takes a holiday's rows.
    ///
    /// - Parameters:
    ///   - rows: those of one holiday.
    ///   - panel: its periods.
    init(_ rows: [PanelRows.Covariate], in panel: Panel) {
        let none = panel.periods.map { _ in 0.0 }
        days = Double(panel.daysPerPeriod)
        general = none
        for row in rows {
            if row.geo.isEmpty {
                general[row.period] += row.sum
            } else {
                own[row.geo, default: none][row.period] += row.sum
            }
        }
    }

    /// Which share of each period's days it is on, of all places together.
    ///
    /// Where rows name no place it is on in all of them; else the mean over places that have it.
    var ofAll: [Double] {
        general.indices.map { period in
            if general[period] != 0 || own.isEmpty { return general[period] / days }
            return own.values.reduce(0) { $0 + $1[period] } / days / Double(own.count)
        }
    }

    /// Which share of each period's days it is on in each of some places, one after another.
    ///
    /// A place has the holidays of its country: `US-CA` those of `US`. If none of the holiday's
    /// places is one of these or a country of them, as with `US` and `California`, all have it.
    ///
    /// - Parameter places: the panel's.
    /// - Returns: `[places * periods]`.
    func byPlace(_ places: [String]) -> [Double] {
        let fitting = places.map { place in
            own.filter { place == $0.key || place.hasPrefix($0.key + "-") }
        }
        let areStrange = fitting.allSatisfy(\.isEmpty)
        return fitting.flatMap { fitting in
            let held = areStrange ? own : fitting
            return general.indices.map { period in
                held.values.reduce(general[period]) { max($0, $1[period]) } / days
            }
        }
    }
}
