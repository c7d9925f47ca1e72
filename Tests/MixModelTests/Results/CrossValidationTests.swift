import Contracts
import Jobs
import Messages
import MixModel
import Panels
import RPC
import TestTenants
import Testing
import Wire

@Suite("The cross-validation of mix models", .timeLimit(.minutes(5)))
struct CrossValidationTests {
    private func request(
        _ id: String,
        folds: Int32 = 0,
        horizon: Int32 = 0
    ) -> MixModelV1.CrossValidateModelRequest {
        var request = MixModelV1.CrossValidateModelRequest()
        (request.modelID, request.folds, request.horizonPeriods) = (id, folds, horizon)
        return request
    }

    /// Whether something is kept of one that is not over.
    private static let begun = """
        select 1 from jobs
        where kind = 'cross_validate_model' and state = 'running' and checkpoint is not null
        """

    /// A model that has completed.
    private func trained(
        _ mix: ServedMixModel,
        _ change: (inout MixModelV1.CreateModelRequest) -> Void = { _ in }
    ) async throws -> String {
        let model = try await mix.model(try await mix.panel(), change)
        let told = try await mix.train(model)
        #expect(told.last?.state == .completed, "\(told.last?.problem ?? "")")
        return model.modelID
    }

    private func found(
        _ id: String,
        _ mix: ServedMixModel
    ) async throws -> MixModelV1.CrossValidation {
        var request = MixModelV1.GetCrossValidationRequest()
        request.modelID = id
        return try await mix.results.getCrossValidation(request).message.value()
    }

    @Test("is what models say of periods that were held out of each part")
    func folds() async throws {
        let mix = try await ServedMixModel()
        let id = try await trained(mix)
        await mix.refused(.failedPrecondition, "has not been cross-validated") {
            _ = try await self.found(id, mix)
        }
        let operation = try await mix.results
            .crossValidateModel(request(id, folds: 2, horizon: 10)).message.value()
        // Who asks again while it waits or goes on asks for nothing more.
        let again = try await mix.results
            .crossValidateModel(request(id, folds: 2, horizon: 10)).message.value()
        #expect(again.name == operation.name)
        try await mix.served.finishJobs(of: mix.served.members[0])
        let found = try await self.found(id, mix)
        #expect(found.modelID == id && found.horizonPeriods == 10 && found.seed == 1)
        #expect(found.folds.map(\.fittedPeriods) == [60, 70])
        #expect(found.folds.allSatisfy { !$0.isFailure && !$0.verdict.isEmpty })
        let lines = SmallModels.csv().split(separator: "\n")
        for fold in found.folds {
            // A panel that ends with the fold, of whose model its periods are held out.
            let end = Int(fold.fittedPeriods) + 10
            let panel = try await mix.panel(lines[0...end].joined(separator: "\n"))
            let model = try await mix.model(panel) { $0.holdoutPeriods = 10 }
            try await mix.train(model)
            var ask = MixModelV1.GetResultsRequest()
            ask.modelID = model.modelID
            let results = try await mix.results.getResults(ask).message.value()
            #expect(results.holdout?.wmape == fold.holdout?.wmape)
            #expect(results.holdout?.rSquared == fold.holdout?.rSquared)
            #expect(results.fit?.wmape == fold.training?.wmape)
            #expect(results.fit?.count == fold.training?.count)
            #expect(results.predicted[end - 10].date == fold.firstDate)
            // A week more than a year was known: as the year before.
            let revenue = lines.dropFirst().compactMap { Double($0.split(separator: ",")[1]) }
            let errors = (end - 10..<end).map { abs(revenue[$0] - revenue[$0 - 52]) }
            let naive = errors.reduce(0, +) / revenue[end - 10..<end].reduce(0, +)
            #expect(abs((fold.naiveWmape ?? 0) - naive) < 1e-12)
        }
        let mean = found.folds.compactMap { $0.holdout?.wmape }.reduce(0, +) / 2
        #expect(abs((found.wmape ?? 0) - mean) < 1e-12)
        // Media explain this world, and the year before does not.
        #expect((found.wmape ?? 1) < 0.5 * (found.naiveWmape ?? 0))
        #expect(found.coverage90.map { $0 > 0.5 } ?? false)
        await mix.stop()
    }

