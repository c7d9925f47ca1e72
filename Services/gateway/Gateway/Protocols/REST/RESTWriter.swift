internal import HTTP2
internal import RPC
internal import Wire

/// Writes answers of REST: a message as JSON or CSV, or a problem.
final class RESTWriter: WholeAnswerWriter {
    private let route: Route
    private let isCSV: Bool
    private let known: String?
    private let instance: String
    private let common: HeaderBlock

    /// - Parameters:
    ///   - route: what was called.
    ///   - isCSV: whether the answer is CSV.
    ///   - known: the answers that the caller has, as `if-none-match` says; nil for none.
    ///   - instance: the path that was asked for.
    ///   - common: fields of every answer.
    init(
        _ route: Route,
        isCSV: Bool,
        known: String? = nil,
        instance: String,
        common: HeaderBlock
    ) {
        self.route = route
        self.isCSV = isCSV
        self.known = known
        self.instance = instance
        self.common = common
    }

    func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes {
        do throws(CodecError) {
            if isCSV, let table = route.rows {
                var text = OutputBuffer()
                try table.write(frame.message, options: route.options, to: &text)
                return SharedBytes(adopting: text)
            }
            return try RESTText.json(frame.message, route)
        } catch {
            throw .unreadable(error, route.method.output)
        }
    }

    func whole(
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock,
        _ body: SharedBytes
    ) -> (HeaderBlock, SharedBytes?) {
        let isKnown = HTTPFields.isKnown(opening, known)
        let status = isKnown ? 304 : RESTText.status(of: opening)
        let hasBody = status != 204 && !isKnown
        let type = isCSV ? "text/csv; charset=utf-8" : "application/json"
        var fields = HTTPFields.opening(
            status,
            type: hasBody ? type : nil,
            count: hasBody ? body.count : nil,
            caching: opening["cache-control"]
        )
        for block in [opening, trailers] {
            HTTPFields.append(metadataOf: block, to: &fields) { !$0.equals("http-status") }
        }
        fields.append(common)
        return (fields, hasBody ? body : nil)
    }

    func refusal(
        _ error: RPCError,
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock
    ) -> (HeaderBlock, SharedBytes) {
        RESTText.problem(error, opening, trailers, at: instance, common)
    }
}

/// What all writers of REST have in common.
enum RESTText {
    /// A message as JSON, or the one field of it that is the answer.
    static func json(
        _ message: SharedBytes,
        _ route: Route
    ) throws(CodecError) -> SharedBytes {
        guard let field = route.answer else {
            return try route.method.output.json(of: message, options: route.options)
        }
        return try field.json(in: message, options: route.options)
            ?? SharedBytes(Array("null".utf8))
    }

    /// The status that a service asks for, of those that mean success; 200 if it does not, or asks
    /// for 205, which speaks of a form that the caller fills in.
    static func status(of opening: HeaderBlock) -> Int {
        guard let text = opening["http-status"], let status = Int(text),
            (200...299).contains(status), status != 205
        else { return 200 }
        return status
    }

    /// An answer that is a problem.
    static func problem(
        _ error: RPCError,
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock,
        at instance: String,
        _ common: HeaderBlock
    ) -> (HeaderBlock, SharedBytes) {
        let id = opening["x-request-id"] ?? trailers["x-request-id"]
        let problem = Problem(error, at: instance, requestID: id)
        let body = problem.json
        var fields = problem.fields(for: body)
        let hasRetry = fields["retry-after"] != nil
        let blocks = opening == trailers ? [opening] : [opening, trailers]
        for block in blocks {
            HTTPFields.append(metadataOf: block, to: &fields) {
                !$0.equals("http-status") && !(hasRetry && $0.equals("retry-after"))
            }
        }
        fields.append(common)
        return (fields, body)
    }
}
