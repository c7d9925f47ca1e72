internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The bytes of files that have been sent and not yet been read: all their SQL.
struct ImportBlocks: Sendable {
    /// How many are removed at once.
    private static let mostRemoved = 128

    /// A block; nil behind the last.
    func block(
        _ number: Int,
        of id: PostgresUUID,
        in scope: TenantScope
    ) async throws(PostgresError) -> SharedBytes? {
        try await scope.read(.findBlock, id, Int32(number)).atMostOne()?.read(SharedBytes.self)
    }

    /// Writes a block, if the file ends where its bytes go on.
    ///
    /// - Parameters:
    ///   - bytes: the whole block, with what was there of it before.
    ///   - number: which, from 0.
    ///   - id: of which import.
    ///   - received: how many bytes of the file there were.
    ///   - scope: the tenant's.
    /// - Throws: ABORTED if somebody else has sent these bytes meanwhile, or the import takes no
    ///   more; or `PostgresError`.
    func write(
        _ bytes: SharedBytes,
        at number: Int,
        of id: PostgresUUID,
        after received: Int64,
        in scope: TenantScope
    ) async throws {
        let start = Int64(number) * Int64(ContentDigest.blockBytes)
        let digest = ContentDigest.of(bytes.bytes)
        try await scope.transaction { transaction in
            let noted = try await transaction.query(
                .noteReceived,
                id,
                received,
                start + Int64(bytes.count),
                UTCTimestamp.now
            )
            guard noted.affected == 1 else {
                throw RPCError(
                    .aborted,
                    "somebody else sends bytes of this import, or it takes no more:"
                        + " ask for its state and for received_bytes"
                )
            }
            try await transaction.query(.writeBlock, id, Int32(number), bytes, digest)
        }
    }

    /// The digests of all blocks of an import, in order.
    func digests(
        of id: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [SharedBytes] {
        try await transaction.query(.listDigests, id)
            .map { row throws(PostgresError) in try row.read(SharedBytes.self) }
    }

    /// Removes some blocks of an import.
    ///
    /// - Returns: whether there may be more.
    func remove(
        of id: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Bool {
        let removed = try await transaction.query(.removeBlocks, id, Int64(Self.mostRemoved))
        return removed.affected == Self.mostRemoved
    }
}

extension Statement {
    fileprivate static let findBlock = Statement(
        "ingest.find_import_block",
        "select bytes from import_blocks where import_id = $1 and number = $2"
    )
    fileprivate static let noteReceived = Statement(
        "ingest.note_received_bytes",
        """
        update imports set received_bytes = $3, updated_at = $4
        where import_id = $1 and received_bytes = $2 and state = 'uploading'
        """
    )
    fileprivate static let writeBlock = Statement(
        "ingest.write_import_block",
        """
        insert into import_blocks (import_id, number, bytes, digest) values ($1, $2, $3, $4)
        on conflict (import_id, number) do update set
            bytes = excluded.bytes, digest = excluded.digest
        """
    )
    fileprivate static let listDigests = Statement(
        "ingest.list_import_digests",
        "select digest from import_blocks where import_id = $1 order by number"
    )
    fileprivate static let removeBlocks = Statement(
        "ingest.remove_import_blocks",
        """
        delete from import_blocks where (import_id, number) in (
            select import_id, number from import_blocks where import_id = $1 limit $2
        )
        """
    )
}
