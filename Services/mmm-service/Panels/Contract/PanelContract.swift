/// What a panel must be before a model is fitted to it, and what it had better be.
///
/// Each finding says in a marketer's words what is wrong, in numbers, and what to do. Lines are
/// those of ``PanelThresholds``.
public struct PanelContract: Sendable {
    /// How many parameters the model has; nil counts those of a usual one.
    public var parameters: Int?
    /// Whether return on spend is asked for.
    public var asksForReturn: Bool
    /// Whether the outcome is money, and needs no value to be one.
    public var isOutcomeMoney: Bool

    /// A contract.
    ///
    /// - Parameters:
    ///   - parameters: how many the model has; nil counts those of a usual one.
    ///   - asksForReturn: whether return on spend is asked for.
    ///   - isOutcomeMoney: whether the outcome is money.
    public init(
        parameters: Int? = nil,
        asksForReturn: Bool = false,
        isOutcomeMoney: Bool = true
    ) {
        self.parameters = parameters
        self.asksForReturn = asksForReturn
        self.isOutcomeMoney = isOutcomeMoney
    }

    /// Looks at all of a panel.
    ///
    /// - Parameter panel: any, however made.
    /// - Returns: what there is to be known, the weightiest first; nothing for a panel without
    ///   fault.
    public func check(_ panel: Panel) -> PanelFindings {
        var check = PanelCheck(panel, self)
        check.checkShape()
        // The other checks rely on the shape.
        if check.findings.isRefusal { return check.findings }
        check.checkCoverage()
        check.checkPopulations()
        check.checkAmount()
        check.checkOutcome()
        check.checkValue()
        check.checkMedia()
        check.checkOtherColumns()
        check.checkTogether()
        return check.findings
    }
}

/// A panel that is being looked at.
struct PanelCheck {
    let panel: Panel
    let contract: PanelContract
    var findings = PanelFindings()

    init(_ panel: Panel, _ contract: PanelContract) {
        self.panel = panel
        self.contract = contract
    }

    /// What a period is called.
    var noun: String { panel.daysPerPeriod == 1 ? "day" : "week" }

    /// What a cell is called: a period where there is one geo.
    var cellNoun: String { panel.geos.count == 1 ? noun : "\(noun) and geo" }

    var isNational: Bool { panel.geos.count == 1 }

    /// The cells of a geo.
    func cells(of geo: Int) -> Range<Int> {
        geo * panel.periods.count..<(geo + 1) * panel.periods.count
    }

    /// The period of a cell.
    func period(_ cell: Int) -> PanelDay { panel.periods[cell % panel.periods.count] }

    /// The name of a cell's geo.
    func geo(_ cell: Int) -> String { panel.geos[cell / panel.periods.count].name }

    /// The periods of some cells, each once.
    func periods(_ cells: [Int]) -> [PanelDay] { Set(cells.map(period)).sorted() }

    /// Where some cells are, for a sentence: `2026-01-05`, or `Berlin in 2026-01-05`, and so on.
    func places(_ cells: [Int]) -> String {
        let names = cells.prefix(4).map {
            isNational ? "\(period($0))" : "\(geo($0)) \(period($0))"
        }
        let rest = cells.count - names.count
        return rest > 0
            ? names.joined(separator: ", ") + " and \(Figure.grouped(rest)) more"
            : Figure.list(names)
    }

    /// So many of the cells, in words.
    func counted(_ count: Int) -> String {
        let all = panel.cells
        return isNational
            ? "\(Figure.grouped(count)) of \(Figure.count(all, noun))"
            : "\(Figure.grouped(count)) of \(Figure.grouped(all)) geo-\(noun)s"
    }

    /// The sum over geos in each period.
    func totals(_ values: [Double]) -> [Double] {
        panel.periods.indices.map { period in
            panel.geos.indices.reduce(0) { $0 + values[$1 * panel.periods.count + period] }
        }
    }

    /// Every column of numbers with what it is called.
    var columns: [(name: String, values: [Double])] {
        var all = [(panel.outcome.name, panel.outcome.values)]
        if let value = panel.valuePerOutcome { all.append(("value per outcome", value)) }
        for channel in panel.channels {
            all.append(("\(channel.name) spend", channel.spend))
            for column in channel.exposure.columns {
                all.append(("\(channel.name) \(column.name)", column.values))
            }
        }
        return all
            + (panel.organic + panel.treatments + panel.controls).map { ($0.name, $0.values) }
    }
}
