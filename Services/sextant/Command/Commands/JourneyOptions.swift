internal import Messages
internal import Postgres
internal import Wire

/// The options that say which journeys of stored timelines are looked at.
struct JourneyOptions {
    private let context: CommandContext

    init(_ context: CommandContext) { self.context = context }

    /// The options, for commands that look at journeys.
    static let options = [
        Option(
            name: "--from",
            value: "DAY",
            meaning: "The first day, by the tenant's clocks; all by default."
        ),
        Option(name: "--to", value: "DAY", meaning: "The last day."),
        Option(
            name: "--kind",
            value: "KIND",
            isRepeated: true,
            meaning: "A kind of conversion that counts; all by default."
        ),
        Option(
            name: "--window",
            value: "DAYS",
            meaning: "How long before a conversion clicks and sessions count; 30, 0 for ever."
        ),
        Option(
            name: "--view-window",
            value: "DAYS",
            meaning: "How long impressions count; 7, 0 for ever."
        ),
        Option(
            name: "--closing",
            value: "DAYS",
            meaning: "After how long a journey has come to nothing; as --window."
        ),
        Option(name: "--net", meaning: "Values without what was paid back."),
        Option(name: "--profit", meaning: "What of that is profit, by the margins of kinds."),
        Option(
            name: "--lifetime",
            value: "DAYS",
            meaning: "What new customers are worth within so many days; with --customers new."
        ),
        Option(name: "--customers", value: "new|returning", meaning: "Whose journeys; all."),
    ]

    /// What touches are called, for commands that look at paths.
    static let grain = Option(
        name: "--grain",
        value: "channel|campaign|source_medium|partner|ad",
        meaning: "What touches are called; channel."
    )

    private static let windows = 0...730

    /// The selection.
    ///
    /// - Throws: ``CommandFailure`` for what is no day, no number or no known word.
    func selection() throws(CommandFailure) -> AttributionV1.JourneySelection {
        let arguments = context.arguments
        var selection = AttributionV1.JourneySelection()
        selection.firstDay = try day("--from")
        selection.lastDay = try day("--to")
        selection.kinds = arguments.all("--kind")
        selection.clickWindowDays = try arguments.number("--window", in: Self.windows)
            .map { Int32($0) }
        selection.viewWindowDays = try arguments.number("--view-window", in: Self.windows)
            .map { Int32($0) }
        selection.closingDays = Int32(try arguments.number("--closing", in: Self.windows) ?? 0)
        (selection.valueMode, selection.lifetimeDays) = try value()
        selection.customers =
            try word("--customers", ["new": .new, "returning": .returning]) ?? .unspecified
        selection.grain =
            try word(
                "--grain",
                [
                    "channel": .channel, "campaign": .campaign, "source_medium": .sourceMedium,
                    "partner": .partner, "ad": .ad,
                ]
            ) ?? .unspecified
        return selection
    }

    private func value() throws(CommandFailure) -> (
        AttributionV1.JourneySelection.ValueMode, lifetimeDays: Int32
    ) {
        let arguments = context.arguments
        let modes: [(String, AttributionV1.JourneySelection.ValueMode)] = [
            ("--net", .net), ("--profit", .profit), ("--lifetime", .lifetime),
        ]
        let given = modes.filter { arguments.has($0.0) }
        guard given.count < 2 else {
            throw .usage("\(given[0].0) and \(given[1].0) are different values: give one")
        }
        let days = try arguments.number("--lifetime", in: 1...730)
        return (given.first?.1 ?? .unspecified, Int32(days ?? 0))
    }

    /// Which of the options are given.
    var given: [String] {
        (Self.options + [Self.grain]).map(\.name).filter { context.arguments.has($0) }
    }

    private func word<Value>(
        _ option: String,
        _ words: [String: Value]
    ) throws(CommandFailure) -> Value? {
        guard let text = context.arguments.value(option) else { return nil }
        guard let value = words[text] else {
            let known = words.keys.sorted().joined(separator: ", ")
            throw .usage("\(option) is \(text): expected one of \(known)")
        }
        return value
    }

    private func day(_ option: String) throws(CommandFailure) -> String {
        guard let text = context.arguments.value(option) else { return "" }
        guard PostgresDate(text: text) != nil else {
            throw .usage("\(option) is \(text): expected a day, as 2026-01-31")
        }
        return text
    }
}
