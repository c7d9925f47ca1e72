import MediaMix
import Messages
import Numerics
import Panels
import RPC
import Testing
import Wire

@testable import MixModel

@Suite("What is said of mix models", .timeLimit(.minutes(5)))
struct ConfigurationTests {
    /// What a message says; nil if it is refused.
    private func read(
        _ change: (inout MixModelV1.MixConfiguration) -> Void
    ) throws -> MixConfiguration {
        var message = MixModelV1.MixConfiguration()
        change(&message)
        var violations = FieldViolations()
        let configuration = violations.checked(message)
        try violations.finish("no")
        return configuration
    }

    private func holiday(_ date: String, _ name: String) -> MixModelV1.Holiday {
        var holiday = MixModelV1.Holiday()
        (holiday.date, holiday.name) = (date, name)
        return holiday
    }

    private func variation(
        _ knots: Int32,
        isShared: Bool = false
    ) -> MixModelV1.MediaVariation {
        var variation = MixModelV1.MediaVariation()
        (variation.knots, variation.shared) = (knots, isShared)
        return variation
    }

    @Test("what is not said is as usual")
    func usual() throws {
        #expect(try read { _ in } == MixConfiguration())
        let said = try read { message in
            (message.channel, message.organic, message.reach) = (.init(), .init(), .init())
            message.mediaVariation = .init()
        }
        #expect(said == MixConfiguration())
    }

    @Test("holidays, effects that come and go, and media of which reach is known")
    func said() throws {
        let configuration = try read { message in
            message.holidays = [
                holiday("2026-12-25", "Christmas"), holiday("2026-04-05", "Easter"),
            ]
            message.reach = .init()
            message.reach?.lags = 4
            message.reach?.effect = .coefficient
            message.mediaVariation = variation(5)
        }
        var wanted = MixConfiguration()
        wanted.holidays = [
            try #require(PanelDay(year: 2026, month: 12, day: 25)).called("Christmas"),
            try #require(PanelDay(year: 2026, month: 4, day: 5)).called("Easter"),
        ]
        wanted.reach.adstock = Adstock(kind: .geometric, lags: 4)
        wanted.reach.effect = .coefficient
        wanted.mediaVariation = .each(5)
        #expect(configuration == wanted)
        #expect(configuration.reach.saturation == .hill)
        let shared = try read { message in
            message.mediaVariation = variation(3, isShared: true)
        }
        #expect(shared.mediaVariation == .shared(3))
    }

    @Test("what makes no sense is refused by its field")
    func refusals() throws {
        func expectRefusal(
            _ field: String,
            _ change: (inout MixModelV1.MixConfiguration) -> Void
        ) {
            let error = #expect(throws: RPCError.self, "\(field)") { _ = try read(change) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains(field) == true, "\(error?.message ?? "")")
        }
        expectRefusal("configuration.holidays[1].date") {
            $0.holidays = [holiday("2026-12-25", "Christmas"), holiday("25.12.2026", "Christmas")]
        }
        for name in ["", "a\0b", String(repeating: "x", count: 201)] {
            expectRefusal("configuration.holidays[0].name") {
                $0.holidays = [holiday("2026-12-25", name)]
            }
        }
        expectRefusal("configuration.holidays") {
            $0.holidays = Array(repeating: holiday("2026-12-25", "Christmas"), count: 2_001)
        }
        expectRefusal("configuration.media_variation.knots") {
            $0.mediaVariation = variation(-1)
        }
        expectRefusal("configuration.reach.lags") {
            $0.reach = .init()
            $0.reach?.lags = 300
        }
    }

    /// Weeks from January 2024 of a channel of which reach and frequency are known, and of another.
    private static let table: String = {
        var random = RandomStream(seed: 5)
        var lines = ["date,revenue,video_spend,video_reach,video_frequency,search_spend"]
        for week in 0..<70 {
            let (reach, frequency) = (1_000 * random.uniform(), 1 + 4 * random.uniform())
            let search = 40 + 60 * random.uniform()
            let revenue = 500 + reach * frequency / 10 + search + 25 * random.normal()
            let day = PanelDay(number: 19_723 + 7 * week)
            lines.append("\(day),\(revenue),\(reach / 9),\(reach),\(frequency),\(search)")
        }
        return lines.joined(separator: "\n") + "\n"
    }()

    @Test("a model has them all, is kept with them, and is trained")
    func trained() async throws {
        let service = try await ServedMixModel()
        let panel = try await service.panel(Self.table)
        let plain = try await service.model(panel)
        let model = try await service.model(panel) { request in
            request.configuration?.holidays = [
                holiday("2024-12-25", "Christmas"), holiday("2025-04-20", "Easter"),
                holiday("1999-01-01", "Past"),
            ]
            request.configuration?.mediaVariation = variation(3)
        }
        // Two holidays, and of each channel a scale and three knots.
        #expect(model.parameters == plain.parameters + 2 + 2 * 4)
        #expect(model.configuration?.holidays.count == 3)
        #expect(model.configurationDigest != plain.configurationDigest)
        let trained = try #require(try await service.train(model).last)
        #expect(trained.state == .completed, "\(trained.problem)")
        let refused = await #expect(throws: RPCError.self) {
            _ = try await service.model(panel) { $0.configuration?.channels["video"] = .init() }
        }
        #expect(refused?.code == .invalidArgument)
        #expect(refused?.message.contains("choose Hill's saturation before the adstock") == true)
        let knots = await #expect(throws: RPCError.self) {
            _ = try await service.model(panel) { $0.configuration?.mediaVariation = variation(71) }
        }
        #expect(knots?.code == .invalidArgument)
        await service.stop()
    }
}

extension PanelDay {
    fileprivate func called(_ name: String) -> PanelHoliday { PanelHoliday(day: self, name: name) }
}
