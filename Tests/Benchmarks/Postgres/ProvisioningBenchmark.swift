import Foundation
import Schema
import Tenancy
import TestTenants

/// How long it takes to make a tenant where there are many.
struct ProvisioningBenchmark {
    /// How many tenants there are before, and how many are measured.
    private static let (others, measured) = (1_000, 50)
    /// How many tables the service has that tenants are made with.
    private static let tables = 15

    /// What is aimed at: milliseconds, and more for each table.
    private static let goal = (base: 60.0, perTable: 4.0)

    /// Makes tenants one after the other.
    ///
    /// - Returns: the median time of the last ones beside the goal.
    func run() async throws -> Report.Row {
        let sql = (0..<Self.tables).map { number in
            """
            create table t\(number) (
                id bigint generated always as identity,
                name text not null,
                at timestamptz not null,
                amount double precision,
                constraint t\(number)_pkey primary key (id)
            );
            """
        }.joined(separator: "\n")
        let fixture = try await SchemaFixture(services: [try .example(sql)])
        for number in 0..<Self.others { _ = try await fixture.tenant("tenant-\(number)") }
        var milliseconds: [Double] = []
        for number in 0..<Self.measured {
            let start = ContinuousClock.now
            _ = try await fixture.tenant("measured-\(number)")
            milliseconds.append(start.duration(to: .now) / .milliseconds(1))
        }
        // All tables count: those that every tenant has too.
        let count =
            try await fixture.lines(
                """
                select count(*) / \(Self.others + Self.measured) from pg_class c
                join pg_namespace n on n.oid = c.relnamespace
                where n.nspname like 't\\_%' and c.relkind = 'r'
                """
            ).first.flatMap(Double.init) ?? 0
        let goal = Self.goal.base + Self.goal.perTable * count
        return Report.Row(
            "a tenant of \(Int(count)) tables, \(Self.others) there",
            peer: "goal: 60 ms, 4 a table",
            unit: "ms",
            pairs: milliseconds.map { (ours: $0, theirs: goal) }
        )
    }
}
