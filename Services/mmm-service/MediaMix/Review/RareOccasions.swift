internal import Panels

/// The numbers of a panel that something speaks for which happens hardly ever.
///
/// That is a control, a treatment or a holiday which is as usual but for a few numbers. What it
/// does is learnt from these alone, so that a model must be another without one of them.
struct RareOccasions {
    /// How many numbers are few: a holiday of four years.
    static let mostNumbers = 4

    private let cells: Set<Int>
    private let geos: [String: Int]
    private let periods: [PanelDay: Int]

    /// Looks through columns.
    ///
    /// - Parameters:
    ///   - panel: which a model was fitted to.
    ///   - holidays: those that it knows beside the panel's columns.
    /// - Complexity: that of sorting each column.
    init(_ panel: Panel, holidays: [PanelHoliday]) {
        var cells: Set<Int> = []
        let columns = panel.controls + panel.treatments
        for column in columns + CalendarColumns(panel).holidays(holidays) {
            let usual = column.values.sorted()[column.values.count / 2]
            let others = column.values.indices.lazy.filter { column.values[$0] != usual }
            if others.prefix(Self.mostNumbers + 1).count <= Self.mostNumbers {
                cells.formUnion(others)
            }
        }
        self.cells = cells
        geos = Dictionary(zip(panel.geos.map(\.name), panel.geos.indices)) { first, _ in first }
        periods = Dictionary(zip(panel.periods, panel.periods.indices)) { first, _ in first }
    }

    /// Whether something rare speaks for a number of the panel.
    func contain(_ number: LeftOut.Unreliable) -> Bool {
        guard let geo = geos[number.geo], let period = periods[number.day] else { return false }
        return cells.contains(geo * periods.count + period)
    }
}
