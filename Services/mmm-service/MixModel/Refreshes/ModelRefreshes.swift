internal import Jobs
internal import Messages
internal import RPC
internal import Tenancy
internal import Wire

/// Schedules that have models made anew: they lie among all schedules of the tenant.
struct ModelRefreshes: Sendable {
    private let orders: ScheduledOrders<MixModelV1.StoredRefreshOrder>

    private static let mostRequestBytes = 64 << 10

    init(_ jobs: RefreshJobs) {
        orders = ScheduledOrders(
            jobs.trainings.queue,
            of: jobs.type,
            called: "refresh",
            "refreshes"
        ) { $0.refresh != nil }
    }

    /// The refreshes, in the order of their names.
    func all(in scope: TenantScope) async throws -> [MixModelV1.ModelRefresh] {
        try await orders.all(in: scope).map { message($0) }
    }

    private func message(
        _ standing: ScheduledOrders<MixModelV1.StoredRefreshOrder>.Standing
    ) -> MixModelV1.ModelRefresh {
        var refresh = standing.order.refresh ?? .init()
        refresh.name = standing.name
        refresh.paused = standing.isPaused
        refresh.nextTime = standing.nextAt.map { .init($0) }
        return refresh
    }

    /// Puts a refresh.
    ///
    /// - Parameters:
    ///   - refresh: as it was sent.
    ///   - scope: the tenant's: its actor is the one in whose name models are made.
    /// - Returns: the refresh as it is from now on.
    /// - Throws: INVALID_ARGUMENT; what `ScheduledOrders.put` throws.
    func put(
        _ refresh: MixModelV1.ModelRefresh,
        in scope: TenantScope
    ) async throws -> MixModelV1.ModelRefresh {
        try check(refresh)
        var refresh = refresh
        if refresh.keep == 0 { refresh.keep = RefreshJobs.usualKeep }
        (refresh.nextTime, refresh.paused) = (nil, false)
        var order = MixModelV1.StoredRefreshOrder()
        order.refresh = refresh
        let day = refresh.weekday == 0 ? "*" : "\(refresh.weekday)"
        let standing = try await orders.put(
            order,
            named: refresh.name,
            at: try CronExpression("0 \(refresh.hour) * * \(day)"),
            in: scope
        )
        return message(standing)
    }

    private func check(_ refresh: MixModelV1.ModelRefresh) throws(RPCError) {
        let request = refresh.request ?? .init()
        var violations = FieldViolations()
        violations.check(
            request.encoded().count <= Self.mostRequestBytes,
            "refresh.request",
            "expected at most 64 KiB"
        )
        violations.check(
            request.panelID.isEmpty && request.selection != nil,
            "refresh.request.selection",
            "expected one, and no panel: a panel is always the same"
        )
        violations.check(
            request.selection?.lastDate.isEmpty ?? true,
            "refresh.request.selection.last_date",
            "expected none: each model has what there is by then"
        )
        violations.check(
            !request.validateOnly && !request.train,
            "refresh.request",
            "expected neither validate_only nor train: each model is made, and trained"
        )
        violations.check((0...7).contains(refresh.weekday), "refresh.weekday", "expected 0 to 7")
        violations.check((0...23).contains(refresh.hour), "refresh.hour", "expected 0 to 23")
        violations.check(
            (0...50).contains(refresh.keep),
            "refresh.keep",
            "expected 1 to 50, or 0 for \(RefreshJobs.usualKeep)"
        )
        let keep = refresh.keep == 0 ? RefreshJobs.usualKeep : refresh.keep
        violations.check(
            (Int64(keep) + 1) * Int64(request.furtherOutcomes.count + 1) < ModelStore.most.kept,
            "refresh.keep",
            "expected fewer: with those of all outcomes there are at most \(ModelStore.most.kept)"
                + " models"
        )
        try violations.finish("the refresh cannot be put")
        try ModelMaker.check(request)
    }

    /// Ends a refresh; see `ScheduledOrders.delete`.
    func delete(_ name: String, in scope: TenantScope) async throws {
        try await orders.delete(name, in: scope)
    }
}
