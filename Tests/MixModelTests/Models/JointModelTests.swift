import Contracts
import MediaMix
import Messages
import Numerics
import Panels
import Postgres
import RPC
import Tenancy
import TestTenants
import Testing
import Wire

@testable import MixModel

@Suite("Models of several outcomes, as they are served", .timeLimit(.minutes(5)))
struct JointModelTests {
    /// The same media, and half as many orders as revenue, more or less.
    private static let csv: String = {
        var random = RandomStream(seed: 8)
        return SmallModels.csv().split(separator: "\n").enumerated().map { index, line in
            let revenue = Double(line.split(separator: ",")[1]) ?? 0
            return index == 0
                ? "\(line),orders" : "\(line),\(0.5 * revenue + 40 * random.normal())"
        }.joined(separator: "\n")
    }()

    /// The panels of revenue and of orders, of the first weeks.
    static func panels(
        _ mix: ServedMixModel,
        weeks: Int = 80
    ) async throws -> [MixModelV1.Panel] {
        let lines = csv.split(separator: "\n")[0...weeks].joined(separator: "\n")
        var panels: [MixModelV1.Panel] = []
        for (outcome, role, other) in [
            ("revenue", "revenue", "orders"), ("orders", "outcome", "revenue"),
        ] {
            panels.append(
                try await mix.panel(lines) { table in
                    table.roles[outcome] = role
                    table.roles[other] = "ignore"
                }
            )
        }
        return panels
    }

    static func outcome(_ panel: MixModelV1.Panel) -> MixModelV1.FurtherOutcome {
        var outcome = MixModelV1.FurtherOutcome()
        outcome.panelID = panel.panelID
        return outcome
    }

