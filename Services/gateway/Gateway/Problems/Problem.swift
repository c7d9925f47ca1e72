internal import HTTP2
internal import RPC
internal import Telemetry
internal import Wire

/// Why a request failed, as REST callers are told: a problem of RFC 9457.
struct Problem {
    /// The status of HTTP.
    let status: Int
    /// The code of gRPC.
    let code: StatusCode
    /// What went wrong, in words for the caller.
    let detail: String
    /// What it says for programs.
    let explanation: ErrorDetails
    /// What was asked for.
    let instance: String
    /// What the request is called.
    let requestID: String?

    /// What a call failed with.
    ///
    /// - Parameters:
    ///   - error: how the call ended.
    ///   - instance: the path that was asked for.
    ///   - requestID: what the request is called.
    init(_ error: RPCError, at instance: String, requestID: String?) {
        explanation = error.explanation
        status = error.httpStatus(for: explanation.reason)
        code = error.code
        detail = error.message
        self.instance = instance
        self.requestID = requestID
    }

    /// Why there was no call.
    init(_ refusal: Refusal, at instance: String, requestID: RequestID) {
        status = refusal.status
        code = refusal.code
        detail = refusal.detail
        explanation = ErrorDetails(reason: refusal.reason)
        self.instance = instance
        self.requestID = requestID.text
    }

    /// The problem as `application/problem+json`.
    var json: SharedBytes {
        var text = OutputBuffer(minimumCapacity: 512)
        text.append(#"{"type":"about:blank","title":"#)
        text.appendJSON(HTTPStatus.title(status))
        text.append(#","status":\#(status),"detail":"#)
        text.appendJSON(detail)
        text.append(#","instance":"#)
        text.appendJSON(instance)
        text.append(#","code":"\#(code.name)","reason":"#)
        text.appendJSON(explanation.reason ?? code.name)
        if !explanation.violations.isEmpty {
            text.append(#","violations":["#)
            for (place, violation) in explanation.violations.enumerated() {
                text.append(place > 0 ? #",{"field":"# : #"{"field":"#)
                text.appendJSON(violation.field)
                text.append(#","description":"#)
                text.appendJSON(violation.description)
                text.append("}")
            }
            text.append("]")
        }
        if let requestID {
            text.append(#","requestId":"#)
            text.appendJSON(requestID)
        }
        text.append("}")
        return SharedBytes(adopting: text)
    }

    /// The fields of the answer that bring it, but for those of the call.
    ///
    /// - Parameter body: the problem.
    /// - Returns: `:status` and what speaks of the body.
    func fields(for body: SharedBytes) -> HeaderBlock {
        var fields = HTTPFields.opening(
            status,
            type: "application/problem+json",
            count: body.count
        )
        if status == 401 { fields.append("www-authenticate", "Bearer") }
        if let wait = explanation.retryAfter {
            fields.append("retry-after", "\(wait.secondsUp)")
        } else if status == 503 {
            fields.append("retry-after", "1")
        }
        return fields
    }
}

/// Why a request is answered before there is a call: what it asks for is not there, or not so.
struct Refusal: Error {
    let status: Int
    let code: StatusCode
    let reason: String
    let detail: String
    /// Fields that go with it, as `allow`.
    var fields: [(String, String)] = []
}

extension Refusal {
    static func unknownPath(_ path: String) -> Refusal {
        Refusal(
            status: 404,
            code: .notFound,
            reason: "PATH_UNKNOWN",
            detail: "there is nothing at \(path)"
        )
    }

    static func wrongVerb(_ verb: String, allowed: [String]) -> Refusal {
        let allowed = allowed.joined(separator: ", ")
        return Refusal(
            status: 405,
            code: .unimplemented,
            reason: "METHOD_NOT_ALLOWED",
            detail: "\(verb) is not one of \(allowed)",
            fields: [("allow", allowed)]
        )
    }

    static func unsupportedType(_ type: String, supported: String) -> Refusal {
        Refusal(
            status: 415,
            code: .invalidArgument,
            reason: "MEDIA_TYPE_UNSUPPORTED",
            detail: type.isEmpty
                ? "the body has no content-type; it may be \(supported)"
                : "the body is \(type); it may be \(supported)",
            fields: [("accept", supported)]
        )
    }

    static func notAcceptable(available: String) -> Refusal {
        Refusal(
            status: 406,
            code: .invalidArgument,
            reason: "NOT_ACCEPTABLE",
            detail: "the answer can be \(available)"
        )
    }

    static func badRequest(_ reason: String, _ detail: String) -> Refusal {
        Refusal(status: 400, code: .invalidArgument, reason: reason, detail: detail)
    }
}

extension OutputBuffer {
    /// Appends text as a JSON string, in quotes.
    mutating func appendJSON(_ text: String) { appendJSON(text.utf8Span.span.asRawSpan) }
}
