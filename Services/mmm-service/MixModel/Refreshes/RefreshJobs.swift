internal import Jobs
internal import MediaMix
internal import Messages
internal import Net
internal import Panels
internal import Platform
internal import Postgres
internal import RPC
internal import Tenancy

/// Makes the models of refreshes by jobs, and has them trained by others.
struct RefreshJobs: Sendable {
    let type: JobType<MixModelV1.StoredRefreshOrder>
    let trainings: TrainingJobs
    private let maker: ModelMaker
    private let hearing: PanelHearing
    private let fitted: FittedModels
    private let models = ModelStore()
    private let store = RefreshStore()

    /// How many models of a refresh are kept if it does not say.
    static let usualKeep: Int32 = 8
    /// How long one attempt may take.
    private static let limit = Duration.seconds(600)

    init(_ trainings: TrainingJobs, _ hearing: PanelHearing, offload: WorkerPool?) {
        self.trainings = trainings
        self.hearing = hearing
        maker = ModelMaker(offload: offload)
        fitted = FittedModels(offload: offload)
        type = JobType("refresh_model", of: trainings.service)
    }

    /// How they are done.
    var handler: JobHandler {
        JobHandler(type, limit: Self.limit) { order, run in
            guard let refresh = order.refresh else {
                throw JobInterruption.discard("the order names no refresh")
            }
            do {
                try await attempt(refresh, run)
            } catch let error as MixModelError {
                throw JobInterruption.discard(error.description)
            } catch let error as RPCError where error.isFinal {
                throw JobInterruption.discard(error.message)
            }
        }
    }

    private func attempt(_ refresh: MixModelV1.ModelRefresh, _ run: JobRun) async throws {
        let scope = try run.scope(within: Self.limit)
        let all = try await store.models(of: refresh.name, in: scope)
        // Of several outcomes the first stands for all.
        let known = all.filter { $0.leader == $0.id }
        let completed = known.first { $0.state == .completed }
        let renewal = ModelRenewal(
            name: refresh.name,
            promotes: refresh.promote,
            previous: refresh.cold ? [] : try await fits(of: completed, in: scope)
        )
        let request = refresh.request ?? .init()
        let made = try await maker.make(
            request,
            refresh: renewal,
            heard: hearing.findings(on: request.outcomes().map(\.selection), .job(run)),
            in: scope
        )
        if let newest = known.first, made.isRepeated(newest, among: all) {
            // There are new data, of which nothing can come before the others have them too.
            if let cut = made.cuts.first {
                throw JobInterruption.discard("\(cut.problem): \(cut.remedy)")
            }
            return try await run.complete()
        }
        let ids = made.members.map { _ in JobID().uuid }
        let job = trainings.job(of: ids[0])
        let keep = Int(refresh.keep == 0 ? Self.usualKeep : refresh.keep)
        // The last that can be used stays until there is another.
        let old = known.dropFirst(keep - 1).map(\.id).filter { $0 != completed?.id }
        let actor = run.context.actor.description
        do {
            try await run.complete(within: .seconds(60)) { transaction in
                try await models.hold(in: transaction)
                let panels = try await store.delete(old, in: transaction)
                try await models.add(made, as: ids, by: actor, in: transaction)
                try await models.queue(ids[0], as: job.id.uuid, in: transaction)
                try await trainings.queue.enqueue([job], in: transaction, of: scope)
                // The new model may be fitted to one of them.
                try await StoredPanelStore().deleteUnused(panels, in: transaction)
            }
        } catch let error as RPCError where error.isFinal {
            // Each run would leave panels behind that no model is fitted to.
            let panels = made.members.compactMap(\.panel)
            try await scope.transaction { transaction in
                try await models.hold(in: transaction)
                try await StoredPanelStore().deleteUnused(panels, in: transaction)
            }
            throw error
        }
    }

    /// The fits that chains go on from, of each outcome; none if there is no model.
    private func fits(
        of record: ModelRecord?,
        in scope: TenantScope
    ) async throws -> [MixFit] {
        guard let record else { return [] }
        do {
            var fits: [MixFit] = []
            for id in record.group { fits.append(try await fitted.fit(of: id, in: scope).fit) }
            return fits
        } catch let error as RPCError where error.code == .notFound {
            // Somebody has deleted it meanwhile.
            return []
        }
    }
}

extension ModelMaker.Made {
    /// Whether all would come out as models that there are, but for where chains start.
    fileprivate func isRepeated(_ newest: ModelRecord, among all: [ModelRecord]) -> Bool {
        let group = newest.group.map { id in all.first { $0.id == id }?.definition }
        return group.count == members.count
            && zip(group, members).allSatisfy { $0?.isRepeated(by: $1.definition) ?? false }
    }
}

extension RPCError {
    /// Whether another attempt would end the same.
    fileprivate var isFinal: Bool {
        [.invalidArgument, .failedPrecondition, .notFound, .resourceExhausted].contains(code)
    }
}
