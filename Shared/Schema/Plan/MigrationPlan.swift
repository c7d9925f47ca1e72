internal import Crypto
internal import Wire

/// All migrations that a program brings: those of the platform, and those of every tenant.
public struct MigrationPlan: Sendable {
    let platform: MigrationSet
    /// In the order in which they are applied.
    let tenant: [MigrationSet]
    /// What tells these tenants' migrations from any others, 64 hexadecimal digits.
    public let fingerprint: String

    /// A plan.
    ///
    /// - Parameter services: the migrations of the services, in the order they are applied.
    /// - Throws: ``SchemaError/invalidPlan(_:)`` if two areas have one name, or a tenant's tables
    ///   break the rules of ``MigrationLint``.
    public init(services: [MigrationSet] = []) throws(SchemaError) {
        platform = try .platform()
        tenant = [try .common()] + services
        guard Set(tenant.map(\.area) + ["platform"]).count == tenant.count + 1 else {
            throw .invalidPlan("two areas have one name")
        }
        var hash = SHA256()
        for set in tenant {
            if let fault = MigrationLint.faults(of: set).first { throw .invalidPlan(fault) }
            for migration in set.migrations {
                hash.update(Array("\(set.area)/\(migration.name)/".utf8).rawBytes)
                hash.update(migration.checksum.rawBytes)
            }
        }
        fingerprint = hash.finish().description
    }

    /// A migration that a schema has, as its `schema_migrations` has it.
    struct Applied {
        let area: String
        let version: Int
        let checksum: [UInt8]
    }

    /// A migration that is to be applied.
    struct Step {
        let area: String
        let migration: Migration
    }

    /// The migrations that a schema lacks.
    ///
    /// - Parameters:
    ///   - sets: what it is to have.
    ///   - applied: what it has.
    ///   - place: what it is called in errors.
    /// - Returns: what is to be applied, in order.
    /// - Throws: ``SchemaError`` if it has other migrations than these.
    static func steps(
        of sets: [MigrationSet],
        after applied: [Applied],
        in place: String
    ) throws(SchemaError) -> [Step] {
        var steps: [Step] = []
        for set in sets {
            let own = applied.filter { $0.area == set.area }.sorted { $0.version < $1.version }
            for (index, row) in own.enumerated() {
                guard row.version == index + 1 else {
                    throw .invalidPlan("\(place) lacks migration \(index + 1) of \(set.area)")
                }
                guard index < set.migrations.count else {
                    throw .newer(place: place, area: set.area, version: row.version)
                }
                let migration = set.migrations[index]
                guard row.checksum == migration.checksum else {
                    throw .changed(place: place, migration: "\(set.area)/\(migration.name)")
                }
            }
            steps += set.migrations.dropFirst(own.count).map {
                Step(area: set.area, migration: $0)
            }
        }
        return steps
    }
}