    @Test("are drawn together by one training, and each can be used as any other")
    func trained() async throws {
        let mix = try await ServedMixModel()
        let panels = try await Self.panels(mix)
        let tried = try await mix.model(panels[0]) { request in
            request.furtherOutcomes = [Self.outcome(panels[1])]
            request.validateOnly = true
        }
        #expect(tried.joint.map(\.kpi) == ["revenue", "orders"])
        #expect(tried.joint.allSatisfy { $0.modelID.isEmpty })
        let draft = try await mix.model(panels[0]) { request in
            request.furtherOutcomes = [Self.outcome(panels[1])]
        }
        #expect(draft.joint.map(\.kpi) == ["revenue", "orders"])
        #expect(draft.joint.first?.modelID == draft.modelID)
        let other = try await mix.model(try #require(draft.joint.last).modelID)
        #expect(other.joint == draft.joint && other.kpi == "orders")
        #expect(other.configurationDigest != draft.configurationDigest)
        let alone = try await mix.model(panels[0])
        #expect(alone.configurationDigest != draft.configurationDigest && alone.joint.isEmpty)
        // Whichever is asked to, both are trained.
        let end = try #require(try await mix.train(other).last)
        #expect(end.state == .completed, "\(end.problem)")
        let first = try await mix.model(draft.modelID)
        #expect(first.state == .completed && first.operation == end.operation)
        #expect(first.summary?.gradients == end.summary?.gradients)
        #expect((end.summary?.largestRHat ?? 2) < 1.1)
        // The first alone has the draws.
        let chains = try await mix.rows("select distinct model_id from mix_chains")
        #expect(chains == [draft.modelID])
        try await Self.expectShared(first, end, mix)
        for model in [first, end] {
            var promote = MixModelV1.PromoteModelRequest()
            promote.modelID = model.modelID
            #expect(try await mix.models.promoteModel(promote).message.value().promoted)
            var ask = MixModelV1.GetResultsRequest()
            ask.modelID = model.modelID
            let results = try await mix.results.getResults(ask).message.value()
            #expect(results.channels.count == 2)
        }
        // Nobody knows what an order earns, and nobody has said that returns are meant.
        let usual = try await mix.model(panels[0]) { request in
            request.configuration?.channel?.effect = .unspecified
            request.furtherOutcomes = [Self.outcome(panels[1])]
        }
        let count = try await mix.model(try #require(usual.joint.last).modelID)
        #expect(usual.configuration?.channel?.effect == .unspecified)
        #expect(count.configuration?.channel?.effect == .coefficient)
        #expect(count.configuration?.channel?.lags == usual.configuration?.channel?.lags)
        // Alone it comes out otherwise, and is no other run of the same.
        let own = try #require(
            try await mix.train(try await mix.model(panels[0]) { $0.sampling?.seed = 2 }).last
        )
        var compare = MixModelV1.CompareModelsRequest()
        compare.modelIDs = [first.modelID, own.modelID]
        let comparison = try await mix.results.compareModels(compare).message.value()
        #expect(comparison.configurationDiffers && comparison.stability.isEmpty)
        #expect(comparison.differences.contains { $0.field.contains("joint") })
        await mix.stop()
    }

    @Test("have a first look together, of fits that share what media have in common")
    func firstLook() async throws {
        let mix = try await ServedMixModel()
        let panels = try await Self.panels(mix)
        let model = try await mix.model(panels[0]) { request in
            request.furtherOutcomes = [Self.outcome(panels[1])]
            request.sampling = .init()
            request.sampling?.method = .bayesianBootstrap
        }
        let end = try #require(try await mix.train(model).last)
        #expect(end.state == .completed, "\(end.problem)")
        let other = try await mix.model(try #require(model.joint.last).modelID)
        #expect(other.state == .completed && other.summary?.draws == end.summary?.draws)
        #expect(other.summary?.verdict.contains("a first look: 200 best fits") ?? false)
        try await Self.expectShared(end, other, mix, chain: 0)
        var ask = MixModelV1.GetResultsRequest()
        ask.modelID = other.modelID
        let results = try await mix.results.getResults(ask).message.value()
        #expect(results.channels.count == 2)
        #expect(results.fit?.bayesianRSquared?.kind == .confidence)
        await mix.stop()
    }

    /// Expects draws of two models to be the same in what they share, and in nothing else.
    private static func expectShared(
        _ one: MixModelV1.Model,
        _ other: MixModelV1.Model,
        _ mix: ServedMixModel,
        chain: Int = 1
    ) async throws {
        let fits = FittedModels(offload: nil)
        var found: [StoredFit] = []
        for model in [one, other] {
            let id = try #require(PostgresUUID(model.modelID))
            found.append(try await fits.fit(of: id, in: try mix.scope))
        }
        let names = found[0].fit.model.sampledNames
        #expect(found[1].fit.model.sampledNames == names)
        for (index, name) in names.enumerated() {
            let columns = found.map { stored in
                (0..<stored.fit.draws.count).map { draw in
                    stored.fit.draws.point(draw, chain: chain).dropFirst(index).first
                }
            }
            let isShared = name.hasPrefix("adstock") || name.hasPrefix("saturation_lam")
            #expect((columns[0] == columns[1]) == isShared, "\(name)")
        }
    }

    @Test("are cancelled and deleted together")
    func ends() async throws {
        let mix = try await ServedMixModel()
        let panels = try await Self.panels(mix)
        let model = try await mix.model(panels[0]) { request in
            request.furtherOutcomes = [Self.outcome(panels[1])]
            request.sampling = SmallModels.sampling(warmup: 20_000, draws: 20_000)
            request.train = true
        }
        let other = try #require(model.joint.last).modelID
        // They take one turn, and another model waits for both.
        while try await mix.model(other).state != .training { await Task.yield() }
        let waiting = try await mix.model(panels[1]) { $0.train = true }
        #expect(try await mix.model(waiting.modelID).state == .queued)
        var cancel = MixModelV1.CancelTrainingRequest()
        cancel.modelID = other
        _ = try await mix.models.cancelTraining(cancel)
        #expect(try await mix.model(model.modelID).state == .cancelled)
        #expect(try await mix.watch(waiting).last?.state == .completed)
        var delete = MixModelV1.DeleteModelRequest()
        delete.modelID = other
        await mix.refused(.failedPrecondition, model.modelID) {
            _ = try await mix.models.deleteModel(delete)
        }
        _ = try await mix.rows("update mix_panels set is_kept = false")
        delete.modelID = model.modelID
        _ = try await mix.models.deleteModel(delete)
        #expect(try await mix.rows("select model_id from mix_models") == [waiting.modelID])
        // The other's panel has a model yet.
        #expect(try await mix.rows("select panel_id from mix_panels") == [panels[1].panelID])
        await mix.stop()
    }

    @Test("are refused in words if they make no sense together")
    func refusals() async throws {
        let mix = try await ServedMixModel()
        let panels = try await Self.panels(mix)
        func refuse(
            _ part: String,
            _ code: StatusCode = .invalidArgument,
            _ change: (inout MixModelV1.CreateModelRequest) -> Void
        ) async {
            await mix.refused(code, part) {
                _ = try await mix.model(panels[0]) { request in
                    request.furtherOutcomes = [Self.outcome(panels[1])]
                    change(&request)
                }
            }
        }
        await refuse("further_outcomes[0].panel_id: expected a panel that no other") {
            $0.furtherOutcomes = [Self.outcome(panels[0])]
        }
        await refuse("further_outcomes[0].kpi: expected a panel_id instead") {
            $0.furtherOutcomes[0].kpi = "orders"
        }
        await refuse("expected at most 7") {
            $0.furtherOutcomes = Array(repeating: $0.furtherOutcomes[0], count: 8)
        }
        await refuse("further_outcomes[0].panel_id: expected a kpi instead") {
            $0.panelID = ""
            $0.selection = .init()
            $0.selection?.kpi = "revenue"
        }
        await refuse("further_outcomes[0].kpi: expected the name of a KPI") {
            $0.panelID = ""
            $0.selection = .init()
            $0.selection?.kpi = "revenue"
            $0.furtherOutcomes[0] = .init()
            $0.furtherOutcomes[0].kpi = "revenue"
        }
        await refuse("tv is to carry over or level off otherwise") {
            $0.furtherOutcomes[0].configuration = SmallModels.configuration
            $0.furtherOutcomes[0].configuration?.channel?.lags = 5
        }
        await refuse("further_outcomes[0].configuration.channel.lags") {
            $0.furtherOutcomes[0].configuration = SmallModels.configuration
            $0.furtherOutcomes[0].configuration?.channel?.lags = -1
        }
        // Orders are no money, and have no return; revenue has.
        await refuse("further_outcomes[0]: no model may be fitted", .failedPrecondition) {
            $0.configuration?.channel?.effect = .roi
        }
        let short = try await mix.panel(
            Self.csv.split(separator: "\n").dropLast(4).joined(separator: "\n")
        ) { ($0.roles["orders"], $0.roles["revenue"]) = ("outcome", "ignore") }
        await refuse("ask for the same days") {
            $0.furtherOutcomes = [Self.outcome(short)]
        }
        await mix.stop()
    }
}
