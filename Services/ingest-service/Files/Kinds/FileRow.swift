/// A row that was read, by what it is about.
public enum FileRow: Hashable, Sendable {
    case event(FileEvent)
    case path(FileJourneys)
    case spend(FileSpend)
    /// Of a file of KPIs, of covariates, or of a mix model's table.
    case series(FileSeries)
    case holiday(FileHoliday)
}

/// What a visitor did.
public struct FileEvent: Hashable, Sendable {
    /// The kinds of events.
    public enum Kind: String, CaseIterable, Sendable {
        case page, click, impression, conversion, refund, exposure, identify, alias, custom
    }

    /// What tells it from all others; nil if the file has no such thing.
    public internal(set) var eventID: String?
    /// What kind it is.
    public internal(set) var kind = Kind.custom
    /// What it is called; empty if it has no name.
    public internal(set) var name = ""
    /// When it happened.
    public let time: FileTime
    /// The browser or device.
    public internal(set) var visitorID: String?
    /// The person, if known.
    public internal(set) var userID: String?
    /// The session.
    public internal(set) var sessionID: String?
    /// The page.
    public internal(set) var url: String?
    /// The page before.
    public internal(set) var referrer: String?
    /// Where the visit came from, as tagged.
    public internal(set) var source: String?
    /// By what means, as tagged.
    public internal(set) var medium: String?
    /// For which campaign, as tagged.
    public internal(set) var campaign: String?
    /// The keyword, as tagged.
    public internal(set) var term: String?
    /// The advertisement, as tagged.
    public internal(set) var content: String?
    /// The click that led to the visit.
    public internal(set) var clickID: String?
    /// The channel, if the file names one.
    public internal(set) var channel: String?
    /// What it was worth, with at most six digits behind the point.
    public internal(set) var value: ExactDecimal?
    /// The currency of ``value``.
    public internal(set) var currency: String?
    /// The order.
    public internal(set) var orderID: String?
}

/// Journeys that went the same way.
public struct FileJourneys: Hashable, Sendable {
    /// The steps, in order; at least one.
    public let steps: [String]
    /// How many of them ended in a conversion.
    public let conversions: ExactDecimal
    /// What these were worth together, with all the digits that are written.
    public let value: ExactDecimal
    /// How many did not.
    public let nulls: ExactDecimal
}

/// What advertising cost, and brought, on a day.
public struct FileSpend: Hashable, Sendable {
    /// The platform's own day.
    public let day: FileDay
    /// What was spent, with at most six digits behind the point; not below zero.
    public let spend: ExactDecimal
    /// The currency; nil leaves it to the tenant's.
    public internal(set) var currency: String?
    /// The platform.
    public internal(set) var platform: String?
    /// The channel.
    public internal(set) var channel: String?
    /// The campaign.
    public internal(set) var campaign: String?
    /// The platform's id of the campaign.
    public internal(set) var campaignID: String?
    /// The group of advertisements.
    public internal(set) var adGroup: String?
    /// Where.
    public internal(set) var geo: String?
    /// How often it was shown.
    public internal(set) var impressions: ExactDecimal?
    /// How often it was clicked.
    public internal(set) var clicks: ExactDecimal?
    /// The conversions that the platform claims.
    public internal(set) var conversions: ExactDecimal?
    /// What the platform says these are worth.
    public internal(set) var conversionValue: ExactDecimal?
}

/// Values of series on a day.
public struct FileSeries: Hashable, Sendable {
    /// One of them.
    public struct Value: Hashable, Sendable {
        /// The column in the plan.
        public let column: Int
        /// What kind of series it is.
        public let role: ColumnRole
        /// What it is called.
        public let name: String
        /// Its value.
        public let content: Content
    }

    /// A number, or, of controls, a word.
    public enum Content: Hashable, Sendable {
        case number(ExactDecimal)
        case word(String)
    }

    /// The day, or the first day of the week.
    public let day: FileDay
    /// Where; nil if the file has no geo.
    public let geo: String?
    /// The values that are there, in the order of the columns.
    public let values: [Value]
}

/// A day with a name.
public struct FileHoliday: Hashable, Sendable {
    /// The day.
    public let day: FileDay
    /// What it is called.
    public let name: String
    /// Where it is one; nil if the file does not say.
    public let country: String?
}
