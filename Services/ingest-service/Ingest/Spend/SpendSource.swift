internal import Postgres
internal import Taxonomy

/// What rows of spend say of themselves beside day, place and currency.
struct SpendSource: Hashable, Sendable {
    let id: PostgresUUID
    let clues: SpendClues
    /// The channel that they name themselves.
    let channel: Int32?

    init(_ clues: SpendClues, _ channel: Int32?) {
        self.clues = clues
        self.channel = channel
        id = SeriesKey.digest(Self.parts(clues, channel))
    }

    /// The texts that tell it from others.
    var parts: [String] { Self.parts(clues, channel) }

    private static func parts(_ clues: SpendClues, _ channel: Int32?) -> [String] {
        [
            clues.platform, clues.account, clues.campaign, clues.adGroup, clues.column,
            channel.map { "\($0)" } ?? "",
        ]
    }
}

/// Says which channel spend belongs to, by one version of a tenant's mapping.
struct SpendMapper: Sendable {
    let version: Int64
    private let rules: RuleSet
    private let numbers: [String: Int32]

    /// A mapper.
    ///
    /// - Parameters:
    ///   - version: which.
    ///   - rules: the rules.
    ///   - numbers: the numbers of the channels that they name, by slug.
    init(version: Int64, _ rules: RuleSet, numbers: [String: Int32]) {
        self.version = version
        self.rules = rules
        self.numbers = numbers
    }

    /// The number of the channel that spend belongs to; nil if no rule matches.
    func channel(of clues: SpendClues) -> Int32? {
        rules.match(clues).flatMap { numbers[$0.channel.description] }
    }
}