    @Test("of a first look is made of fits, by default of four to half of the periods")
    func bootstrap() async throws {
        let mix = try await ServedMixModel()
        let id = try await trained(mix) { request in
            request.sampling = .init()
            request.sampling?.method = .bayesianBootstrap
        }
        _ = try await mix.results.crossValidateModel(request(id))
        try await mix.served.finishJobs(of: mix.served.members[0])
        let found = try await self.found(id, mix)
        #expect(found.horizonPeriods == 10 && found.folds.map(\.fittedPeriods) == [40, 50, 60, 70])
        #expect(found.folds[0].firstDate == "\(PanelDay(number: 19_723 + 7 * 40))")
        #expect(found.folds[3].lastDate == "\(PanelDay(number: 19_723 + 7 * 80 - 1))")
        #expect(found.folds[0].holdout?.bayesianRSquared?.kind == .confidence)
        // The same is found again.
        _ = try await mix.results.crossValidateModel(request(id, folds: 4, horizon: 10))
        try await mix.served.finishJobs(of: mix.served.members[0])
        #expect(try await self.found(id, mix) == found)
        #expect(try await mix.rows("select count(*) from jobs where state = 'done'") == ["3"])
        await mix.stop()
    }

    @Test("of several outcomes fits them together, and is kept of each", arguments: [false, true])
    func joint(_ isFirstLook: Bool) async throws {
        let mix = try await ServedMixModel()
        /// The models of the first weeks, some of them held out.
        func trained(weeks: Int, heldOut: Int32 = 0) async throws -> [String] {
            let panels = try await JointModelTests.panels(mix, weeks: weeks)
            let model = try await mix.model(panels[0]) { request in
                request.furtherOutcomes = [JointModelTests.outcome(panels[1])]
                request.holdoutPeriods = heldOut
                guard isFirstLook else { return }
                request.sampling = .init()
                request.sampling?.method = .bayesianBootstrap
            }
            #expect(try await mix.train(model).last?.state == .completed)
            return model.joint.map(\.modelID)
        }
        let ids = try await trained(weeks: 80)
        let ended = try await mix.results
            .crossValidateModel(request(ids[1], folds: 2, horizon: 8)).message.value()
        try await mix.served.finishJobs(of: mix.served.members[0])
        #expect(ended.name.hasPrefix("operations/"))
        let weeks = [72, 80]
        for (index, id) in ids.enumerated() {
            let found = try await found(id, mix)
            #expect(found.modelID == id && found.folds.map(\.fittedPeriods) == [64, 72])
            #expect(found.folds.allSatisfy { !$0.isFailure && !$0.verdict.isEmpty })
            for (fold, weeks) in zip(found.folds, weeks) {
                var ask = MixModelV1.GetResultsRequest()
                ask.modelID = try await trained(weeks: weeks, heldOut: 8)[index]
                let results = try await mix.results.getResults(ask).message.value()
                #expect(results.holdout?.wmape == fold.holdout?.wmape)
                #expect(results.fit?.wmape == fold.training?.wmape)
            }
        }
        // What the job ends with is of the model that was asked for.
        let told = try await mix.rows(
            """
            select j.result = m.cross_validation from jobs j, mix_models m
            where kind = 'cross_validate_model' and m.model_id = '\(ids[1])'
            """
        )
        #expect(told == ["t"])
        await mix.stop()
    }

