internal import Messages

/// The options that say which paths are looked at.
enum AttributionOptions {
    static let ofImport = Option(
        name: "--import",
        value: "ID",
        meaning: "The import whose paths are looked at; all of them by default."
    )
    static let ofJourneys = Option(
        name: "--journeys",
        meaning: "Journeys of persons are looked at, instead of imported paths."
    )

    static let ofSeed = Option(
        name: "--seed",
        value: "NUMBER",
        meaning: "What draws come from; 0."
    )
    static let ofPartial = Option(
        name: "--allow-partial",
        meaning: "Journeys also while timelines are made for the first time."
    )

    /// How models are run.
    static let ofModels = [
        Option(
            name: "--replicates",
            value: "COUNT",
            meaning: "How often journeys are drawn again for intervals; 200, 0 for none."
        ),
        ofSeed, ofPartial,
    ]

    private static let replicates = 0...1_000

    /// Models, and how they are run.
    ///
    /// - Parameters:
    ///   - names: what they are called.
    ///   - context: the other options.
    /// - Returns: a request that does not say over what.
    /// - Throws: ``CommandFailure`` for what is no number.
    static func models(
        _ names: [String],
        _ context: CommandContext
    ) throws(CommandFailure) -> AttributionV1.RunModelsRequest {
        var request = AttributionV1.RunModelsRequest()
        request.models = choices(names)
        request.seed = try seed(context)
        request.replicates = try context.arguments.number("--replicates", in: replicates)
            .map { Int32($0) }
        request.allowPartial = context.arguments.has("--allow-partial")
        return request
    }

    /// What draws come from; 0 if the options do not say.
    static func seed(_ context: CommandContext) throws(CommandFailure) -> UInt64 {
        guard let text = context.arguments.value("--seed") else { return 0 }
        guard let seed = UInt64(text) else {
            throw .usage("--seed is \(text): expected a whole number from 0")
        }
        return seed
    }

    /// Models with their usual numbers.
    static func choices(_ names: [String]) -> [AttributionV1.ModelChoice] {
        names.map { name in
            var choice = AttributionV1.ModelChoice()
            choice.name = name
            return choice
        }
    }

    /// Which journeys are looked at; nil for imports.
    ///
    /// - Throws: ``CommandFailure`` for options that are wrong, or need `--journeys`.
    static func journeys(
        _ context: CommandContext
    ) throws(CommandFailure) -> AttributionV1.JourneySelection? {
        let options = JourneyOptions(context)
        if context.arguments.has("--journeys") { return try options.selection() }
        if let option = options.given.first {
            throw .usage("\(option) is about journeys of persons: give --journeys too")
        }
        return nil
    }
}

extension AttributionV1.JourneyReport {
    /// What of the journeys is not in the paths.
    var notes: [String] {
        let counts = [
            (unattributed, "conversions have no touch"), (open, "journeys are open"),
            (shortened, "journeys have more than 10,000 touches: the last are looked at"),
            (censored, "conversions are too young: their customers' days are not over"),
            (tooLarge, "persons have too many events to be looked at"),
        ]
        return counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            + unconverted.map { "\($0.conversions) conversions in \($0.currency) have no rate" }
            + withoutMargin.map {
                "\($0.conversions) conversions of kind \($0.kind) have no margin"
            }
            + unmatchedRefunds.map { refunds in
                "\(refunds.refunds) refunds "
                    + (refunds.currency.isEmpty
                        ? "without a value" : "of \(refunds.value) \(refunds.currency)")
                    + refunds.words
            }
            + overusedOrders.map { "'\($0)' is no order id: more than 1,000 events have it" }
            + (currentTime == nil ? ["timelines have not been made yet: persons are missing"] : [])
            + (isBehind ? ["timelines are being made anew: ask again when they are"] : [])
    }
}

extension AttributionV1.JourneyReport.UnmatchedRefunds {
    /// Why they pay back nothing.
    fileprivate var words: String {
        switch problem {
        case .excess: " are more than was left of their conversions"
        case .unreadable: " cannot be read"
        case .noRate: " have no rate to the currency of their conversions"
        default: " meet no conversion"
        }
    }
}
