internal import HTTP2
internal import RPC
internal import Wire

/// What the fields of a request say of how it is to be read and answered.
struct RequestHead {
    /// The verb, in upper case.
    private(set) var verb = ""
    /// The path without the query.
    private(set) var path = ""
    /// The query, without its `?`; empty if there is none.
    private(set) var query = ""
    /// The kind of the body, in lower case and without parameters; empty if not given.
    private(set) var contentType = ""
    private(set) var contentEncoding: String?
    private(set) var contentLength: Int?
    private(set) var accept: String?
    private(set) var origin: String?
    private(set) var lastEventID: String?
    /// The answers that the caller has.
    private(set) var knownAnswers: String?
    private(set) var timeout: String?
    private(set) var connectTimeout: String?
    private(set) var connectVersion: String?
    private(set) var connectEncoding: String?
    private(set) var isPreflight = false

    /// The most bytes that a path may have that errors repeat.
    private static let shownPath = 200

    /// Reads the fields in one pass.
    ///
    /// - Parameter fields: those of the request.
    init(_ fields: HeaderBlock) {
        for field in fields.fields {
            let name = fields.name(of: field)
            let value = fields.value(of: field)
            switch name.byteCount {
            case 5 where name.equals(":path"): readTarget(String(repairing: value))
            case 6 where name.equals("accept"): accept = Self.joined(accept, value)
            case 6 where name.equals("origin"): origin = String(repairing: value)
            case 7 where name.equals(":method"): verb = String(repairing: value)
            case 12 where name.equals("content-type"): contentType = Self.essence(value)
            case 13 where name.equals("last-event-id"): lastEventID = String(repairing: value)
            case 13 where name.equals("if-none-match"):
                knownAnswers = Self.joined(knownAnswers, value)
            case 14 where name.equals("content-length"):
                contentLength = Int(String(repairing: value))
            case 16 where name.equals("content-encoding"):
                contentEncoding = String(repairing: value)
            case 17 where name.equals("x-request-timeout"): timeout = String(repairing: value)
            case 18 where name.equals("connect-timeout-ms"):
                connectTimeout = String(repairing: value)
            case 24 where name.equals("connect-content-encoding"):
                connectEncoding = String(repairing: value)
            case 24 where name.equals("connect-protocol-version"):
                connectVersion = String(repairing: value)
            case 29 where name.equals("access-control-request-method"): isPreflight = true
            default: break
            }
        }
    }

    private mutating func readTarget(_ target: String) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            path = target
            return
        }
        path = String(target[..<mark])
        query = String(target[target.utf8.index(after: mark)...])
    }

    /// The path as errors repeat it.
    var instance: String {
        path.utf8.count <= Self.shownPath ? path : String(path.prefix(Self.shownPath)) + "…"
    }

    private static func joined(_ first: String?, _ value: RawSpan) -> String {
        first.map { "\($0),\(String(repairing: value))" } ?? String(repairing: value)
    }

    /// A media type without its parameters, in lower case.
    private static func essence(_ value: RawSpan) -> String {
        var count = 0
        var isLower = true
        while count < value.byteCount, value.byte(at: count) != UInt8(ascii: ";") {
            isLower = isLower && !(0x41...0x5A).contains(value.byte(at: count))
            count += 1
        }
        while count > 0, value.byte(at: count - 1) == UInt8(ascii: " ") { count -= 1 }
        let text = String(repairing: value.extracting(0..<count))
        return isLower ? text : text.lowercased()
    }

    // MARK: The call

    /// The fields of the call of gRPC that the request stands for.
    ///
    /// - Parameters:
    ///   - fields: those of the request.
    ///   - method: the path of the method.
    ///   - timeout: how long the caller waits; nil if it does not say.
    /// - Returns: fields of gRPC, with all that are metadata.
    static func call(
        _ fields: HeaderBlock,
        of method: String,
        within timeout: Duration?
    ) -> HeaderBlock {
        var call: HeaderBlock = [
            ":method": "POST", ":scheme": "http", ":path": method,
            "content-type": "application/grpc",
        ]
        if let timeout { call.append("grpc-timeout", CallTimeout.format(timeout)) }
        for field in fields.fields {
            let name = fields.name(of: field)
            guard !Metadata.isReserved(name) else { continue }
            call.append(field, of: fields)
        }
        return call
    }

    /// The time limit that a caller of REST sets: a number of seconds, with up to three decimals.
    func requestTimeout() throws(Refusal) -> Duration? {
        guard let timeout else { return nil }
        let parts = timeout.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), timeout.utf8.count <= 12,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let seconds = Int64(parts[0])
        else {
            throw .badRequest("TIMEOUT_INVALID", "x-request-timeout is no number of seconds")
        }
        guard parts.count == 2 else { return .seconds(seconds) }
        guard parts[1].count <= 3, let digits = Int64(parts[1]) else {
            throw .badRequest("TIMEOUT_INVALID", "x-request-timeout has more than three decimals")
        }
        let scale: [Int64] = [100, 10, 1]
        return .seconds(seconds) + .milliseconds(digits * scale[parts[1].count - 1])
    }

    /// The time limit that a caller of Connect sets: up to ten digits of milliseconds.
    func connectTimeoutDuration() throws(Refusal) -> Duration? {
        guard let connectTimeout else { return nil }
        guard (1...10).contains(connectTimeout.utf8.count),
            connectTimeout.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let milliseconds = Int64(connectTimeout)
        else {
            throw .badRequest("TIMEOUT_INVALID", "connect-timeout-ms is not up to ten digits")
        }
        return .milliseconds(milliseconds)
    }
}
