internal import HTTP2
internal import RPC
internal import Wire

/// Writes the messages of a stream as server-sent events, or as a line of JSON each.
///
/// Where messages have an integer field `id`, it is the event's, and the member of a oneof that is
/// set gives the event its name; else the id is how many events came before it and itself. A caller
/// that comes back with `Last-Event-ID` has it passed on as metadata. It is the service that goes
/// on from there, as only it knows what was missed: one that does not begins anew, and ids go on
/// from the last all the same, so that they never fall. The end is told by an event `end`, an error
/// by an event `error` whose data is the problem; comments between show that the stream lives.
///
/// Source: HTML Living Standard, “Server-sent events”.
final class EventStreamWriter: StreamAnswerWriter {
    private let route: Route
    private let isEvents: Bool
    private let instance: String
    private let common: HeaderBlock
    private let interval: Duration
    private var number: Int64
    private var requestID: String?

    /// - Parameters:
    ///   - route: what was called.
    ///   - isEvents: whether they are events, as against lines.
    ///   - lastEventID: the last event that the caller has.
    ///   - interval: how long the stream stays quiet at most.
    ///   - instance: the path that was asked for.
    ///   - common: fields of every answer.
    init(
        _ route: Route,
        isEvents: Bool,
        after lastEventID: String?,
        heartbeat interval: Duration,
        instance: String,
        common: HeaderBlock
    ) {
        self.route = route
        self.isEvents = isEvents
        self.instance = instance
        self.common = common
        self.interval = interval
        number = lastEventID.flatMap { Int64($0) } ?? 0
    }

    func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes {
        do throws(CodecError) {
            let json = try RESTText.json(frame.message, route)
            var text = OutputBuffer(minimumCapacity: json.count + 48)
            guard isEvents else {
                text.append(json.bytes)
                text.append("\n")
                return SharedBytes(adopting: text)
            }
            if let id = route.eventID {
                text.append("id: \(id.digits(in: frame.message))\n")
                if let member = route.method.output.member(ofOneofIn: frame.message) {
                    text.append("event: \(member.name)\n")
                }
            }
            text.append("data: ")
            text.append(json.bytes)
            text.append("\n\n")
            return SharedBytes(adopting: text)
        } catch {
            throw .unreadable(error, route.method.output)
        }
    }

    func opening(_ opening: HeaderBlock) -> HeaderBlock {
        let type = isEvents ? "text/event-stream; charset=utf-8" : "application/x-ndjson"
        requestID = opening["x-request-id"]
        var fields = HTTPFields.opening(200, type: type, count: nil)
        HTTPFields.append(metadataOf: opening, to: &fields) { !$0.equals("http-status") }
        fields.append(common)
        return fields
    }

    func part(_ translated: SharedBytes) -> SharedBytes {
        guard isEvents, route.eventID == nil else { return translated }
        number &+= 1
        var text = OutputBuffer(minimumCapacity: translated.count + 32)
        text.append("id: \(number)\n")
        text.append(translated.bytes)
        return SharedBytes(adopting: text)
    }

    func ending(_ error: RPCError?, _ trailers: HeaderBlock) -> SharedBytes? {
        var text = OutputBuffer()
        guard let error else {
            guard isEvents else { return nil }
            text.append("event: end\ndata: {}\n\n")
            return SharedBytes(adopting: text)
        }
        let id = requestID ?? trailers["x-request-id"]
        let problem = Problem(error, at: instance, requestID: id).json
        text.append(isEvents ? "event: error\ndata: " : #"{"error":"#)
        text.append(problem.bytes)
        text.append(isEvents ? "\n\n" : "}\n")
        return SharedBytes(adopting: text)
    }

    func refusal(
        _ error: RPCError,
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock
    ) -> (HeaderBlock, SharedBytes) {
        RESTText.problem(error, opening, trailers, at: instance, common)
    }

    var heartbeat: (Duration, SharedBytes)? {
        isEvents ? (interval, SharedBytes(Array(": \n\n".utf8))) : nil
    }
}
