internal import Contracts
internal import Messages
internal import Net
internal import RPC
internal import Tenancy
internal import Wire

/// Takes in what Segment's libraries send; its contract says how.
struct SegmentService: IngestV1.Segment.Service {
    private let database: TenantDatabase
    private let intake: EventIntake
    private let offload: WorkerPool?

    /// The most bytes of a body, as it comes.
    private static let largestBody = 4 << 20
    private static let mostEvents = 10_000
    /// From how many bytes on a body is read on another thread.
    private static let offloadedBytes = 32 << 10

    init(_ database: TenantDatabase, _ intake: EventIntake, offload: WorkerPool?) {
        self.database = database
        self.intake = intake
        self.offload = offload
    }

    func sendSegment(
        _ parts: RequestStream<IngestV1.SegmentPart.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.SegmentAnswer> {
        let (name, body) = try await Self.body(of: parts)
        let currency = try database.scope(for: call).entry.settings.currency
        let pool = body.count < Self.offloadedBytes ? nil : offload
        let events = try await pool.runBeside {
            try Self.events(of: body, call: name, currency: currency)
        }
        let outcome = try await intake.take(
            events.map(\.arrival),
            from: "segment",
            hasFixedTimes: false,
            for: call
        )
        return Reply(IngestV1.SegmentAnswer(outcome, of: events.map(\.messageID)))
    }

    // MARK: Bodies

    private static func body(
        of parts: RequestStream<IngestV1.SegmentPart.View>
    ) async throws -> (call: String, body: SharedBytes) {
        var name: String?
        var body = OutputBuffer()
        while let part = try await parts.next() {
            if name == nil { name = String(part.view.call) }
            guard body.count + part.view.body.byteCount <= largestBody else {
                throw RPCError(.resourceExhausted, "the body may have 4 MiB at most")
            }
            body.append(part.view.body)
        }
        guard let name else { throw RPCError(.invalidArgument, "expected a body") }
        return (name, SharedBytes(adopting: body))
    }

    /// Unfolds a body that is compressed: JSON never begins as those do (RFC 1952, 2.3.1).
    private static func unfolded(_ body: SharedBytes) throws(RPCError) -> SharedBytes {
        let bytes = body.bytes
        guard bytes.byteCount >= 2, bytes.byte(at: 0) == 0x1f, bytes.byte(at: 1) == 0x8b else {
            return body
        }
        do throws(Gzip.Fault) {
            return try Gzip.decompress(bytes, limit: 4 * largestBody)
        } catch {
            switch error {
            case .malformed: throw RPCError(.invalidArgument, "the body is no whole gzip stream")
            case .tooLarge(let limit):
                throw RPCError(.resourceExhausted, "the body unfolds to more than \(limit) bytes")
            }
        }
    }

    private struct Read: Sendable {
        let messageID: String
        let arrival: EventArrival
    }

    private static func events(
        of body: SharedBytes,
        call: String,
        currency: String
    ) throws(RPCError) -> [Read] {
        let object: GoogleProtobuf.Struct
        let text = try unfolded(body)
        do throws(CodecError) {
            object = try GoogleProtobuf.Struct(json: text.bytes)
        } catch {
            throw RPCError(.invalidArgument, "the body is no object of JSON: \(error)")
        }
        guard call == "batch" || call == "import" else {
            var value = GoogleProtobuf.Value()
            value.kind = .structValue(object)
            return [read(value, call, in: object, currency)]
        }
        guard case .listValue(let list)? = object.fields["batch"]?.kind,
            (1...mostEvents).contains(list.values.count)
        else { throw RPCError(.invalidArgument, "batch: expected a list of 1 to 10,000 events") }
        return list.values.map { read($0, call, in: object, currency) }
    }

    private static func read(
        _ value: GoogleProtobuf.Value,
        _ call: String,
        in batch: GoogleProtobuf.Struct,
        _ currency: String
    ) -> Read {
        guard case .structValue(let fields)? = value.kind else {
            let fault = RowFault(.malformed, "", "expected an object of JSON")
            return Read(messageID: "", arrival: .segment(value, .failure(fault)))
        }
        let event = SegmentEvent(fields, call: call, in: batch, currency: currency)
        let result = Result { () throws(RowFault) in try event.event() }
        return Read(messageID: event.messageID, arrival: .segment(value, result))
    }
}

extension IngestV1.SegmentAnswer {
    /// Tells what became of events, by their ids.
    fileprivate init(_ outcome: EventIntake.Outcome, of messageIDs: [String]) {
        self.init()
        let response = IngestV1.WriteEventsResponse(outcome)
        success = response.rejected == 0 && response.refused == 0
        batch = response.batch
        accepted = response.accepted
        duplicates = response.duplicates
        rejected = response.rejected
        refused = response.refused
        outcomes = response.outcomes.map { told in
            var outcome = Outcome()
            outcome.index = told.index
            outcome.messageID = messageIDs[Int(told.index)]
            outcome.fate = told.fate
            outcome.field = told.field
            outcome.reason = told.reason
            return outcome
        }
    }
}
