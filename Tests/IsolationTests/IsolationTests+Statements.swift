import Foundation
import TestKit
import Testing

extension IsolationTests {
    @Test("9. no statement names a schema that is not its own, or outlives its transaction")
    func statements() throws {
        var count = 0
        for file in try SourceStatement.files() {
            let (statements, unread) = try SourceStatement.all(in: file)
            #expect(unread == 0, "\(file): the lint does not understand a statement")
            for statement in statements {
                let faults = StatementLint.faults(of: statement.sql, in: file)
                #expect(faults == [], "\(file), \(statement.name)")
            }
            count += statements.count
        }
        #expect(count >= 70)
    }

    @Test(
        "9. a statement that breaks the rule is found",
        arguments: [
            "select 1; drop table items", "set search_path = t_a", "set session role t_a",
            "select set_config('role', $1, false)", "select set_config('role', $1, 'false' = 'a')",
            "select * from platform.api_keys", "select * from items, platform.tenants t",
            "select * from t_7f3k9q2m0c5xw8r.items", "select * from public.items",
            "select \"t_a\".\"items\".title from items", "insert into node.wakeups values ($1)",
            "select nextval('t_a.items_id_seq')",
            "select * from items where id = 't_a.b'::regclass",
            "update other.items set title = $1", "reset role", "discard all",
            "alter table items set schema public", "select set_config('role', $1, true)",
            "select 1, set_config( 'search_path', $1, true)", "set local role t_a",
            "set local search_path = t_a", "set local session authorization t_a",
        ]
    )
    func brokenStatements(_ sql: String) {
        #expect(StatementLint.faults(of: sql, in: "Services/a/A/AStore.swift") != [])
    }

    @Test(
        "9. a statement that keeps the rule passes",
        arguments: [
            "select i.title from items i join tags t on t.item = i.number where t.name = $1",
            "update items set title = excluded.title", "set local statement_timeout = 5",
            "select pg_catalog.now()", "select set_config('lock_timeout', $1, true)",
            "select 'a; b' -- c; d", "insert into a select x.b from unnest($1::text[]) x (b)",
        ]
    )
    func goodStatements(_ sql: String) {
        #expect(StatementLint.faults(of: sql, in: "Services/a/A/AStore.swift") == [])
    }
}
