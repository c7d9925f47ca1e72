/// What tenants' migrations must not do, so that their schemas can be spread over nodes by Citus.
///
/// It reads words, not a grammar: it finds what is written plainly. What it cannot see is found in
/// the catalog by ``TenantAudit``. Source of the rules: Citus 13, schema-based sharding.
public enum MigrationLint {
    /// The faults of a list of migrations.
    ///
    /// - Parameter set: those of an area that tenants have.
    /// - Returns: each fault with the name of its migration; empty if there is none.
    public static func faults(of set: MigrationSet) -> [String] {
        set.migrations.flatMap { migration in
            statements(of: migration.sql).flatMap(faults).map {
                "\(set.area)/\(migration.name): \($0)"
            }
        }
    }

    /// The statements of a text, each as lower-case words and single signs; comments, quoted text
    /// and the bodies of functions are left out.
    static func statements(of sql: String) -> [[String]] {
        var statements: [[String]] = [[]]
        for word in SQLWords(sql) {
            if word == ";" {
                statements.append([])
            } else {
                statements[statements.count - 1].append(word)
            }
        }
        return statements.filter { !$0.isEmpty }
    }

    private static func faults(of words: [String]) -> [String] {
        var faults: [String] = []
        func has(_ phrase: String...) -> Bool {
            words.indices.contains { words[$0...].starts(with: phrase) }
        }
        for (word, problem) in forbidden where words.contains(word) { faults.append(problem) }
        if has("materialized", "view") { faults.append("materialized views stay on one node") }
        if has("foreign", "table") { faults.append("foreign tables cannot be moved") }
        if words.first == "set" || has("set", "session") {
            faults.append("sessions are shared: SET is not for migrations")
        }
        if ["begin", "commit", "rollback", "savepoint"].contains(words[0]) {
            faults.append("a migration is one transaction already")
        }
        if has("create", "schema") { faults.append("a tenant has one schema") }
        if words.starts(with: ["create", "table"]) || has("create", "unlogged", "table") {
            faults += faultsOfTable(words)
        }
        if has("add", "column"), has("as", "identity") {
            faults.append("identity columns can be made only with their table")
        }
        if let conflict = words.firstIndex(of: "conflict"),
            words[conflict...].contains("update"),
            !volatile.isDisjoint(with: words[conflict...])
        {
            faults.append("ON CONFLICT sets values of parameters or of 'excluded' only")
        }
        faults += qualifiers(in: words)
        return faults
    }

    private static func faultsOfTable(_ words: [String]) -> [String] {
        var faults: [String] = []
        let isPartition = words.contains("of") && words.contains("partition")
        let isPartitioned = words.indices.contains {
            words[$0...].starts(with: ["partition", "by"])
        }
        if isPartition && isPartitioned { faults.append("partitions have no partitions") }
        let hasKey = words.indices.contains { words[$0...].starts(with: ["primary", "key"]) }
        if !isPartition && !hasKey {
            faults.append("a table without a primary key cannot be moved")
        }
        for (index, word) in words.enumerated() where word == "generated" {
            let type = words[..<index].last { !["null", "not"].contains($0) }
            let isIdentity = words[index...].prefix(5).contains("identity")
            if isIdentity, type != "bigint", type != "int8" {
                faults.append("identity columns are bigint")
            }
        }
        return faults
    }

    /// Names of other schemas: what stands before a dot outside strings, but for the catalog.
    private static func qualifiers(in words: [String]) -> [String] {
        words.indices.dropFirst().dropLast().compactMap { index in
            let name = words[index - 1]
            guard words[index] == ".", !["pg_catalog", "excluded"].contains(name),
                ["references", "table", "from", "join", "into", "update", "on", "view", "exists"]
                    .contains(index > 1 ? words[index - 2] : "")
            else { return nil }
            return "'\(name).' names a schema, and tenants' names are not known here"
        }
    }

    private static let volatile: Set<String> = [
        "now", "random", "gen_random_uuid", "clock_timestamp", "nextval", "statement_timestamp",
        "timeofday", "current_timestamp",
    ]

    private static let forbidden: [(String, String)] = [
        ("trigger", "triggers are not supported on distributed tables"),
        ("serial", "serial numbers of 32 bits run out: bigint"),
        ("serial4", "serial numbers of 32 bits run out: bigint"),
        ("smallserial", "serial numbers of 16 bits run out: bigint"),
        ("serial2", "serial numbers of 16 bits run out: bigint"),
        ("inherits", "inherited tables cannot be moved"),
        ("concurrently", "a migration is a transaction"),
        ("temp", "temporary tables are of one session"),
        ("temporary", "temporary tables are of one session"),
        ("extension", "extensions are of a database, not of a tenant"),
    ]
}
