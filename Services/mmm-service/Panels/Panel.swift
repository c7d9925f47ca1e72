/// What a mix model is fitted to: the outcome, media and controls of each geo in each period.
///
/// Numbers are laid out by geo, then by period: that of geo `g` in period `t` stands at
/// `g * periods.count + t`, so that what carries over in time lies side by side.
public struct Panel: Sendable, Equatable {
    /// The days on which periods start, in order, without gaps.
    public var periods: [PanelDay]
    /// How many days a period has: 1 or 7.
    public var daysPerPeriod: Int
    /// The places that the numbers are of; one for a national model.
    public var geos: [PanelGeo]
    /// What is explained, in the units it is counted in.
    public var outcome: PanelColumn
    /// What one unit of the outcome earns, in the panel's currency; nil if the outcome is money.
    public var valuePerOutcome: [Double]?
    /// Media that are paid for.
    public var channels: [PanelChannel]
    /// Media that cost nothing: newsletters, posts.
    public var organic: [PanelColumn]
    /// What is done and is no medium: prices, promotions.
    public var treatments: [PanelColumn]
    /// What moves both media and outcome, or the outcome alone.
    public var controls: [PanelColumn]

    /// A panel of parts that fit each other; ``PanelContract`` says whether they do.
    ///
    /// - Parameters:
    ///   - periods: the days on which periods start.
    ///   - daysPerPeriod: 1 or 7.
    ///   - geos: at least one.
    ///   - outcome: `[geos * periods]`.
    ///   - valuePerOutcome: `[geos * periods]`, or nil.
    ///   - channels: media that are paid for.
    ///   - organic: media that cost nothing.
    ///   - treatments: what is done and is no medium.
    ///   - controls: what else moves the outcome.
    public init(
        periods: [PanelDay],
        daysPerPeriod: Int,
        geos: [PanelGeo],
        outcome: PanelColumn,
        valuePerOutcome: [Double]? = nil,
        channels: [PanelChannel],
        organic: [PanelColumn] = [],
        treatments: [PanelColumn] = [],
        controls: [PanelColumn] = []
    ) {
        self.periods = periods
        self.daysPerPeriod = daysPerPeriod
        self.geos = geos
        self.outcome = outcome
        self.valuePerOutcome = valuePerOutcome
        self.channels = channels
        self.organic = organic
        self.treatments = treatments
        self.controls = controls
    }

    /// How many numbers each column has.
    public var cells: Int { geos.count * periods.count }
}

/// A place that a panel has numbers of.
public struct PanelGeo: Sendable, Hashable {
    /// Its name in the data.
    public var name: String
    /// How many people live there, which effects are scaled by; above 0.
    public var population: Double

    /// A place.
    ///
    /// - Parameters:
    ///   - name: its name in the data.
    ///   - population: how many people live there, or 1 where there is one place alone.
    public init(name: String, population: Double) {
        self.name = name
        self.population = population
    }
}

/// One number for each geo and period.
public struct PanelColumn: Sendable, Equatable {
    /// Its name in the data.
    public var name: String
    /// `[geos * periods]`.
    public var values: [Double]

    /// A column.
    ///
    /// - Parameters:
    ///   - name: its name in the data.
    ///   - values: `[geos * periods]`.
    public init(name: String, values: [Double]) {
        self.name = name
        self.values = values
    }
}

/// A medium that is paid for.
public struct PanelChannel: Sendable, Equatable {
    /// Its name in the data.
    public var name: String
    /// What it cost, `[geos * periods]`, in the panel's currency, none below 0.
    public var spend: [Double]
    /// What people saw of it.
    public var exposure: Exposure

    /// What is known of how much of a medium people saw.
    public enum Exposure: Sendable, Equatable {
        /// Nothing but what it cost.
        case spend
        /// How often it was shown or clicked, `[geos * periods]`, none below 0.
        case units([Double])
        /// How many people saw it, and how often each of them did, `[geos * periods]` each, none
        /// below 0.
        case reach([Double], frequency: [Double])
    }

    /// A medium.
    ///
    /// - Parameters:
    ///   - name: its name in the data.
    ///   - spend: what it cost, `[geos * periods]`.
    ///   - exposure: what people saw of it.
    public init(name: String, spend: [Double], exposure: Exposure = .spend) {
        self.name = name
        self.spend = spend
        self.exposure = exposure
    }
}