    @Test("goes on behind the fits that had ended when its worker was lost")
    func lost() async throws {
        let mix = try await ServedMixModel()
        let id = try await trained(mix)
        _ = try await mix.results.crossValidateModel(request(id, folds: 3, horizon: 8))
        try await mix.served.finishJobs(of: mix.served.members[0])
        let expected = try await self.found(id, mix)
        try await mix.rows("update mix_models set cross_validation = null")
        _ = try await mix.results.crossValidateModel(request(id, folds: 3, horizon: 8))
        try await mix.until(Self.begun)
        try await mix.loseWorker(of: "cross_validate_model")
        let heir = try mix.heir()
        heir.start()
        try await mix.served.finishJobs(of: mix.served.members[0])
        #expect(try await found(id, mix) == expected)
        #expect(try await mix.rows("select 1 from jobs where attempts = 2") == ["1"])
        await heir.stop(within: .seconds(10))
        await mix.stop()
    }

    @Test("ends without a result when its model is deleted meanwhile")
    func deleted() async throws {
        let mix = try await ServedMixModel()
        let id = try await trained(mix)
        _ = try await mix.results.crossValidateModel(request(id, folds: 10, horizon: 4))
        try await mix.until(Self.begun)
        var deletion = MixModelV1.DeleteModelRequest()
        deletion.modelID = id
        _ = try await mix.models.deleteModel(deletion)
        try await mix.served.finishJobs(of: mix.served.members[0])
        let told = try await mix.rows(
            "select state, problem, result is null from jobs where kind = 'cross_validate_model'"
        )
        #expect(told == ["dead|the model has been deleted|t"])
        await mix.stop()
    }

    @Test("is refused before anything is fitted where there is nothing to fit")
    func refusals() async throws {
        let mix = try await ServedMixModel()
        let panel = try await mix.panel()
        let draft = try await mix.model(panel)
        func refused(
            _ code: StatusCode,
            _ part: String,
            _ request: MixModelV1.CrossValidateModelRequest
        ) async {
            await mix.refused(code, part) {
                _ = try await mix.results.crossValidateModel(request)
            }
        }
        await refused(.failedPrecondition, "it is draft", request(draft.modelID))
        await refused(.invalidArgument, "model_id", request("x"))
        let nobody = "00000000-0000-4000-8000-000000000000"
        await refused(.notFound, nobody, request(nobody))
        await mix.refused(.notFound, nobody) { _ = try await found(nobody, mix) }
        let id = try await trained(mix)
        await refused(.invalidArgument, "folds: expected 1 to 12", request(id, folds: 13))
        // No more than so many wait.
        let waiting = """
            insert into jobs (id, queue, kind, state, priority, run_at, payload, actor, scopes,
                created_at)
            select gen_random_uuid(), 'mmm', 'cross_validate_model', 'waiting', 5,
                now() + interval '1 day', '', 'user:42', '', now()
            from generate_series(1, 20)
            """
        try await mix.rows(waiting)
        await refused(.resourceExhausted, "20 cross-validations are not over", request(id))
        try await mix.rows("delete from jobs where run_at > now()")
        await refused(.invalidArgument, "horizon_periods", request(id, horizon: -1))
        await refused(.invalidArgument, "more than half", request(id, folds: 5, horizon: 9))
        await refused(.invalidArgument, "more than half", request(id, horizon: 41))

        // Search begins in the middle, and a storm comes at the end.
        var lines = SmallModels.csv().split(separator: "\n").map(String.init)
        for week in 1...80 {
            let fields = lines[week].split(separator: ",")
            let search = week > 45 ? fields[3] : "0"
            lines[week] =
                "\(fields[0]),\(fields[1]),\(fields[2]),\(search),\(week % 78 == 75 ? 1 : 0)"
        }
        lines[0] += ",storm"
        let late = try await mix.panel(lines.joined(separator: "\n")) {
            $0.roles["storm"] = "control"
        }
        let model = try await mix.model(late) { request in
            request.sampling = .init()
            request.sampling?.method = .bayesianBootstrap
        }
        try await mix.train(model)
        await refused(.failedPrecondition, "search", request(model.modelID))
        _ = try await mix.results
            .crossValidateModel(request(model.modelID, folds: 1, horizon: 8))
        try await mix.served.finishJobs(of: mix.served.members[0])
        let last = try await found(model.modelID, mix)
        #expect(last.folds.map(\.unchangedControls) == [["storm"]] && last.wmape != nil)
        await mix.stop()
    }
}
