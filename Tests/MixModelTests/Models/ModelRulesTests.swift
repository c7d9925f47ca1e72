import Contracts
import Messages
import MixModel
import RPC
import Testing
import Wire

@Suite("Models that cannot be", .timeLimit(.minutes(5)))
struct ModelRulesTests {
    @Test("are refused before they are trained, by field and rule")
    func refusals() async throws {
        let mix = try await ServedMixModel()
        let panel = try await mix.panel()
        typealias Case = (StatusCode, String, (inout MixModelV1.CreateModelRequest) -> Void)
        func prior(_ law: MixModelV1.MixPrior.Law) -> MixModelV1.MixPrior {
            var prior = MixModelV1.MixPrior()
            prior.law = law
            return prior
        }
        var negative = MixModelV1.MixPrior.Scale()
        negative.scale = -1
        let cases: [Case] = [
            (.invalidArgument, "panel_id", { $0.panelID = "" }),
            (.invalidArgument, "panel_id", { $0.panelID = "x" }),
            (.notFound, "panel", { $0.panelID = "33062a14-9de5-4c2f-ba89-9c54150ba901" }),
            (.invalidArgument, "lags", { $0.configuration?.channel?.lags = 209 }),
            (.invalidArgument, "knots", { $0.configuration?.knots = 1_000 }),
            (.invalidArgument, "one geo", { $0.configuration?.geoEffects = true }),
            (.invalidArgument, "radio", { $0.configuration?.channels["radio"] = .init() }),
            (
                .invalidArgument, "saturation",
                { $0.configuration?.channel?.saturation = .init(rawValue: 99) }
            ),
            (.invalidArgument, "distribution", { $0.configuration?.priors["y_sigma"] = .init() }),
            (
                .invalidArgument, "y_sigma",
                { $0.configuration?.priors["y_sigma"] = prior(.halfNormal(negative)) }
            ),
            (.invalidArgument, "nobody", { $0.configuration?.priors["nobody"] = prior(.fixed(1)) }),
            (.invalidArgument, "chains", { $0.sampling?.chains = 1 }),
            (.invalidArgument, "draws", { $0.sampling = SmallModels.sampling(draws: 20_001) }),
            (
                .invalidArgument, "8000000",
                { request in
                    request.sampling = SmallModels.sampling(chains: 16, draws: 20_000)
                    request.configuration?.knots = 40
                }
            ),
            (.invalidArgument, "seed alone", { $0.sampling?.method = .bayesianBootstrap }),
            (.invalidArgument, "holdout", { $0.holdoutPeriods = 40 }),
            (.notFound, "spring", { $0.calibrations = ["spring"] }),
            (.invalidArgument, "label", { $0.label = String(repeating: "x", count: 201) }),
        ]
        for (code, part, change) in cases {
            await mix.refused(code, part) { _ = try await mix.model(panel, change) }
        }
        #expect(try await mix.models.listModels(.init()).message.value().models.isEmpty)
        await mix.stop()
    }

    @Test("whose tables cannot be read, or are not fit for training, have no panel")
    func tables() async throws {
        let mix = try await ServedMixModel()
        await mix.refused(.invalidArgument, "table.csv") { _ = try await mix.panel("") }
        await mix.refused(.invalidArgument, "date") { _ = try await mix.panel("a,b\n1,2\n") }
        await mix.refused(.invalidArgument, "table.roles") {
            _ = try await mix.panel { $0.roles["revenue"] = "king" }
        }
        await mix.refused(.failedPrecondition, "no model may be fitted") {
            _ = try await mix.panel(SmallModels.csv(weeks: 12))
        }
        let panel = try await mix.panel()
        // The same again, and no other, whatever it is called.
        #expect(try await mix.panel() == panel)
        #expect(panel.columns.map(\.role) == ["date", "revenue", "spend:tv", "spend:search"])
        var delete = MixModelV1.DeletePanelRequest()
        delete.panelID = panel.panelID
        let model = try await mix.model(panel)
        await mix.refused(.failedPrecondition, "models") {
            _ = try await mix.panels.deletePanel(delete)
        }
        var gone = MixModelV1.DeleteModelRequest()
        gone.modelID = model.modelID
        _ = try await mix.models.deleteModel(gone)
        _ = try await mix.panels.deletePanel(delete)
        await mix.refused(.notFound, "panel") { _ = try await mix.panels.deletePanel(delete) }
        await mix.stop()
    }

    @Test("trusted are kept, say why, and are never promoted")
    func untrusted() async throws {
        let mix = try await ServedMixModel()
        let panel = try await mix.panel()
        let model = try await mix.model(panel) { request in
            request.sampling = SmallModels.sampling(warmup: 20, draws: 4)
        }
        let end = try #require(try await mix.train(model).last)
        #expect(end.state == .failed && end.problem.contains("cannot be trusted"), "\(end)")
        let finding = try #require(end.summary?.findings.first)
        #expect(
            finding.isFailure && !finding.remedy.isEmpty
                && finding.problem.contains(finding.parameter)
        )
        var promote = MixModelV1.PromoteModelRequest()
        promote.modelID = model.modelID
        await mix.refused(.failedPrecondition, "cannot be promoted") {
            _ = try await mix.models.promoteModel(promote)
        }
        var train = MixModelV1.TrainModelRequest()
        train.modelID = model.modelID
        await mix.refused(.failedPrecondition, "the same") {
            _ = try await mix.models.trainModel(train)
        }
        await mix.stop()
    }
}
