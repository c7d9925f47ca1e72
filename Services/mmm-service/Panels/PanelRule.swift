/// The rules that files, roles and panels are held to.
public enum PanelRule: String, CaseIterable, Sendable {
    // Of a file.

    /// A file has a header and rows.
    case empty
    /// A file has so many bytes, cells and columns, and no more.
    case tooLarge = "too_large"
    /// A file is text.
    case notText = "not_text"
    /// A text is UTF-8.
    case notUTF8 = "not_utf8"
    /// A quotation mark that is opened is closed, and closes its cell.
    case strayQuote = "stray_quote"
    /// A row has as many cells as the header.
    case wrongCells = "wrong_cells"
    /// A header has no name twice.
    case doubledHeader = "doubled_header"

    // Of roles.

    /// A role names a column that there is.
    case unknownColumn = "unknown_column"
    /// What a panel cannot be without has a column.
    case missingRole = "missing_role"
    /// What a panel has once has one column.
    case doubledRole = "doubled_role"
    /// A channel has its spend, and reach and frequency go together.
    case halfChannel = "half_channel"
    /// A column of which nothing is known is left out.
    case unusedColumn = "unused_column"

    // Of a cell.

    /// A cell that must be filled is filled.
    case required
    /// A number can be read, in one way.
    case number
    /// A number is finite, and of a size that is believed.
    case numberTooLarge = "number_too_large"
    /// A day can be read.
    case day
    /// A day can be read in one way.
    case ambiguousDay = "ambiguous_day"
    /// A number of people is above zero.
    case population
    /// A column of events has few different words.
    case manyEvents = "many_events"

    // Of rows.

    /// A geo and period have one row.
    case duplicateRow = "duplicate_row"
    /// Periods are days or weeks.
    case periodLength = "period_length"
    /// Weeks begin on one day of the week.
    case offGrid = "off_grid"
    /// Days and geos fill the table that they span.
    case sparse
    /// Weeks at the ends have all of their days.
    case incompleteWeek = "incomplete_week"

    // Of a panel.

    /// The parts of a panel fit each other.
    case shape
    /// There is at least one channel.
    case noChannel = "no_channel"
    /// No period is missing.
    case gap
    /// A geo has all periods.
    case missingCells = "missing_cells"
    /// Geos begin and end together.
    case differentRanges = "different_ranges"
    /// A number that the model needs is there.
    case missingValue = "missing_value"
    /// Spend, exposure, reach and frequency are not below zero.
    case negativeMedia = "negative_media"

    // Of an outcome.

    /// The outcome is not zero throughout.
    case outcomeZero = "outcome_zero"
    /// The outcome varies.
    case outcomeConstant = "outcome_constant"
    /// The outcome is not below zero.
    case outcomeNegative = "outcome_negative"
    /// The outcome is above zero more often than not.
    case outcomeSparse = "outcome_sparse"
    /// The outcome has no periods unlike all others.
    case outcomeOutlier = "outcome_outlier"
    /// An outcome that is no money has a value, where return is asked for.
    case outcomeValue = "outcome_value"

    // Of media and other columns.

    /// A channel is spent on.
    case neverSpent = "never_spent"
    /// A channel varies.
    case channelConstant = "channel_constant"
    /// Who is reached costs something.
    case exposureWithoutSpend = "exposure_without_spend"
    /// What is spent reaches someone.
    case spendWithoutExposure = "spend_without_exposure"
    /// Spend is spread over periods.
    case spendConcentrated = "spend_concentrated"
    /// A channel has a share of spend that can be seen.
    case spendTiny = "spend_tiny"
    /// What a unit costs changes slowly.
    case costJump = "cost_jump"
    /// People who are reached are reached at least once, and are no more than there are.
    case reachImpossible = "reach_impossible"
    /// A control, treatment or organic medium varies.
    case columnConstant = "column_constant"

    // Of columns together.

    /// No two channels move together.
    case channelsTogether = "channels_together"
    /// No channel moves with a control, a treatment or an organic medium.
    case channelWithControl = "channel_with_control"
    /// No channel moves with time.
    case channelWithTrend = "channel_with_trend"
    /// No channel can be told from all others taken together.
    case variance
    /// No few columns add up to nothing.
    case condition

    // Of geos, and of the whole.

    /// Geos have populations.
    case geoPopulation = "geo_population"
    /// The outcome is larger where more people live.
    case populationMismatch = "population_mismatch"
    /// There are periods enough at all.
    case tooFewPeriods = "too_few_periods"
    /// There are periods enough for what is to be learnt of them.
    case fewPerParameter = "few_per_parameter"

    // Of what others say.

    /// Nothing breaks a rule of data quality.
    case dataQuality = "data_quality"
    /// Journeys are made of all events.
    case journeysBehind = "journeys_behind"

    // Of outcomes that are modelled together.

    /// All have rows of the same days.
    case otherDays = "other_days"

    /// The rules that no file and no panel can be held to alone: other services know of them, or
    /// other panels.
    public static let heard: Set<PanelRule> = [.dataQuality, .journeysBehind, .otherDays]
}
