/// What the rows of a file are about.
public enum FileKind: String, CaseIterable, Sendable {
    /// What visitors did: one event a row.
    case events
    /// Journeys as paths with counts: `a > b > c, conversions, value, nulls`.
    case paths
    /// Money spent by day and channel, campaign or platform: one amount a row.
    case spend
    /// Outcomes by day.
    case kpi
    /// What else moves outcomes, by day: weather, prices.
    case covariates
    /// A mix model's table: for each day or week, and geo, outcomes, and a column of spend or
    /// impressions for each channel.
    case mixModel = "mix_model"
    /// Named days.
    case holidays
    /// Rows of GA4's export to BigQuery.
    case ga4 = "ga4_export"
}

/// The advertising platforms whose exports are recognised.
public enum AdPlatform: String, CaseIterable, Sendable {
    case googleAds = "google_ads"
    case meta
    case tiktok
    case microsoft = "microsoft_ads"
}

/// What a column says about its row.
public enum ColumnRole: String, CaseIterable, Sendable {
    /// Nothing that is read.
    case ignored
    /// The day, or the time, of the row.
    case date
    case geo, country, currency
    // What visitors did.
    case eventID = "event_id"
    /// A part of what tells an event from others where there is no id.
    case eventIDPart = "event_id_part"
    case eventKind = "event_kind"
    case eventName = "event_name"
    case visitorID = "visitor_id"
    case userID = "user_id"
    case sessionID = "session_id"
    case url, referrer, source, medium, campaign, term, content
    case clickID = "click_id"
    case orderID = "order_id"
    case channel, value
    // Paths.
    case path, conversions, nulls
    // Advertising.
    case platform
    case campaignID = "campaign_id"
    case adGroup = "ad_group"
    /// Money spent; in a mix model's table, on the channel that the column is named after.
    case spend
    case impressions, clicks, reach
    case conversionValue = "conversion_value"
    // Series.
    /// An outcome, named after the column.
    case kpi
    /// The name of the series whose ``seriesValue`` the row has.
    case seriesName = "series_name"
    case seriesValue = "series_value"
    /// What one unit of the outcome is worth.
    case valuePerUnit = "value_per_unit"
    case population
    /// Exposure that costs nothing, named after the column.
    case organic
    /// What else moves the outcome, named after the column; a number or a word.
    case control
    /// The name of a day.
    case holiday

    /// Whether each column of this role is a series of its own.
    public var isSeries: Bool {
        switch self {
        case .spend, .impressions, .clicks, .reach, .kpi, .valuePerUnit, .population, .organic,
            .control:
            true
        default: false
        }
    }
}
