internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// Takes in a part of a file, and keeps it block by block.
struct ImportUpload {
    private let id: PostgresUUID
    private let database: TenantDatabase
    private let context: TenantContext
    private let blocks = ImportBlocks()
    private let store = ImportStore()
    private let mostOpenBytes: Int64
    /// How many bytes of the file have been committed.
    private var received: Int64
    /// What of the block is there that is not full.
    private var buffer: [UInt8] = []
    /// How many bytes come once more, which are there.
    private var known: Int64

    /// Goes on with a file.
    ///
    /// - Parameters:
    ///   - record: the import.
    ///   - offset: where the part begins.
    ///   - database: the tenants'.
    ///   - context: the tenant.
    ///   - mostOpenBytes: how many bytes a tenant may have in files that are not read yet.
    /// - Throws: FAILED_PRECONDITION if it waits for no bytes; OUT_OF_RANGE if some are missing
    ///   before these; or `PostgresError`.
    init(
        _ record: ImportRecord,
        at offset: Int64,
        _ database: TenantDatabase,
        _ context: TenantContext,
        mostOpenBytes: Int64
    ) async throws {
        guard record.state == .uploading else {
            throw RPCError(
                .failedPrecondition,
                "import \(record.id) is \(record.state.rawValue) and takes no bytes"
            )
        }
        guard (0...record.receivedBytes).contains(offset) else {
            throw RPCError(
                .outOfRange,
                "offset: \(record.receivedBytes) bytes are there, go on with these"
            )
        }
        id = record.id
        self.database = database
        self.context = context
        self.mostOpenBytes = mostOpenBytes
        received = record.receivedBytes
        known = record.receivedBytes - offset
        let (number, rest) = Int(received).quotientAndRemainder(
            dividingBy: ContentDigest.blockBytes
        )
        if rest > 0, let block = try await blocks.block(number, of: id, in: try scope()) {
            buffer = Array(copying: block.bytes)
        }
    }

    /// A scope for the next statements: a large part takes longer than any of them may.
    private func scope() throws -> TenantScope {
        try database.scope(for: context, before: .now.advanced(by: .seconds(30)))
    }

    /// Takes bytes.
    ///
    /// - Throws: RESOURCE_EXHAUSTED if the tenant has no room for more; ABORTED if somebody else
    ///   sends them too; or `PostgresError`.
    mutating func append(_ bytes: [UInt8]) async throws {
        let passed = Int(min(known, Int64(bytes.count)))
        known -= Int64(passed)
        var start = passed
        while start < bytes.count {
            let room = ContentDigest.blockBytes - buffer.count
            let end = min(start + room, bytes.count)
            buffer.append(contentsOf: bytes[start..<end])
            start = end
            if buffer.count == ContentDigest.blockBytes { try await flush() }
        }
    }

    /// Keeps what is there of the last block.
    mutating func flush() async throws {
        let number = Int(received) / ContentDigest.blockBytes
        let end = Int64(number) * Int64(ContentDigest.blockBytes) + Int64(buffer.count)
        if end == received { return }
        let scope = try scope()
        // So many blocks at most lie between two looks at what there is in all.
        if number % 16 == 0, try await store.openBytes(in: scope) >= mostOpenBytes {
            throw RPCError(
                .resourceExhausted,
                "the files that wait to be read have \(mostOpenBytes >> 20) MiB together:"
                    + " wait until some are, or cancel some",
                ErrorDetails(retryAfter: .seconds(30))
            )
        }
        try await blocks.write(SharedBytes(buffer), at: number, of: id, after: received, in: scope)
        received = end
        if buffer.count == ContentDigest.blockBytes { buffer.removeAll(keepingCapacity: true) }
    }
}
