internal import Contracts
internal import Messages
internal import RPC
internal import Telemetry
internal import Wire

// The command on credit of single touches.
extension Subcommand {
    static let attributionTouches = Subcommand(
        name: "attribution touches",
        words: "MODEL",
        wordCount: 1...1,
        summary: "Tells what a model gives to each touch of journeys with a conversion, as CSV.",
        details: "Values of a journey add up to its value, to the minor unit of the currency.",
        options: [AttributionOptions.ofSeed, AttributionOptions.ofPartial]
            + JourneyOptions.options + [JourneyOptions.grain] + GatewayCall.options
    ) { context in
        var request = AttributionV1.StreamTouchCreditRequest()
        request.model = AttributionV1.ModelChoice()
        request.model?.name = context.word(0) ?? ""
        request.journeys = try JourneyOptions(context).selection()
        request.seed = try AttributionOptions.seed(context)
        request.allowPartial = context.arguments.has(AttributionOptions.ofPartial.name)
        let gateway = GatewayCall(context)
        try await gateway.with { connection, _ in
            let parts = try await AttributionV1.Credits.Client(connection)
                .streamTouchCredit(request, options: try gateway.options(within: nil))
            while let message = try await parts.next() {
                let part = message.value()
                for note in part.run?.touchNotes ?? [] { context.terminal.note(note) }
                context.terminal.print(
                    answer: try part.json(),
                    orElse: TextTable.csv(
                        part.run == nil ? part.journeys.flatMap(\.lines) : [Self.touchHead]
                    )
                )
            }
        }
    }

    private static let touchHead = [
        "person", "conversion_time", "kind", "event_id", "conversion_value", "touch_time",
        "channel", "campaign", "share", "value",
    ]
}

extension AttributionV1.ModelRun {
    /// What is to be known of credit of touches.
    fileprivate var touchNotes: [String] {
        let booked = models.first?.booked
        let isNormalised = booked?.source == .journeyNormalised
        return (report?.notes ?? [])
            + (isNormalised
                ? ["journey_normalised: sums over touches are not the model's credit of channels"]
                : [])
            + (booked.map { ["\(conversions) conversions, \($0.value) \($0.currency)"] } ?? [])
    }
}

extension AttributionV1.TouchCreditPart.Journey {
    /// A line for each touch.
    fileprivate var lines: [[String]] {
        touches.map { touch in
            [
                person, Self.text(time), kind, eventID, value, Self.text(touch.time),
                touch.channel, touch.campaign, "\(touch.share)", touch.value,
            ]
        }
    }

    private static func text(_ time: GoogleProtobuf.Timestamp?) -> String {
        time.flatMap { UTCTimestamp($0) }.map { "\($0)" } ?? ""
    }
}
