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
            + (currentTime == nil ? ["timelines have not been made yet: persons are missing"] : [])
            + (isBehind ? ["timelines are being made anew: ask again when they are"] : [])
    }
}
