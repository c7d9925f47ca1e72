/// What a column of a table is to a mix model.
public enum PanelRole: Hashable, Sendable {
    /// The day on which a row's period starts.
    case day
    /// The place a row is of.
    case geo
    /// How many people live in the place.
    case population
    /// What is explained, and whether it is money.
    case outcome(isMoney: Bool)
    /// What one unit of an outcome that is no money earns.
    case valuePerOutcome
    /// What a channel cost.
    case spend(channel: String)
    /// How often a channel was shown or clicked.
    case exposure(channel: String)
    /// How many people saw a channel.
    case reach(channel: String)
    /// How often each of them did.
    case frequency(channel: String)
    /// A medium that costs nothing.
    case organic
    /// What is done and is no medium.
    case treatment
    /// What else moves the outcome.
    case control
    /// Words, each of which is an event: a control of its own that is 1 where it stands.
    case events
    /// Nothing.
    case ignored

    /// The words that name roles, as ``init(word:column:)`` takes them.
    public static let words = [
        "date", "geo", "population", "outcome", "revenue", "value", "spend", "exposure", "reach",
        "frequency", "organic", "treatment", "control", "events", "ignore",
    ]

    /// Reads a role that someone names; nil for another word.
    ///
    /// - Parameters:
    ///   - word: one of ``words``; `revenue` is an outcome that is money. Roles of channels may
    ///     name theirs, as `spend:tv`.
    ///   - column: what the column is called, which a channel that is not named is called after.
    public init?(word: String, column: String) {
        let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
        let name = parts.count == 2 ? parts[1] : ColumnName(column).channel
        let isPlain = parts.count == 1
        switch parts.first ?? "" {
        case "date" where isPlain: self = .day
        case "geo" where isPlain: self = .geo
        case "population" where isPlain: self = .population
        case "outcome" where isPlain: self = .outcome(isMoney: false)
        case "revenue" where isPlain: self = .outcome(isMoney: true)
        case "value" where isPlain: self = .valuePerOutcome
        case "spend": self = .spend(channel: name)
        case "exposure": self = .exposure(channel: name)
        case "reach": self = .reach(channel: name)
        case "frequency": self = .frequency(channel: name)
        case "organic" where isPlain: self = .organic
        case "treatment" where isPlain: self = .treatment
        case "control" where isPlain: self = .control
        case "events" where isPlain: self = .events
        case "ignore" where isPlain: self = .ignored
        default: return nil
        }
    }

    /// The role in a word, with the channel if it is of one.
    public var word: String {
        switch self {
        case .day: "date"
        case .geo: "geo"
        case .population: "population"
        case .outcome(let isMoney): isMoney ? "revenue" : "outcome"
        case .valuePerOutcome: "value"
        case .spend(let channel): "spend:" + channel
        case .exposure(let channel): "exposure:" + channel
        case .reach(let channel): "reach:" + channel
        case .frequency(let channel): "frequency:" + channel
        case .organic: "organic"
        case .treatment: "treatment"
        case .control: "control"
        case .events: "events"
        case .ignored: "ignore"
        }
    }

    /// Whether its column is of numbers.
    var isNumeric: Bool {
        switch self {
        case .day, .geo, .events, .ignored: false
        default: true
        }
    }
}
