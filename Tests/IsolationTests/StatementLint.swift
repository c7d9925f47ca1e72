@testable import Schema

/// What statements must not do, since they are run in whichever tenant's scope.
///
/// It reads words, not a grammar; that a name of another schema is denied as well is the rights'
/// work.
enum StatementLint {
    /// Folders whose statements are of a schema that is no tenant's: its name may stand in them.
    private static let ownSchemas: [(folder: String, schemas: Set<String>)] = [
        ("Shared/Tenancy/", ["platform"]), ("Shared/Schema/", ["platform", "node"]),
        ("Shared/Jobs/", ["node"]),
    ]

    /// Words after which a table is named.
    private static let beforeTables: Set<String> = [
        "from", "join", "into", "update", "table", "references", "only", "using", "view", "copy",
    ]

    /// Words that change a session, or are not one transaction's.
    private static let ofSessions: Set<String> = ["reset", "discard", "listen", "load", "prepare"]

    /// Words after `set` or `set local` that say the same as a preamble.
    private static let ofScopes: Set<String> = ["role", "search_path", "session", "schema"]

    /// Where connections are made what they all are: the same for each tenant.
    private static let makerOfSessions = "Shared/Postgres/Session/Session+Cleanliness.swift"

    /// Who may say as whom statements are run, and where their names are looked up: the preamble of
    /// scopes; and what makes and ends tenants, on connections that serve nobody.
    private static let makersOfScopes: Set<String> = [
        "Shared/Postgres/Statements/Statement.swift",
        "Shared/Schema/Tenants/Statement+Tenants.swift", makerOfSessions,
    ]

    /// The faults of a statement.
    ///
    /// - Parameters:
    ///   - sql: its text.
    ///   - file: where it stands.
    /// - Returns: what is wrong; empty if nothing is.
    static func faults(of sql: String, in file: String) -> [String] {
        var faults: [String] = []
        let words = Array(SQLWords(sql))
        if words.contains(";") { faults.append("it is more than one statement") }
        if words.first == "set", words.dropFirst().first != "local" {
            faults.append("SET outlives the transaction")
        }
        if let first = words.first, ofSessions.contains(first), !file.hasPrefix("Shared/Postgres/")
        {
            faults.append("'\(first)' is of the session")
        }
        if words.indices.contains(where: { words[$0...].starts(with: ["set", "schema"]) }) {
            faults.append("a table stays in its schema")
        }
        if file != makerOfSessions { faults += faultsOfSettings(words) }
        if !makersOfScopes.contains(file) { faults += faultsOfScopes(words, sql) }
        let own = ownSchemas.first { file.hasPrefix($0.folder) }?.schemas ?? []
        return faults
            + qualifiers(words, sql).filter { !own.contains($0) }.map {
                "'\($0).' is no schema of its own"
            }
    }

    /// What says as whom, or in which schema, the statements after it are run.
    ///
    /// What a session keeps of a statement is kept for the schema of the scope: it would be of
    /// another if something else had changed the path before it was first run.
    private static func faultsOfScopes(_ words: [String], _ sql: String) -> [String] {
        let isSet = words.first == "set" && !ofScopes.isDisjoint(with: words.prefix(3))
        let isCalled = sql.lowercased().contains(
            #/set_config\s*\(\s*'(role|search_path|session_authorization)'/#
        )
        return isSet || isCalled ? ["only the preamble sets role and search_path"] : []
    }

    /// Settings that do not end with the transaction: the last argument is not the word `true`.
    private static func faultsOfSettings(_ words: [String]) -> [String] {
        words.indices.filter { words[$0] == "set_config" }.compactMap { start in
            var depth = 0
            for place in words.indices[(start + 1)...] {
                if words[place] == "(" { depth += 1 }
                if words[place] == ")" { depth -= 1 }
                guard depth == 0 else { continue }
                return words[place - 1] == "true" ? nil : "set_config outlives the transaction"
            }
            return "set_config without an end"
        }
    }

    /// Names of schemas that stand before a dot, as words or in strings.
    private static func qualifiers(_ words: [String], _ sql: String) -> [String] {
        let known: Set<String> = ["platform", "node", "public", "information_schema"]
        func isSchema(_ name: String) -> Bool { known.contains(name) || name.hasPrefix("t_") }
        var found: [String] = []
        for index in words.indices.dropFirst() where words[index] == "." {
            let name = words[index - 1]
            let before = index > 1 ? words[index - 2] : ""
            if name != "pg_catalog", isSchema(name) || beforeTables.contains(before) {
                found.append(name)
            }
        }
        for match in sql.matches(of: #/'(t_\w+|public|platform|node)\./#) {
            found.append(String(match.output.1))
        }
        return found
    }
}
