internal import Net
internal import PathModels
internal import Postgres
internal import RPC
internal import Tenancy

/// Reads imported journeys into a table of distinct paths, a page at a time.
struct PathReader: Sendable {
    private let store: PathStore
    private let offload: WorkerPool?

    /// How many rows one run looks at, and how many touches they have, which bound its memory.
    static let mostRows: Int64 = 2_000_000
    static let mostTouches = 20_000_000

    init(_ store: PathStore, offload: WorkerPool?) {
        self.store = store
        self.offload = offload
    }

    /// The journeys of imports.
    ///
    /// - Parameters:
    ///   - imports: which, one at least.
    ///   - scope: the tenant's.
    /// - Returns: the table.
    /// - Throws: FAILED_PRECONDITION if a row cannot be counted, or there are too many;
    ///   `AttributionFailure`; `PostgresError`.
    func table(of imports: [PathImport], in scope: TenantScope) async throws -> PathTable {
        let rows = imports.reduce(0) { $0 + $1.rows }
        guard rows <= Self.mostRows else {
            throw RPCError(
                .failedPrecondition,
                "\(rows) rows of paths are more than the \(Self.mostRows) that one run looks at: "
                    + "name one import, or import equal paths as one row"
            )
        }
        let building = Locked(PathTableBuilder(mostTouches: Self.mostTouches))
        // The oldest first, and rows as in files: the same data give the same numbers of channels.
        for paths in imports.reversed() {
            var last: Int64 = 0
            while true {
                let page = try await store.rows(of: paths.id, after: last, in: scope)
                if page.isEmpty { break }
                last = try await offload.runBeside {
                    try building.withLock { builder in
                        Result { try Self.append(page, to: &builder, of: paths) }
                    }.get()
                }
            }
        }
        return building.withLock { $0.build() }
    }

    /// Adds the rows of a page.
    ///
    /// - Returns: the number of the last of them.
    private static func append(
        _ page: Rows,
        to builder: inout PathTableBuilder,
        of paths: PathImport
    ) throws -> Int64 {
        var last: Int64 = 0
        var steps: [ChannelNames.ID] = []
        for row in page {
            last = try row.read(Int64.self, at: 0)
            steps.removeAll(keepingCapacity: true)
            for name in try row.read([String].self, at: 1) {
                steps.append(try builder.channel(name))
            }
            let conversions = try row.read(PostgresDecimal.self, at: 2)
            let nulls = try row.read(PostgresDecimal.self, at: 4)
            guard let conversions = conversions.whole, let nulls = nulls.whole else {
                throw RPCError(
                    .failedPrecondition,
                    "row \(last) of '\(paths.name)' has parts of journeys: models count whole "
                        + "ones; import it with whole numbers of conversions and nulls"
                )
            }
            let value = try row.read(PostgresDecimal.self, at: 3)
            try builder.append(
                steps.span,
                conversions: conversions,
                value: try PathValue(coefficient: value.coefficient, scale: value.scale),
                nulls: nulls
            )
        }
        return last
    }
}

extension PostgresDecimal {
    /// The number, if it is whole and no more than can be counted.
    fileprivate var whole: Int? {
        var coefficient = coefficient
        for _ in 0..<scale {
            let (quotient, remainder) = coefficient.quotientAndRemainder(dividingBy: 10)
            if remainder != 0 { return nil }
            coefficient = quotient
        }
        return Int(exactly: coefficient)
    }
}
