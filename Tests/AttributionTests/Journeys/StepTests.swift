import Contracts
import Journeys
import Messages
import RPC
import Testing
import Wire

@Suite("Steps of journeys", .timeLimit(.minutes(5)))
struct StepTests {
    private static let paths = """
        path,conversions,value,nulls
        a > b,3,30,1
        b,1,5.5,4
        a > a > c,2,8,0
        a,0,0,7

        """

    @Test("say which channel is best next, with counts and intervals")
    func next() async throws {
        let attribution = try await ServedAttribution()
        let id = try await attribution.importPaths(Self.paths)
        var request = AttributionV1.NextBestChannelRequest()
        request.prefix = ["a"]
        var next = try await attribution.journeys.nextBestChannel(request).message.value()
        #expect(next.channels.map(\.channel) == ["a", "b"])
        #expect(next.channels.map(\.journeys) == [2, 4])
        #expect(next.channels.map(\.conversions) == [2, 3])
        #expect(next.channels.map(\.value) == [8, 30])
        #expect(next.ended?.journeys == 7 && next.ended?.conversionRate?.upper ?? 1 < 0.3)
        let rate = try #require(next.channels[1].conversionRate)
        // By hand: 3 of 4 at 1.644854 standard errors.
        #expect(rate.mean == 0.75 && rate.level == 0.9 && rate.kind == .confidence)
        #expect(abs(rate.lower - 0.356_17) < 5e-5 && abs(rate.upper - 0.942_09) < 5e-5)
        (request.leastJourneys, request.importID) = (3, id)
        next = try await attribution.journeys.nextBestChannel(request).message.value()
        #expect(next.channels.map(\.channel) == ["b"] && next.leftOut == 1 && next.report == nil)
        request.prefix = []
        next = try await attribution.journeys.nextBestChannel(request).message.value()
        #expect(next.channels.map(\.journeys).reduce(0, +) == 18 && next.ended == nil)
        request.prefix = ["nowhere"]
        await #expect { try await attribution.journeys.nextBestChannel(request) } throws: {
            ($0 as? RPCError)?.code == .notFound
        }
        (request.prefix, request.level) = ([], 1)
        await #expect { try await attribution.journeys.nextBestChannel(request) } throws: {
            ($0 as? RPCError)?.code == .invalidArgument
        }
        await attribution.stop()
    }

    @Test("are a tree whose rest is told")
    func tree() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths(Self.paths)
        var request = AttributionV1.GetStepTreeRequest()
        (request.depth, request.links) = (3, 2)
        let tree = try await attribution.journeys.getStepTree(request).message.value()
        let links = tree.links.map { link in
            "\(link.step) \(link.source)>\(link.target)\(link.isRest ? "rest" : "") "
                + "\(link.conversions)/\(link.nulls) \(link.value)"
        }
        #expect(tree.journeys == 18)
        #expect(
            links == [
                "1 >a 5/8 38.0", "1 >b 1/4 5.5", "2 a> 0/7 0.0", "2 b> 1/4 5.5",
                "2 >rest 5/1 38.0", "3 b> 3/1 30.0", "3 a>c 2/0 8.0",
            ]
        )
        request.joinsRepeats = true
        let joined = try await attribution.journeys.getStepTree(request).message.value()
        #expect(joined.links.contains { $0.step == 2 && $0.isRest && $0.conversions == 5 })
        #expect(joined.links.contains { $0.step == 3 && $0.source == "c" && $0.target.isEmpty })
        (request.journeys, request.allowPartial) = (AttributionV1.JourneySelection(), true)
        let none = try await attribution.journeys.getStepTree(request).message.value()
        #expect(none.journeys == 0 && none.links.isEmpty && none.report?.timelines == 0)
        request.depth = 21
        await #expect { try await attribution.journeys.getStepTree(request) } throws: {
            ($0 as? RPCError)?.code == .invalidArgument
        }
        await attribution.stop()
    }
}
