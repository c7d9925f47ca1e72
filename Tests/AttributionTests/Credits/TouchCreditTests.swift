import Attribution
import Contracts
import Journeys
import Messages
import RPC
import Testing
import Wire

@Suite("Credit of touches, one by one", .timeLimit(.minutes(5)))
struct TouchCreditTests {
    private static let persons = StoredPersons.random(seed: 21, count: 150)
    private static var selection: JourneySelection {
        let (start, day) = (StoredPersons.start, JourneySelection.day)
        var selection = JourneySelection(
            range: start + 5 * day..<start + 60 * day,
            asOf: start + 70 * day
        )
        (selection.clickWindow, selection.viewWindow) = (14 * day, 10 * day)
        selection.closing = 14 * day
        return selection
    }

    /// All parts of a stream, as one.
    private static func stream(
        _ attribution: ServedAttribution,
        _ model: String,
        _ change: (inout AttributionV1.StreamTouchCreditRequest) -> Void = { _ in }
    ) async throws -> AttributionV1.TouchCreditPart {
        var request = AttributionV1.StreamTouchCreditRequest()
        request.model = AttributionV1.ModelChoice()
        request.model?.name = model
        request.journeys = AttributionV1.JourneySelection(selection)
        change(&request)
        let stream = try await attribution.credits.streamTouchCredit(request)
        var all = AttributionV1.TouchCreditPart()
        while let message = try await stream.next() {
            let part = message.value()
            #expect((part.run == nil) == (all.run != nil), "the first message alone has the run")
            #expect(part.run == nil || part.journeys.isEmpty)
            if let run = part.run { all.run = run }
            all.journeys += part.journeys
        }
        return all
    }

