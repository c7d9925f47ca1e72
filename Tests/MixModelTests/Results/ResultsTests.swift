import Contracts
import Messages
import RPC
import TestTenants
import Testing
import Wire

@Suite("Results of mix models", .timeLimit(.minutes(5)))
struct ResultsTests {
    /// A model that has completed, with periods held out.
    private func trained(
        _ service: ServedMixModel,
        _ panel: MixModelV1.Panel,
        seed: UInt64 = 1
    ) async throws -> String {
        let model = try await service.model(panel) {
            $0.holdoutPeriods = 10
            $0.sampling = SmallModels.sampling()
            $0.sampling?.seed = seed
        }
        let told = try await service.train(model)
        #expect(told.last?.state == .completed, "\(told.last?.problem ?? "")")
        return model.modelID
    }

    @Test("say what channels did, how sure that is, and whether to rely on it")
    func results() async throws {
        let service = try await ServedMixModel()
        let id = try await trained(service, try await service.panel())
        var request = MixModelV1.GetResultsRequest()
        request.modelID = id
        let results = try await service.results.getResults(request).message.value()
        #expect(results.kpi == "revenue" && results.draws == 400 && results.drawsUsed == 400)
        #expect(results.channels.map(\.channel) == ["tv", "search"])
        let tv = try #require(results.channels.first)
        // Each unit of television earned two, and each of search one.
        let roi = try #require(tv.roi)
        #expect(roi.lower < 2 && roi.upper > 2 && roi.level == 0.9 && roi.kind == .credible)
        #expect(tv.spend.map { $0 > 0 } ?? false && tv.marginalRoi != nil)
        let whole = results.channels.compactMap(\.shareOfSpend).reduce(0, +)
        #expect(abs(whole - 1) < 1e-12)
        let parts = results.parts.reduce(0) { $0 + ($1.contribution?.mean ?? 0) }
        let expected = try #require(results.expected)
        #expect(abs(parts - expected.mean) < 1e-9 * expected.mean)
        #expect(results.fit?.count == 70 && results.holdout?.count == 10)
        #expect(results.fit?.rSquared.map { $0 > 0.8 } ?? false)
        #expect(results.predicted.count == 80 && results.predicted.count { $0.isFitted } == 70)
        #expect(results.parameters.contains { $0.name == "saturation_beta[tv]" && $0.rHat != nil })
        #expect(!results.verdict.isEmpty && results.geoChannels.isEmpty)

        // What is kept is told again, to the bit.
        let again = try await service.results.getResults(request).message.value()
        #expect(again == results)
        var ask = MixModelV1.GetReviewRequest()
        ask.modelID = id
        let review = try await service.results.getReview(ask).message.value()
        #expect(review.verdict == results.verdict && review.status != .unspecified)
        #expect(review.checks.count == 11 && review.checks.allSatisfy { !$0.words.isEmpty })
        #expect(review.checks.allSatisfy { $0.remedy.isEmpty == ($0.status == .pass) })

        // They go with their model.
        var deletion = MixModelV1.DeleteModelRequest()
        deletion.modelID = id
        _ = try await service.models.deleteModel(deletion)
        let refused = await #expect(throws: RPCError.self) {
            _ = try await service.results.getResults(request)
        }
        #expect(refused?.code == .notFound)
        await service.stop()
    }

    @Test("have contributions by period and geo that add up, and curves")
    func details() async throws {
        let service = try await ServedMixModel()
        let id = try await trained(service, try await service.panel())
        var request = MixModelV1.GetContributionsRequest()
        request.modelID = id
        let all = try await service.results.getContributions(request).message.value()
        #expect(all.dates.count == 70 && all.geos.count == 1)
        for period in all.dates.indices {
            let sum = all.parts.reduce(0) { $0 + $1.periods[period].mean }
            #expect(abs(sum - all.expected[period].mean) < 1e-9 * abs(sum))
        }
        request.geo = all.geos[0]
        let one = try await service.results.getContributions(request).message.value()
        #expect(one.geo == all.geos[0] && one.geos.isEmpty)
        #expect(one.parts.map(\.periods) == all.parts.map(\.periods))
        request.geo = "nowhere"
        let refused = await #expect(throws: RPCError.self) {
            _ = try await service.results.getContributions(request)
        }
        #expect(refused?.code == .invalidArgument)
        #expect(refused?.message.contains("'nowhere'") ?? false)
        var curves = MixModelV1.GetResponseCurvesRequest()
        curves.modelID = id
        let found = try await service.results.getResponseCurves(curves).message.value().curves
        #expect(found.map(\.channel) == ["tv", "search"])
        for curve in found {
            #expect(curve.points.count == 16 && curve.decay.count == 3)
            let means = curve.points.compactMap { $0.contribution?.mean }
            #expect(means[0] == 0 && zip(means, means.dropFirst()).allSatisfy { $0 < $1 })
            #expect(curve.leastObserved <= curve.usual && curve.usual <= curve.mostObserved)
        }
        await service.stop()
    }

    @Test("are those of each place, and all together")
    func geos() async throws {
        let service = try await ServedMixModel()
        let places = [("North", UInt64(3)), ("South", 4)]
        let rows = places.flatMap { place, seed in
            SmallModels.csv(seed: seed).split(separator: "\n").dropFirst()
                .map { "\($0),\(place),1000" }
        }
        let head = "date,revenue,tv_spend,search_spend,geo,population"
        let panel = try await service.panel(([head] + rows).joined(separator: "\n"))
        let id = try await trained(service, panel)
        var request = MixModelV1.GetResultsRequest()
        request.modelID = id
        let results = try await service.results.getResults(request).message.value()
        #expect(results.geoChannels.map(\.geo) == ["North", "North", "South", "South"])
        for channel in results.channels {
            let own = results.geoChannels.filter { $0.channel == channel.channel }
            let sum = own.reduce(0) { $0 + ($1.contribution?.mean ?? 0) }
            let all = channel.contribution?.mean ?? 0
            #expect(abs(sum - all) < 1e-9 * all)
            let spend = channel.spend ?? 0
            #expect(abs(own.compactMap(\.spend).reduce(0, +) - spend) < 1e-9 * spend)
        }
        var ask = MixModelV1.GetContributionsRequest()
        (ask.modelID, ask.geo) = (id, "South")
        let south = try await service.results.getContributions(ask).message.value()
        for channel in results.geoChannels where channel.geo == "South" {
            let part = south.parts.first { $0.part?.name == channel.channel }
            #expect(part?.total == channel.contribution)
        }
        await service.stop()
    }

    @Test("are compared, and two seeds of the same model agree")
    func comparison() async throws {
        let service = try await ServedMixModel()
        let panel = try await service.panel()
        var request = MixModelV1.CompareModelsRequest()
        request.modelIDs = [
            try await trained(service, panel), try await trained(service, panel, seed: 2),
        ]
        let found = try await service.results.compareModels(request).message.value()
        #expect(found.models.map(\.modelID) == request.modelIDs)
        #expect(found.models.map(\.seed) == [1, 2])
        #expect(found.configurationDiffers && !found.dataDiffers && !found.versionDiffers)
        #expect(request.modelIDs.contains(found.bestLeftOut))
        #expect(found.differences.map(\.field) == ["sampling.seed"])
        #expect(found.differences.first?.values == ["\"1\"", "\"2\""])
        #expect(found.channels.map(\.channel) == ["tv", "search"])
        #expect(found.channels.allSatisfy { $0.intervalsOverlap && $0.roi.count == 2 })
        let stability = try #require(found.stability.first)
        #expect(stability.modelID == request.modelIDs[1] && stability.distance < 5)
        #expect(!stability.parameter.isEmpty)
        request.modelIDs = [request.modelIDs[0], request.modelIDs[0]]
        let refused = await #expect(throws: RPCError.self) {
            _ = try await service.results.compareModels(request)
        }
        #expect(refused?.code == .invalidArgument)
        await service.stop()
    }

    @Test(
        "have draws as rows, in both forms",
        arguments: [
            MixModelV1.ExportDrawsRequest.Format.csv, .ndjson,
        ]
    )
    func draws(_ format: MixModelV1.ExportDrawsRequest.Format) async throws {
        let service = try await ServedMixModel()
        let id = try await trained(service, try await service.panel())
        var request = MixModelV1.ExportDrawsRequest()
        (request.modelID, request.format) = (id, format)
        let told = try await service.results.exportDraws(request)
        var (text, draws) = ("", 0)
        while let message = try await told.next() {
            let value = message.value()
            text += value.rows
            draws += Int(value.draws)
        }
        let lines = text.split(separator: "\n")
        #expect(draws == 400)
        if format == .csv {
            #expect(lines.count == 401)
            #expect(lines[0].hasPrefix("chain,draw,\"intercept_contribution\""))
            #expect(lines[0].contains("\"saturation_beta[tv]\""))
            #expect(lines[1].hasPrefix("0,0,") && lines[400].hasPrefix("1,199,"))
            let columns = lines[0].split(separator: ",").count
            #expect(lines.allSatisfy { $0.split(separator: ",").count == columns })
        } else {
            #expect(lines.count == 400)
            #expect(lines[0].hasPrefix("{\"chain\":0,\"draw\":0,\"intercept_contribution\":"))
            #expect(lines[399].hasPrefix("{\"chain\":1,\"draw\":199,") && lines[399].hasSuffix("}"))
        }
        await service.stop()
    }

    @Test("are refused for a model that has not completed, and one that there is not")
    func refusals() async throws {
        let service = try await ServedMixModel()
        let draft = try await service.model(try await service.panel())
        var request = MixModelV1.GetResultsRequest()
        for (id, code) in [
            (draft.modelID, StatusCode.failedPrecondition), ("word", .invalidArgument),
            ("00000000-0000-4000-8000-000000000000", .notFound),
        ] {
            request.modelID = id
            let refused = await #expect(throws: RPCError.self) {
                _ = try await service.results.getResults(request)
            }
            #expect(refused?.code == code, "\(id)")
        }
        request.modelID = draft.modelID
        let refused = await #expect(throws: RPCError.self) {
            _ = try await service.results.getResults(request)
        }
        #expect(refused?.message.contains("draft") ?? false)
        await service.stop()
    }
}
