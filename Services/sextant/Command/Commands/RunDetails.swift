internal import Messages
internal import Wire

/// What of a run of models is told instead of its channels: days, or the steps of chains.
struct RunDetails {
    private let booking: AttributionV1.Booking?
    private let hasMatrix: Bool

    /// How many states of a chain are told.
    private static let states: Int32 = 20

    /// The options, for the command that runs models.
    static let options = [
        Option(
            name: "--by-day",
            meaning: "Credit of each day, to the minor unit; of journeys only."
        ),
        Option(
            name: "--credit-date",
            value: "conversion|touch",
            meaning: "Which day counts for --by-day; that of the conversion."
        ),
        Option(name: "--campaigns", meaning: "With --by-day: for each campaign of a channel too."),
        Option(
            name: "--matrix",
            meaning: "The steps of Markov chains between their \(states) most visited states."
        ),
    ]

    /// What the options ask for.
    ///
    /// - Parameter context: of the command.
    /// - Throws: ``CommandFailure`` for options that do not go together.
    init(_ context: CommandContext) throws(CommandFailure) {
        let arguments = context.arguments
        hasMatrix = arguments.has("--matrix")
        let date = arguments.value("--credit-date")
        guard arguments.has("--by-day") else {
            for option in ["--credit-date", "--campaigns"] where arguments.has(option) {
                throw .usage("\(option) is about credit by day: give --by-day too")
            }
            booking = nil
            return
        }
        guard !hasMatrix else { throw .usage("--matrix and --by-day are two tables: give one") }
        guard ["conversion", "touch", nil].contains(date) else {
            throw .usage("--credit-date is \(date ?? ""): expected conversion or touch")
        }
        var booking = AttributionV1.Booking()
        booking.date = date == "touch" ? .touch : .conversion
        booking.byCampaign = arguments.has("--campaigns")
        self.booking = booking
    }

    /// Has a request ask for it.
    ///
    /// - Parameter request: a run of models.
    func ask(in request: inout AttributionV1.RunModelsRequest) {
        request.booking = booking
        if hasMatrix { request.transitionStates = Self.states }
        // Neither table has intervals.
        if hasMatrix || booking != nil { request.replicates = 0 }
    }

    /// A table with a head.
    ///
    /// - Parameter run: what came of the request.
    /// - Returns: the table; nil if only channels are told.
    func rows(of run: AttributionV1.ModelRun) -> [[String]]? {
        if hasMatrix { return Self.steps(run) }
        guard let booking else { return nil }
        let hasCampaigns = booking.byCampaign
        let head =
            ["model", "day", "channel"] + (hasCampaigns ? ["campaign"] : [])
            + ["conversions", "value"]
        let rows = run.models.flatMap { model in
            (model.booked?.days ?? [])
                .map { row in
                    [model.model, row.day, row.channel] + (hasCampaigns ? [row.campaign] : [])
                        + [Figures.hundredths(row.conversions), row.value]
                }
        }
        return [head] + rows
    }

    private static func steps(_ run: AttributionV1.ModelRun) -> [[String]] {
        let rows = run.models.flatMap { model -> [[String]] in
            guard let matrix = model.transitions else { return [] }
            return matrix.steps.map { step in
                [
                    model.model, matrix.name(step.source, step.sourceState),
                    matrix.name(step.target, step.targetState), "\(step.count)",
                    Figures.hundredths(step.probability * 100) + " %",
                ]
            }
        }
        return [["model", "from", "to", "count", "probability"]] + rows
    }
}

extension AttributionV1.TransitionMatrix {
    /// What a place is called.
    fileprivate func name(_ place: Place, _ state: Int32?) -> String {
        switch place {
        case .start: "(start)"
        case .rest: "(\(restStates) others)"
        case .conversion: "(conversion)"
        case .null: "(null)"
        default:
            state.map { Int($0) }.flatMap { states.indices.contains($0) ? states[$0] : nil }?
                .channels.joined(separator: " > ") ?? ""
        }
    }
}
