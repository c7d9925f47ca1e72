internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The saved plans of tenants: all their SQL.
struct BudgetPlanStore: Sendable {
    /// How many are kept at most.
    private static let most: Int64 = 500

    /// A plan.
    ///
    /// - Parameters:
    ///   - name: which.
    ///   - scope: the tenant's.
    /// - Returns: the plan.
    /// - Throws: NOT_FOUND, or `PostgresError`.
    func plan(_ name: String, in scope: TenantScope) async throws -> MixModelV1.SavedPlan {
        guard let row = try await scope.read(.findPlan, name).atMostOne() else {
            throw Self.missing(name)
        }
        return try Self.plan(row)
    }

    /// Plans in the order of their names.
    ///
    /// - Parameters:
    ///   - place: the name after which they begin; nil for the first.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the plans.
    /// - Throws: `PostgresError`.
    func list(
        after place: String?,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [MixModelV1.SavedPlan] {
        try await scope.read(.listPlans, place ?? "", Int64(limit)).map { try Self.plan($0) }
    }

    /// Keeps a plan in place of one of its name.
    ///
    /// - Parameters:
    ///   - plan: all of it.
    ///   - time: when.
    ///   - scope: the tenant's.
    /// - Throws: RESOURCE_EXHAUSTED if there are too many; `PostgresError`.
    func put(
        _ plan: MixModelV1.SavedPlan,
        at time: UTCTimestamp,
        in scope: TenantScope
    ) async throws {
        try await scope.transaction { transaction in
            try await transaction.query(.holdPlans)
            let others = try await transaction.query(.countOtherPlans, plan.name).one()
                .read(Int64.self)
            guard others < Self.most else {
                throw RPCError(
                    .resourceExhausted,
                    "there are \(Self.most) plans, which is as many as are kept: delete some",
                    ErrorDetails(reason: "PLANS_KEPT")
                )
            }
            try await transaction.query(
                .putPlan,
                plan.name,
                plan.note,
                (plan.request ?? .init()).encoded(),
                (plan.plan ?? .init()).encoded(),
                plan.actor,
                time
            )
        }
    }

    /// Deletes a plan.
    ///
    /// - Parameters:
    ///   - name: which.
    ///   - scope: the tenant's.
    /// - Throws: NOT_FOUND, or `PostgresError`.
    func delete(_ name: String, in scope: TenantScope) async throws {
        guard try await scope.write(.deletePlan, name).atMostOne() != nil else {
            throw Self.missing(name)
        }
    }

    private static func missing(_ name: String) -> RPCError {
        RPCError(.notFound, "name: there is no plan '\(name)'")
    }

    private static func plan(_ row: Row) throws -> MixModelV1.SavedPlan {
        var plan = MixModelV1.SavedPlan()
        plan.name = try row.read(String.self, at: 0)
        plan.note = try row.read(String.self, at: 1)
        let (request, found) = (
            try row.read(SharedBytes.self, at: 2), try row.read(SharedBytes.self, at: 3)
        )
        plan.request = try .init(decoding: request.bytes)
        plan.plan = try .init(decoding: found.bytes)
        plan.actor = try row.read(String.self, at: 4)
        plan.createTime = .init(try row.read(UTCTimestamp.self, at: 5))
        return plan
    }
}

extension Statement {
    fileprivate static let findPlan = Statement(
        "mmm.find_plan",
        "select name, note, request, plan, actor, created_at from budget_plans where name = $1"
    )
    fileprivate static let listPlans = Statement(
        "mmm.list_plans",
        """
        select name, note, request, plan, actor, created_at from budget_plans
        where name > $1 order by name limit $2
        """
    )
    /// Lets nobody else save a plan before the transaction has ended.
    fileprivate static let holdPlans = Statement(
        "mmm.hold_plans",
        "select pg_advisory_xact_lock(1296911684, hashtext(current_schema()))"
    )
    fileprivate static let countOtherPlans = Statement(
        "mmm.count_other_plans",
        "select count(*) from budget_plans where name <> $1"
    )
    fileprivate static let putPlan = Statement(
        "mmm.put_plan",
        """
        insert into budget_plans (name, note, request, plan, actor, created_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (name) do update set note = excluded.note, request = excluded.request,
            plan = excluded.plan, actor = excluded.actor, created_at = excluded.created_at
        """
    )
    fileprivate static let deletePlan = Statement(
        "mmm.delete_plan",
        "delete from budget_plans where name = $1 returning name"
    )
}
