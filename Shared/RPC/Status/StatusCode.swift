/// How a call ended, by gRPC's numbers.
///
/// Source: gRPC, `doc/statuscodes.md`.
public enum StatusCode: Int, Sendable, CaseIterable {
    /// It did what was asked.
    case ok = 0
    /// The caller gave it up.
    case cancelled = 1
    /// It failed, and nobody says how.
    case unknown = 2
    /// The request is wrong, whatever the state of the system.
    case invalidArgument = 3
    /// Its time was up.
    case deadlineExceeded = 4
    /// What it names does not exist, or not for this caller.
    case notFound = 5
    /// What it was to make exists.
    case alreadyExists = 6
    /// The caller is known, and may not do this.
    case permissionDenied = 7
    /// A quota or a limit is used up.
    case resourceExhausted = 8
    /// The system is not in the state that this needs.
    case failedPrecondition = 9
    /// Others got in between; the caller may begin again.
    case aborted = 10
    /// It asked for what lies past the end.
    case outOfRange = 11
    /// There is no such method, or not with these options.
    case unimplemented = 12
    /// A promise of ours is broken: our fault.
    case internalError = 13
    /// Nobody can serve this now; trying again may help.
    case unavailable = 14
    /// Data was lost or is damaged.
    case dataLoss = 15
    /// The caller is not known.
    case unauthenticated = 16

    /// The name in the protocol's documents, as `NOT_FOUND`.
    public var name: String {
        switch self {
        case .ok: "OK"
        case .cancelled: "CANCELLED"
        case .unknown: "UNKNOWN"
        case .invalidArgument: "INVALID_ARGUMENT"
        case .deadlineExceeded: "DEADLINE_EXCEEDED"
        case .notFound: "NOT_FOUND"
        case .alreadyExists: "ALREADY_EXISTS"
        case .permissionDenied: "PERMISSION_DENIED"
        case .resourceExhausted: "RESOURCE_EXHAUSTED"
        case .failedPrecondition: "FAILED_PRECONDITION"
        case .aborted: "ABORTED"
        case .outOfRange: "OUT_OF_RANGE"
        case .unimplemented: "UNIMPLEMENTED"
        case .internalError: "INTERNAL"
        case .unavailable: "UNAVAILABLE"
        case .dataLoss: "DATA_LOSS"
        case .unauthenticated: "UNAUTHENTICATED"
        }
    }

    /// Reads the value of a `grpc-status` field.
    ///
    /// - Parameter text: decimal digits.
    /// - Returns: the code; ``unknown`` for a number that has no name; nil if it is no number.
    public static func parse(_ text: String) -> StatusCode? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...57).contains($0) }),
            let number = Int(text)
        else { return nil }
        return StatusCode(rawValue: number) ?? .unknown
    }
}