    /// What every model keeps to.
    private static func check(
        _ all: AttributionV1.TouchCreditPart,
        _ slow: SlowCredit,
        _ model: String
    ) throws {
        #expect(all.journeys.count == slow.journeys.count && slow.journeys.count > 50)
        let run = try #require(all.run)
        let result = try #require(run.models.first)
        let booked = try #require(result.booked)
        var sums: [String: (conversions: Double, cents: Int64)] = [:]
        for (journey, expected) in zip(all.journeys, slow.journeys) {
            #expect(journey.person == expected.person && journey.time?.micros == expected.time)
            #expect(journey.eventID == expected.event && !journey.kind.isEmpty)
            #expect(SlowCredit.cents(journey.value) == expected.units)
            #expect(journey.touches.map(\.channel) == expected.channels, "\(model)")
            #expect(journey.touches.map { $0.time?.micros } == expected.touches.map(\.time))
            #expect(
                journey.touches.map(\.campaign)
                    == expected.touches.map { StoredPersons.campaigns[$0.place] ?? "" }
            )
            let cents = journey.touches.map { SlowCredit.cents($0.value) }
            #expect(cents.reduce(0, +) == expected.units, "to the cent")
            #expect(abs(journey.touches.reduce(0) { $0 + $1.share } - 1) < 1e-12)
            for touch in journey.touches {
                let sum = sums[touch.channel] ?? (0, 0)
                sums[touch.channel] = (
                    sum.conversions + touch.share, sum.cents + SlowCredit.cents(touch.value)
                )
            }
        }
        #expect(SlowCredit.cents(booked.value) == slow.journeys.reduce(0) { $0 + $1.units })
        #expect(booked.currency == "EUR" && booked.days.isEmpty && booked.timeZone.isEmpty)
        #expect(booked.channels.map(\.channel) == result.channels.map(\.channel))
        for (channel, credit) in zip(booked.channels, result.channels) {
            let sum = sums[channel.channel] ?? (0, 0)
            #expect(abs(channel.conversions - sum.conversions) < 1e-9)
            #expect(SlowCredit.cents(channel.value) == sum.cents, "\(model): \(channel)")
            #expect(
                abs(channel.conversionsDifference - sum.conversions + credit.conversions) < 1e-9
            )
            let value = Double(sum.cents) / 100
            #expect(abs(channel.valueDifference - value + credit.value) < 1e-7)
        }
    }

    @Test("by rules is the model's own", arguments: [false, true])
    func rules(isTimed: Bool) async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        let slow = SlowCredit(Self.persons, Self.selection)
        let models =
            isTimed
            ? ["hazard", "time_decay"] : ["first", "linear", "data_driven", "shapley_ordered"]
        for model in models {
            let all = try await Self.stream(attribution, model)
            try Self.check(all, slow, model)
            let booked = try #require(all.run?.models.first?.booked)
            #expect(booked.source == .model)
            // What is rounded is less than a cent for each touch.
            let touches = Double(slow.journeys.reduce(0) { $0 + $1.touches.count })
            for channel in booked.channels {
                #expect(abs(channel.conversionsDifference) < 1e-9)
                #expect(abs(channel.valueDifference) < touches / 100)
            }
        }
        if !isTimed {
            let linear = try await Self.stream(attribution, "linear")
            for (journey, expected) in zip(linear.journeys, slow.journeys) {
                let shares = expected.touches.map { _ in 1 / Double(expected.touches.count) }
                #expect(
                    journey.touches.map { SlowCredit.cents($0.value) }
                        == SlowCredit.divide(expected.units, shares)
                )
            }
        }
        await attribution.stop()
    }

    @Test("by models of all journeys is in proportion to the credit of channels")
    func normalised() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        let slow = SlowCredit(Self.persons, Self.selection)
        for model in ["markov", "markov_auto", "shapley"] {
            let all = try await Self.stream(attribution, model)
            try Self.check(all, slow, model)
            let result = try #require(all.run?.models.first)
            #expect(result.booked?.source == .journeyNormalised)
            let plain = try await attribution.run(model) { request in
                request.journeys = AttributionV1.JourneySelection(Self.selection)
                request.replicates = 0
            }
            #expect(all.run?.fingerprint == plain.fingerprint && all.run?.report == plain.report)
            #expect(plain.models.first?.channels == result.channels)
            let credit = Dictionary(
                uniqueKeysWithValues: result.channels.map { ($0.channel, $0) }
            )
            for (journey, expected) in zip(all.journeys, slow.journeys) {
                let shares = SlowCredit.normalised(
                    expected.channels,
                    credit.mapValues(\.conversions)
                )
                for (touch, share) in zip(journey.touches, shares) {
                    #expect(abs(touch.share - share) < 1e-12)
                }
                let values = SlowCredit.normalised(expected.channels, credit.mapValues(\.value))
                #expect(
                    journey.touches.map { SlowCredit.cents($0.value) }
                        == SlowCredit.divide(expected.units, values)
                )
            }
        }
        await attribution.stop()
    }

    @Test("is refused where there is nothing, or no model is named")
    func refused() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(.random(seed: 1, count: 5))
        try await attribution.refusal(.invalidArgument, "model") {
            _ = try await Self.stream(attribution, "")
        }
        try await attribution.refusal(.invalidArgument, "there is no 'best'") {
            _ = try await Self.stream(attribution, "best")
        }
        try await attribution.refusal(.failedPrecondition, "nothing to credit") {
            _ = try await Self.stream(attribution, "linear") { $0.journeys?.kinds = ["absent"] }
        }
        await attribution.stop()
    }

    @Test("leaves runs their slots, however slowly it is read")
    func slow() async throws {
        let attribution = try await ServedAttribution()
        // More than callers are sent before they read.
        try await attribution.store(.random(seed: 8, count: 1_500))
        var request = AttributionV1.StreamTouchCreditRequest()
        request.model = AttributionV1.ModelChoice()
        request.model?.name = "linear"
        var unread: [AnswerStream<AttributionV1.TouchCreditPart.View>] = []
        for _ in 0..<2 {
            let stream = try await attribution.credits.streamTouchCredit(request)
            #expect(try await stream.next()?.value().run != nil)
            unread.append(stream)
        }
        let run = try await attribution.run("linear") { request in
            request.journeys = AttributionV1.JourneySelection()
            request.replicates = 0
        }
        #expect(run.conversions > 500)
        try await attribution.refusal(.resourceExhausted, "streams of the credit of touches") {
            _ = try await Self.stream(attribution, "linear")
        }
        for stream in unread { while try await stream.next() != nil {} }
        #expect(try await Self.stream(attribution, "linear").journeys.count > 50)
        await attribution.stop()
    }

    @Test("is of the touches that transforms leave, each on its own day")
    func transformed() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        let slow = SlowCredit(Self.persons, Self.selection)
        func transform(
            _ kind: AttributionV1.PathTransform.Kind,
            _ channel: String = "",
            _ most: Int32 = 0
        ) -> AttributionV1.PathTransform {
            var transform = AttributionV1.PathTransform()
            (transform.kind, transform.channel, transform.most) = (kind, channel, most)
            return transform
        }
        for isTimed in [false, true] {
            let all = try await Self.stream(attribution, isTimed ? "time_decay" : "linear") {
                $0.transforms = [transform(.remove, "direct"), transform(.first)]
            }
            #expect(all.journeys.count == slow.journeys.count)
            for (journey, expected) in zip(all.journeys, slow.journeys) {
                let others = expected.touches.filter { StoredPersons.labels[$0.place] != "direct" }
                var seen: Set<String> = []
                let left = (others.isEmpty ? expected.touches : others).filter {
                    seen.insert(StoredPersons.labels[$0.place] ?? "").inserted
                }
                #expect(journey.touches.map { $0.time?.micros } == left.map(\.time))
                #expect(
                    journey.touches.map(\.campaign)
                        == left.map { StoredPersons.campaigns[$0.place] ?? "" }
                )
                let cents = journey.touches.map { SlowCredit.cents($0.value) }
                #expect(cents.reduce(0, +) == expected.units)
                if !isTimed {
                    let share = 1 / Double(left.count)
                    #expect(journey.touches.allSatisfy { abs($0.share - share) < 1e-12 })
                }
            }
        }
        try await attribution.refusal(.invalidArgument, "expected no KIND_FREQUENCY") {
            _ = try await Self.stream(attribution, "linear") {
                $0.transforms = [transform(.frequency)]
            }
        }
        await attribution.stop()
    }
}
