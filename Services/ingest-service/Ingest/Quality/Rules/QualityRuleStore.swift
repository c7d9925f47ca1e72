internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The rules that tenants have put: all their SQL.
struct QualityRuleStore: Sendable {
    /// How many a tenant may put.
    static let mostRules = 200

    /// The rules in force, in the order of their names.
    func rules(in scope: TenantScope) async throws -> [IngestV1.StoredQualityRule] {
        try await inForce(scope.read(.listRules))
    }

    /// The same as a part of a transaction.
    func rules(
        in transaction: PostgresTransaction
    ) async throws -> [IngestV1.StoredQualityRule] {
        try await inForce(transaction.query(.listRules))
    }

    private func inForce(_ rows: Rows) throws -> [IngestV1.StoredQualityRule] {
        var rules = QualityRule.standard.mapValues { rule in
            var stored = IngestV1.StoredQualityRule()
            stored.rule = rule.message
            stored.standard = true
            return stored
        }
        for row in rows {
            let stored = try IngestV1.StoredQualityRule(row)
            if let name = stored.rule?.name { rules[name] = stored }
        }
        return rules.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Puts a rule in force instead of the one of its name.
    ///
    /// - Parameters:
    ///   - rule: the rule, with who and why.
    ///   - time: when.
    ///   - scope: the tenant's.
    /// - Throws: RESOURCE_EXHAUSTED if the tenant has too many; `PostgresError`.
    func put(
        _ rule: IngestV1.StoredQualityRule,
        at time: UTCTimestamp,
        in scope: TenantScope
    ) async throws {
        guard let message = rule.rule else { return }
        let put = try await scope.write(
            .putRule,
            message.name,
            message.encoded(),
            rule.reason,
            rule.actor,
            time,
            Int64(Self.mostRules)
        )
        guard put.affected == 1 else {
            throw RPCError(
                .resourceExhausted,
                "a tenant has at most \(Self.mostRules) rules: delete one first"
            )
        }
    }

    /// Takes back what was put by a name.
    ///
    /// - Throws: NOT_FOUND if nothing was; `PostgresError`.
    func delete(_ name: String, in scope: TenantScope) async throws {
        guard try await scope.write(.deleteRule, name).affected == 1 else {
            throw RPCError(.notFound, "the tenant has put no rule of that name")
        }
    }
}

extension IngestV1.StoredQualityRule {
    /// Reads a row of ``Statement/listRules``.
    fileprivate init(_ row: Row) throws {
        self.init()
        let bytes = try row.read(SharedBytes.self, at: 0)
        let rule = try IngestV1.QualityRule(decoding: bytes.bytes)
        standard = QualityRule.standard[rule.name] != nil
        self.rule = rule
        reason = try row.read(String.self, at: 1)
        actor = try row.read(String.self, at: 2)
        changeTime = GoogleProtobuf.Timestamp(try row.read(UTCTimestamp.self, at: 3))
    }
}

extension Statement {
    fileprivate static let listRules = Statement(
        "ingest.list_quality_rules",
        "select rule, reason, actor, changed_at from quality_rules order by name limit 1000"
    )
    /// No row if there is no room for another.
    fileprivate static let putRule = Statement(
        "ingest.put_quality_rule",
        """
        insert into quality_rules (name, rule, reason, actor, changed_at)
        select $1, $2, $3, $4, $5
        where (select count(*) from quality_rules where name <> $1) < $6
        on conflict (name) do update set rule = excluded.rule, reason = excluded.reason,
            actor = excluded.actor, changed_at = excluded.changed_at
        """
    )
    fileprivate static let deleteRule = Statement(
        "ingest.delete_quality_rule",
        "delete from quality_rules where name = $1"
    )
}
