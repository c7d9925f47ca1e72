internal import Contracts
internal import Messages
internal import RPC
internal import Telemetry
internal import Wire

// Commands on journeys of persons.
extension Subcommand {
    static let journeys = [attributionJourneys]

    private static let attributionJourneys = Subcommand(
        name: "attribution journeys",
        summary: "Lists journeys of persons, the latest first, or all that is known of a person.",
        options: [
            Option(
                name: "--person",
                value: "ID",
                meaning: "Any id of one person, as u:42 of a user or a:7f of a visitor."
            ), Option(name: "--channel", value: "SLUG", meaning: "A channel that they have."),
            Option(
                name: "--end",
                value: "converted|unattributed|null|open",
                meaning: "What they came to; anything by default."
            ), Option(name: "--count", value: "COUNT", meaning: "How many are listed; 20."),
            Option(name: "--csv", meaning: "A line for each journey."),
        ] + JourneyOptions.options + GatewayCall.options
    ) { context in
        if let person = context.arguments.value("--person") {
            try await tell(person, context)
        } else {
            try await list(context)
        }
    }

    private static func list(_ context: CommandContext) async throws {
        var request = AttributionV1.ListJourneysRequest()
        request.journeys = try JourneyOptions(context).selection()
        request.channel = context.arguments.value("--channel") ?? ""
        request.end = try end(context)
        let count = try context.arguments.number("--count", in: 1...100_000) ?? 20
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            var all = AttributionV1.ListJourneysResponse()
            repeat {
                request.pageSize = Int32(min(1_000, count - all.journeys.count))
                request.pageToken = all.nextPageToken
                let page = try await AttributionV1.Journeys.Client(connection)
                    .listJourneys(request, options: try gateway.options()).message.value()
                all.journeys += page.journeys
                all.nextPageToken = page.nextPageToken
            } while all.journeys.count < count && !all.nextPageToken.isEmpty
            return all
        }
        let rows = answer.journeys.map(\.cells)
        let head = ["time", "person", "end", "value", "touches", "path"]
        context.terminal.print(
            answer: try answer.json(),
            orElse: context.arguments.has("--csv")
                ? TextTable.csv([head] + rows)
                : TextTable.text([head] + rows)
        )
    }

    private static func end(_ context: CommandContext) throws -> AttributionV1.JourneyEnd {
        guard let text = context.arguments.value("--end") else { return .unspecified }
        let ends: [String: AttributionV1.JourneyEnd] = [
            "converted": .converted, "unattributed": .unattributed, "null": .null, "open": .open,
        ]
        guard let end = ends[text] else {
            throw CommandFailure.usage(
                "--end is \(text): expected converted, unattributed, null or open"
            )
        }
        return end
    }

    private static func tell(_ person: String, _ context: CommandContext) async throws {
        for option in ["--channel", "--end", "--count"] where context.arguments.has(option) {
            throw CommandFailure.usage("\(option) is for lists: leave it out with --person")
        }
        var request = AttributionV1.GetTimelineRequest()
        request.id = person
        request.journeys = try JourneyOptions(context).selection()
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await AttributionV1.Journeys.Client(connection)
                .getTimeline(request, options: try gateway.options()).message.value()
        }
        let models = answer.journeys.first { !$0.credits.isEmpty }?.credits.map(\.model) ?? []
        let head = ["journey", "time", "event", "of", "campaign"] + models
        let rows = answer.journeys.enumerated().flatMap { $1.lines($0 + 1, models.count) }
        if answer.isTruncated { context.terminal.note("there is more than is told") }
        context.terminal.print(
            answer: try answer.json(),
            orElse: context.arguments.has("--csv")
                ? TextTable.csv([head] + rows)
                : "\(answer.person): \(answer.ids.joined(separator: " "))\n\n"
                    + TextTable.text([head] + rows)
        )
    }
}

extension AttributionV1.Journey {
    /// A line of a list.
    fileprivate var cells: [String] {
        let earlier = Int(touchCount) > touches.count ? "… > " : ""
        let value = conversion.map { "\($0.value) \($0.currency)" } ?? ""
        return [
            Self.text(time), person, Self.word(end), value == " " ? "" : value, "\(touchCount)",
            earlier + touches.map(\.channel).joined(separator: " > "),
        ]
    }

    /// A line for each touch, with what models give it, and one for the end.
    fileprivate func lines(_ number: Int, _ models: Int) -> [[String]] {
        let touched = touches.enumerated()
            .map { place, touch in
                let credit = credits.map { credit in
                    credit.values.isEmpty
                        ? Self.share(credit.shares[place]) : credit.values[place]
                }
                let none = Array(repeating: "", count: models - credit.count)
                return [
                    "\(number)", Self.text(touch.time), "\(Self.word(touch.kind))", touch.channel,
                    touch.campaign,
                ] + credit + none
            }
        let value = conversion.map { "\($0.kind) \($0.value) \($0.currency)" } ?? ""
        let last = ["\(number)", Self.text(time), Self.word(end), value, ""]
        return touched + [last + Array(repeating: "", count: models)]
    }

    private static func share(_ share: Double) -> String {
        let percent = Int((share * 100).rounded())
        return "\(percent) %"
    }

    private static func text(_ time: GoogleProtobuf.Timestamp?) -> String {
        time.flatMap { UTCTimestamp($0) }.map { "\($0)" } ?? ""
    }

    private static func word(_ end: AttributionV1.JourneyEnd) -> String {
        switch end {
        case .converted: "converted"
        case .unattributed: "unattributed"
        case .null: "null"
        case .open: "open"
        default: ""
        }
    }

    private static func word(_ kind: AttributionV1.StoredTimeline.TouchKind) -> String {
        switch kind {
        case .session: "session"
        case .direct: "direct"
        case .click: "click"
        case .impression: "impression"
        case .message: "message"
        default: ""
        }
    }
}
