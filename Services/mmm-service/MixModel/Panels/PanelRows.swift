internal import Postgres

/// The sums of rows that a panel is put together of, as the tenant's tables have them.
struct PanelRows: Sendable {
    /// The outcome of a place in a period.
    struct Outcome: Sendable {
        var period: Int
        var geo: String
        /// The sum; nil if none of its rows has a rate.
        var amount: Double?
        /// What it earned, of rows that say what a unit does; nil if none does.
        var earned: Double?
        /// The sum of these rows.
        var valued: Double?
        var population: Double?
        var unconverted: Int64 = 0
        /// Whether rows are money; nil if some are and some are not.
        var isMoney: Bool?
        /// On how many days there are rows.
        var days: Int64 = 0
    }

    /// What a channel cost in a place in a period.
    struct Spend: Sendable {
        var period: Int
        /// Nil for what no channel has.
        var channel: String?
        /// Empty if rows name none.
        var geo: String
        var amount: Double
        /// Nil if a row that cost something does not tell.
        var impressions: Double?
        var clicks: Double?
        var rows: Int64
        var unconverted: Int64 = 0
    }

    /// A covariate of a place in a period.
    struct Covariate: Sendable {
        var period: Int
        var name: String
        var geo: String
        var sum: Double
        var count: Int64
    }

    var outcomes: [Outcome] = []
    var spend: [Spend] = []
    var covariates: [Covariate] = []

    /// How many people live in places, as the last row of each that says so has it.
    var populations: [String: Double] {
        Dictionary(
            outcomes.compactMap { row in row.population.map { (row.geo, $0) } },
            uniquingKeysWith: { $1 }
        )
    }
}

extension PanelRows.Outcome {
    init(_ row: Row) throws {
        period = Int(try row.read(Int64.self, at: 0))
        geo = try row.read(String.self, at: 1)
        amount = try row.read(Double?.self, at: 2)
        earned = try row.read(Double?.self, at: 3)
        population = try row.read(Double?.self, at: 4)
        unconverted = try row.read(Int64.self, at: 5)
        isMoney = try row.read(Bool?.self, at: 6)
        valued = try row.read(Double?.self, at: 7)
        days = try row.read(Int64.self, at: 8)
    }
}

extension PanelRows.Spend {
    init(_ row: Row) throws {
        period = Int(try row.read(Int64.self, at: 0))
        channel = try row.read(String?.self, at: 1)
        geo = try row.read(String.self, at: 2)
        amount = try row.read(Double.self, at: 3)
        impressions = try row.read(Double?.self, at: 4)
        clicks = try row.read(Double?.self, at: 5)
        rows = try row.read(Int64.self, at: 6)
        unconverted = try row.read(Int64.self, at: 7)
    }
}

extension PanelRows.Covariate {
    init(_ row: Row) throws {
        period = Int(try row.read(Int64.self, at: 0))
        name = try row.read(String.self, at: 1)
        geo = try row.read(String.self, at: 2)
        sum = try row.read(Double.self, at: 3)
        count = try row.read(Int64.self, at: 4)
    }
}
