/// What a log record says beside its message.
///
/// Bodies, tokens and what is personal have no place in it.
public struct LogFields: Hashable, Sendable {
    /// The trace, as `trace_id`.
    public var traceID: TraceID?
    /// The span, as `span_id`.
    public var spanID: SpanID?
    /// The request, as `request_id`.
    public var requestID: String?
    /// The tenant, as `tenant`.
    public var tenant: String?
    /// The method or the pattern of the path, as `route`.
    public var route: String?
    /// How the call ended, as `code`.
    public var code: String?
    /// How long it took, as `dur_ms`: milliseconds with three decimals.
    public var duration: Duration?
    /// What went wrong, as `err`.
    public var error: LogError?

    /// How many free fields a record may have.
    public static let maximumFreeFields = 64
    /// How many characters the name of a free field may have.
    public static let maximumNameLength = 64

    private(set) var free: [FreeField] = []
    /// Whether free fields were left out because there were too many.
    private(set) var hasLostFields = false

    struct FreeField: Hashable, Sendable {
        let name: String
        var value: LogValue
    }

    /// No fields.
    public init() {}

    /// A free field: setting nil removes it.
    ///
    /// A name keeps letters and digits of ASCII, `_` and `.`, at most 64; anything else becomes
    /// `_`, and the name of a field that every record has gets `_` after it. A field beyond the
    /// 64th is left out, and the record is marked as truncated.
    ///
    /// - Parameter name: in snake case, as `queue_depth`.
    public subscript(name: String) -> LogValue? {
        get {
            let name = Self.freeName(name)
            return free.first { $0.name == name }?.value
        }
        set {
            let name = Self.freeName(name)
            let place = free.firstIndex { $0.name == name }
            switch (newValue, place) {
            case (let value?, let place?):
                free[place].value = value
            case (let value?, nil):
                if free.count < Self.maximumFreeFields {
                    free.append(FreeField(name: name, value: value))
                } else {
                    hasLostFields = true
                }
            case (nil, let place?):
                free.remove(at: place)
            case (nil, nil):
                break
            }
        }
    }

    /// These fields and others, which count if both have one.
    ///
    /// - Parameter others: the fields of a single record, as against those of its logger.
    /// - Returns: all fields of both.
    public func merging(_ others: LogFields) -> LogFields {
        var merged = self
        merged.traceID = others.traceID ?? traceID
        // A span belongs to its trace.
        merged.spanID = others.traceID == nil ? others.spanID ?? spanID : others.spanID
        merged.requestID = others.requestID ?? requestID
        merged.tenant = others.tenant ?? tenant
        merged.route = others.route ?? route
        merged.code = others.code ?? code
        merged.duration = others.duration ?? duration
        merged.error = others.error ?? error
        for field in others.free { merged[field.name] = field.value }
        merged.hasLostFields = merged.hasLostFields || others.hasLostFields
        return merged
    }

    /// The names that a record gives to what it always has, or has a property for.
    static let ownNames: Set<String> = [
        "ts", "level", "msg", "service", "version", "trace_id", "span_id", "request_id", "tenant",
        "route", "code", "dur_ms", "err", "truncated",
    ]

    private static func freeName(_ name: String) -> String {
        let isPlain = name.utf8.count <= maximumNameLength && name.utf8.allSatisfy(isNameByte)
        let plain =
            isPlain
            ? name
            : String(
                decoding: name.utf8.prefix(maximumNameLength).map {
                    isNameByte($0) ? $0 : UInt8(ascii: "_")
                },
                as: UTF8.self
            )
        return ownNames.contains(plain) ? plain + "_" : plain
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension LogFields: ExpressibleByDictionaryLiteral {
    /// Free fields in their order, as `["port": 8080, "address": "127.0.0.1"]`.
    public init(dictionaryLiteral elements: (String, LogValue)...) {
        for (name, value) in elements { self[name] = value }
    }
}
