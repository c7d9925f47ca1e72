internal import Files
internal import Messages
internal import RPC
internal import Taxonomy
internal import Telemetry
internal import Tenancy

/// Says which channels the columns of a wide table are of.
///
/// Such a table names its channels by its columns and nowhere else. Those that the tenant's mapping
/// of spend does not know become rules of it, as somebody would put them: rows keep saying only
/// which column they stood in, so that another mapping moves what is stored. Whoever wants a column
/// to be of no channel disables its rule, which is not put again.
struct ColumnChannels: Sendable {
    private let mappings = SpendMappingStore()

    /// How often the mapping is read again that somebody else has put meanwhile.
    private static let mostTries = 3
    /// Where the rules stand: behind those that people put.
    private static let priority: Int32 = 1_000
    /// What a rule's name and a value have at most.
    private static let mostBytes = 200
    /// What whoever puts a mapping needs.
    static let needed = ["taxonomy:write"]
    /// What columns are called that have the costs of all others, or do not say of what.
    private static let sums: Set<String> = [
        "all", "all_channels", "all_media", "amount", "budget", "cost", "costs", "gesamt", "media",
        "overall", "spend", "sum", "total", "totals",
    ]

    /// The columns of spend whose amounts belong to no channel by the mapping in force.
    ///
    /// - Parameters:
    ///   - plan: how the table is read.
    ///   - scope: the tenant's.
    /// - Returns: their headers, in their order; those of what is no wide table are not looked at.
    /// - Throws: what a store throws.
    func unmapped(_ plan: FilePlan, in scope: TenantScope) async throws -> [String] {
        guard plan.kind == .mixModel else { return [] }
        let mapping = try await mappings.mapping(0, in: scope)
        // As for those that are unknown.
        guard let rules = try? mapping.ruleSet() else { return [] }
        return plan.columns.filter { $0.role == .spend && !$0.header.isEmpty }.map(\.header)
            .filter { rules.match(SpendClues(column: $0)) == nil }
    }

    /// The columns of spend of which the mapping in force knows no channel, and whose names say
    /// which it could be.
    ///
    /// - Parameters:
    ///   - plan: how the table is read.
    ///   - scope: the tenant's.
    /// - Returns: the columns, in their order.
    /// - Throws: what a store throws.
    func unknown(
        _ plan: FilePlan,
        in scope: TenantScope
    ) async throws -> [FilePlan.Column] {
        guard plan.kind == .mixModel else { return [] }
        return Self.unknown(plan.columns, to: try await mappings.mapping(0, in: scope))
    }

    private static func unknown(
        _ columns: [FilePlan.Column],
        to mapping: StoredSpendMapping
    ) -> [FilePlan.Column] {
        // What is stored has been checked; rules of before would be those of nobody.
        guard let rules = try? mapping.ruleSet() else { return [] }
        var names = Set(mapping.rules.map(\.name))
        let found = columns.filter { column in
            let slug = ImportChannels.slug(of: column.name)?.description ?? ""
            return column.role == .spend && !column.header.isEmpty && !sums.contains(slug)
                && name(of: column).utf8.count <= mostBytes
                && rules.match(SpendClues(column: column.header)) == nil
                && names.insert(name(of: column)).inserted
        }
        return Array(found.prefix(max(0, RuleSet.mostRules - mapping.rules.count)))
    }

    /// What the rule of a column is called.
    private static func name(of column: FilePlan.Column) -> String { "column \(column.header)" }

    /// Has the mapping say of which channels columns are.
    ///
    /// - Parameters:
    ///   - columns: those that it did not know.
    ///   - channels: the tenant's; columns whose name is none of them stay as they are.
    ///   - file: what they are columns of, which the mapping's reason names.
    ///   - actor: who imports it.
    ///   - scope: the tenant's.
    /// - Throws: what a store throws; not that the mapping has no room for more rules.
    func map(
        _ columns: [FilePlan.Column],
        to channels: ImportChannels,
        of file: String,
        by actor: String,
        in scope: TenantScope
    ) async throws {
        let slugs = try await mappings.slugs(
            of: columns.compactMap { channels.numbers[channels.slug(of: $0.name)] },
            in: scope
        )
        for attempt in 1...Self.mostTries {
            let old = try await mappings.mapping(0, in: scope)
            let rules = Self.unknown(columns, to: old).compactMap { column in
                channels.numbers[channels.slug(of: column.name)]
                    .flatMap { slugs[$0] }.map { Self.rule(for: column, $0) }
            }
            if rules.isEmpty { return }
            let mapping = StoredSpendMapping(
                version: old.version + 1,
                rules: old.rules + rules,
                reason: "columns of \(file.prefix(200))",
                actor: actor,
                time: .now
            )
            guard (try? mapping.ruleSet()) != nil else { return }
            do {
                _ = try await mappings.put(mapping, in: scope)
                return
            } catch let error as RPCError where error.code == .aborted {
                if attempt == Self.mostTries { throw error }
            }
        }
    }

    private static func rule(
        for column: FilePlan.Column,
        _ slug: String
    ) -> IngestV1.ChannelRule {
        var test = IngestV1.RuleTest()
        (test.field, test.operator, test.values) = (.column, .equals, [column.header])
        var condition = IngestV1.RuleCondition()
        condition.tests = [test]
        var rule = IngestV1.ChannelRule()
        rule.name = name(of: column)
        (rule.channel, rule.priority, rule.conditions) = (slug, priority, [condition])
        return rule
    }
}
