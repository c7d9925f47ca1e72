internal import Messages
internal import Panels

extension MixModelV1.ModelRefresh {
    /// What stands above its cells.
    static let head = ["refresh", "kpi", "day", "hour", "kept", "promotes", "next"]

    /// A row of a list.
    var cells: [String] {
        [
            name, request?.selection?.kpi ?? "", day, "\(hour)", "\(keep)", promote ? "yes" : "no",
            paused ? "paused" : nextTime.minute,
        ]
    }

    private static let days = PanelWeekday.allCases.map { $0.name.lowercased() }

    private var day: String {
        Self.days.indices.contains(Int(weekday) - 1) ? Self.days[Int(weekday) - 1] : "each"
    }

    /// The number of a day of the week.
    ///
    /// - Parameter text: as `monday`; nil for each day.
    /// - Returns: from 1 for Monday; 0 for each day.
    /// - Throws: ``CommandFailure`` for a word that is none.
    static func weekday(_ text: String?) throws(CommandFailure) -> Int32 {
        guard let text else { return 0 }
        guard let index = days.firstIndex(of: text.lowercased()) else {
            throw .usage("--on is \(text): expected a day as monday")
        }
        return Int32(index + 1)
    }
}
