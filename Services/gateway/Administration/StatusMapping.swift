internal import Postgres
internal import RPC
internal import Schema
internal import Tenancy

extension Administration {
    /// What errors of the stores mean to operators; nil for what nobody knows.
    static func status(of error: any Error) -> RPCError? {
        switch error {
        case let error as SchemaError: refusal(error)
        case let error as APIKeyRecord.Fault: refusal(error)
        case let error as APIKeyRecord.Refusal:
            RPCError(.failedPrecondition, "the key does not count any more: \(error)")
        case let error as AuditEvent.Fault:
            RPCError(.invalidArgument, "the audit log cannot hold this: \(error)")
        case let error as PostgresError: RPCError(error)
        default: nil
        }
    }

    private static func refusal(_ error: SchemaError) -> RPCError {
        switch error {
        case .slugTaken: RPCError(.alreadyExists, "\(error)")
        case .unknownTenant: RPCError(.notFound, "\(error)")
        // A tenant that is needed to be there, and is not.
        case .wrongState(let tenant, needed: "there"):
            RPCError(.notFound, "there is no tenant \(tenant)")
        case .wrongState: RPCError(.failedPrecondition, "\(error)")
        case .unknownTimeZone: RPCError(.invalidArgument, "settings.time_zone: \(error)")
        case .settingsChanged: RPCError(.aborted, "\(error)")
        case .tooManyQuotas: RPCError(.resourceExhausted, "\(error)")
        case .invalidPlan, .changed, .newer, .failed, .incomplete:
            RPCError(.internalError, "something went wrong inside", logMessage: "\(error)")
        }
    }

    private static func refusal(_ fault: APIKeyRecord.Fault) -> RPCError {
        switch fault {
        case .scopesOfBrowserKey:
            RPCError(.invalidArgument, "scopes: a key for browsers has events:write and no other")
        case .origin(let text):
            RPCError(.invalidArgument, "origins: '\(text)' is no origin as https://shop.example")
        }
    }
}
