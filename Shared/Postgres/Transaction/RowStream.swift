internal import Net

/// The rows of a statement one by one, as they come: what is not taken yet stays with the server.
public struct RowStream: AsyncSequence {
    /// One row.
    public typealias Element = Row
    /// Any failure of the statement.
    public typealias Failure = PostgresError

    let statement: Statement
    let buffer: RowBuffer
    let flight: Flight
    let session: Session
    let transaction: PostgresTransaction

    /// Takes the rows, once.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let stream: RowStream
        fileprivate let lifetime: Lifetime

        /// The next row.
        ///
        /// - Returns: nil after the last one.
        /// - Throws: ``PostgresError`` of the statement, after the rows that came before it failed.
        public mutating func next() async throws(PostgresError) -> Row? {
            try await stream.next()
        }
    }

    /// The only iterator there may be: when it goes, the statement is given up.
    public func makeAsyncIterator() -> Iterator {
        Iterator(stream: self, lifetime: Lifetime(flight: flight, loop: session.loop))
    }

    /// Gives the statement up when nobody takes its rows any more.
    fileprivate final class Lifetime: Sendable {
        private let flight: Flight
        private let loop: EventLoop

        init(flight: Flight, loop: EventLoop) {
            self.flight = flight
            self.loop = loop
        }

        deinit {
            loop.execute { [flight] in
                flight.abandon(PostgresError(.cancelled, "the rows were not read to the end"))
            }
        }
    }

    private func next() async throws(PostgresError) -> Row? {
        try transaction.checkLoop()
        while true {
            if let result = buffer.take() {
                return Row(result: result, index: 0, queryName: statement.name)
            }
            if let ending = buffer.ending {
                try ending.get()
                return nil
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    buffer.whenChanged { continuation.resume() }
                    session.resumeReading()
                }
            } onCancel: { [session, flight] in
                session.loop.execute {
                    flight.abandon(PostgresError(.cancelled, "the caller was cancelled"))
                }
            }
        }
    }
}

extension PostgresTransaction {
    /// Runs a statement whose rows are taken one by one; nothing else can be sent meanwhile.
    ///
    /// One that is not read to its end is cancelled, and the transaction can then not be committed.
    ///
    /// - Parameters:
    ///   - statement: the statement.
    ///   - values: what is bound to `$1` and so on.
    /// - Returns: the rows, to be iterated once.
    /// - Throws: ``PostgresError`` if it cannot be sent.
    public func stream<each Value: PostgresEncodable>(
        _ statement: Statement,
        _ values: repeat each Value
    ) async throws(PostgresError) -> RowStream {
        var batch = Batch()
        batch.append(statement, repeat each values)
        try batch.check()
        let stream = batch
        return try await onLoop { () async throws(PostgresError) in
            try await send(stream, of: statement)
        }
    }

    private func send(
        _ batch: Batch,
        of statement: Statement
    ) async throws(PostgresError) -> RowStream {
        let session = try await beginAlone()
        let buffer = RowBuffer(limit: session.limits.rowsAhead)
        let flight = Flight(batch, schema: schema, effect: .pending, rows: buffer) {
            [self] outcome in
            let end = outcome.map { _ in }
            if case .failure = end { _ = try? note(end) }
            buffer.finish(end)
        }
        flight.expire(at: deadline, on: loop)
        session.send(flight)
        return RowStream(
            statement: statement,
            buffer: buffer,
            flight: flight,
            session: session,
            transaction: self
        )
    }
}
