import Crypto
import Jobs
import Net
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

extension IsolationTests {
    @Test(
        "1. no answer, error, log line, metric, span or row of one tenant has a word of another's",
        arguments: ServedAPIs.all
    )
    func differential(_ api: TenantAPI) async throws {
        #expect(Set(api.guardedMethods.map(\.path)).isSubset(of: api.calls.map(\.method.path)))
        let served = try await ServedTenants(api)
        for member in served.members {
            try await setSecret(of: member, served)
            try await setSchedule(of: member, served)
            _ = try await served.callAll(member, round: 0)
        }
        for (member, other) in [(0, 1), (1, 0)].map({ (served.members[$0], served.members[$1]) }) {
            let wordless = try await textsWithoutWord(of: member, served)
            #expect(wordless == [])
            let (lines, spans) = (served.fixture.log.lines.count, served.spans.texts.count)
            let told = try await served.callAll(member, round: 1)
            #expect(told.contains { member.canary.isIn($0) })
            #expect(told.filter { other.canary.isIn($0) } == [])
            let newLines = served.fixture.log.lines.dropFirst(lines)
            #expect(newLines.count >= api.calls.count)
            #expect(newLines.filter { other.canary.isIn($0) } == [])
            let newSpans = served.spans.texts.dropFirst(spans)
            #expect(newSpans.count >= api.calls.count)
            #expect(newSpans.filter { other.canary.isIn($0) } == [])
        }
        for (member, other) in [(0, 1), (1, 0)].map({ (served.members[$0], served.members[$1]) }) {
            let rows = try await served.rows(member)
            #expect(member.canary.isIn(rows) && !other.canary.isIn(rows))
            #expect(!member.canary.isIn(served.metrics))
            #expect(!member.canary.isIn(try await platformRows(served)))
        }
        #expect(served.metrics.contains("tenant_scope_denials_total 0\n"))
        await served.stop()
    }

    /// A secret, which no call sets.
    private func setSecret(of member: ServedTenants.Member, _ served: ServedTenants) async throws {
        let scope = try served.database.scope(
            for: try served.context(member),
            before: SchemaFixture.soon
        )
        let id = try #require(KeyID(1))
        let key = try SealingKey(SecretBytes(randomCount: 32))
        let store = SecretStore(TenantSecrets(try KeyRing(current: id, [id: key])))
        try await store.set(
            SecretBytes(utf8: member.canary.text),
            named: try #require(SecretName("x" + member.canary.text)),
            in: scope,
            at: .now
        )
    }

    /// A schedule, whose jobs are made once; no call sets it.
    private func setSchedule(
        of member: ServedTenants.Member,
        _ served: ServedTenants
    ) async throws {
        let steps = served.api.steps(TenantWords(member.canary, round: 0))
        guard !steps.isEmpty else { return }
        let scope = try served.database.scope(
            for: try served.context(member),
            before: SchemaFixture.soon
        )
        let name = "s" + member.canary.text
        let timing = Schedule.Timing.every(seconds: 31_536_000)
        try await served.jobs.put(
            Schedule(name, of: served.api.service, timing, steps),
            in: scope
        )
        #expect(try await served.jobs.runNow(name, in: scope).count == steps.count)
        try await served.finishJobs(of: member)
    }

    /// Columns of text that no call can put 32 characters of its own into.
    private static let narrow: Set<String> = [
        "schema_migrations.area", "schema_migrations.name", "secrets.last_four",
        // The services' own names, and those of their machines.
        "jobs.queue", "jobs.kind", "jobs.worker", "schedules.queue", "schedule_steps.queue",
        "schedule_steps.kind",
        // Each one of a few words, or of the platform's list of scopes.
        "jobs.state", "jobs.scopes", "schedules.scopes", "schedules.missed_runs",
        // A form that is checked, and a name that the database must know.
        "schedules.cron", "schedules.time_zone", "quality_days.time_zone",
        // Each one of a few words: kinds, forms, reasons, names of fields and of messages.
        "rejected_rows.kind", "rejected_rows.form", "rejected_rows.message_type",
        "rejected_rows.reason", "rejected_rows.field", "rejected_rows.state",
        "rejected_rows.outcome", "series_commits.kind", "intake_tallies.kind",
        "intake_tallies.fate", "intake_tallies.reason", "series_summaries.kind",
        "series_geos.kind", "series_amounts.kind",
        // Three capitals.
        "events.currency", "spend.currency", "kpi.currency", "kpi.value_currency",
        "exchange_rates.base",
        "exchange_rates.quote", "reporting_currency.currency", "series_summaries.currencies",
        "series_amounts.currency",
    ]

    /// The columns of text in whose tables there are rows, none with the tenant's word.
    private func textsWithoutWord(
        of member: ServedTenants.Member,
        _ served: ServedTenants
    ) async throws -> [String] {
        let columns = try await served.fixture.lines(
            """
            select c.relname || '.' || a.attname from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace = '\(member.id.schemaName)'::regnamespace
                and c.relkind in ('r', 'p')
                and a.atttypid::regtype::text in ('text', 'text[]', 'json', 'jsonb',
                    'character varying', 'character', 'xml')
            order by 1
            """
        )
        let wide = columns.filter { !Self.narrow.union(served.api.narrow).contains($0) }
        #expect(!wide.isEmpty)
        let looks = wide.map { column in
            let parts = column.split(separator: ".")
            return """
                select '\(column)' from \(member.id.schemaName)."\(parts[0])"
                having count(*) > 0 and not coalesce(
                    bool_or("\(parts[1])"::text like '%\(member.canary.text)%'), false)
                """
        }
        return try await served.fixture.lines(looks.joined(separator: "\nunion all "))
    }

    /// All rows that are of no tenant.
    private func platformRows(_ served: ServedTenants) async throws -> String {
        try await served.fixture.database.run(
            """
            set xmlbinary = hex;
            select schema_to_xml(nspname, true, false, '') from pg_namespace
            where nspname in ('platform', 'node', 'public')
            """
        )
    }
}
