internal import Net
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Notes in the audit log who changes what, beside the calls: nobody waits for it.
///
/// Every method counts as a change that does not say of itself that it has no effects, but for
/// those that only bring in data, whose scope is `events:write`: what those bring has its own
/// records. While as many notes are on their way as may be, changes are refused rather than made
/// unnoted.
final class AuditTrail: Sendable {
    private let log: AuditLog
    private let logger: Logger
    private let open = Locked(0)

    /// How many notes may be on their way.
    private static let most = 4_096
    /// How long the database may take.
    private static let timeout = Duration.seconds(10)
    /// What only brings in data.
    private static let dataScopes = MethodAccess.scopes(["events:write"])

    init(_ log: AuditLog, logger: Logger) {
        self.log = log
        self.logger = logger
    }

    /// A change that is being made.
    struct Change {
        fileprivate let trail: AuditTrail
        fileprivate let method: MethodSchema
        fileprivate let context: TenantContext

        /// Notes how it ended.
        ///
        /// - Parameters:
        ///   - error: why it failed; nil if it did not.
        ///   - call: the call by which it was made.
        func end(_ error: (any Error)?, _ call: ServerCall) {
            trail.note(self, error, call)
        }
    }

    /// Makes room for a note.
    ///
    /// - Parameters:
    ///   - method: what is called.
    ///   - context: by whom, for which tenant.
    /// - Returns: what is to be told how it ended; nil for a method that changes nothing.
    /// - Throws: UNAVAILABLE while there is no room.
    func begin(_ method: MethodSchema, by context: TenantContext) throws(RPCError) -> Change? {
        guard method.idempotency != .noSideEffects, method.access != Self.dataScopes else {
            return nil
        }
        let hasRoom = open.withLock { open in
            guard open < Self.most else { return false }
            open += 1
            return true
        }
        guard hasRoom else {
            throw RPCError(
                .unavailable,
                "changes cannot be noted now",
                ErrorDetails(reason: "AUDIT_UNAVAILABLE", retryAfter: .seconds(1))
            )
        }
        return Change(trail: self, method: method, context: context)
    }

    private func note(_ change: Change, _ error: (any Error)?, _ call: ServerCall) {
        let outcome: AuditEvent.Outcome
        switch (error as? RPCError)?.code {
        case nil where error == nil: outcome = .done
        case .permissionDenied, .unauthenticated: outcome = .refused
        default: outcome = .failed
        }
        var details = ["method": String(change.method.path.dropFirst().prefix(200))]
        details["request_id"] = call.requestID?.text
        if let error { details["code"] = (error as? RPCError)?.code.name ?? "INTERNAL" }
        let event: AuditEvent
        do throws(AuditEvent.Fault) {
            event = try AuditEvent(
                Self.action(of: change.method),
                of: String(change.method.service.suffix(200)),
                by: change.context.actor,
                for: change.context.tenant,
                outcome,
                at: .now,
                details: details
            )
        } catch {
            open.withLock { $0 -= 1 }
            return logger.error("a change was not noted", ["cause": .string("\(error)")])
        }
        _ = Task.immediate(executorPreference: call.loop) { await self.append(event) }
    }

    private func append(_ event: AuditEvent) async {
        do {
            try await log.append(event, before: .now.advanced(by: Self.timeout))
        } catch {
            logger.error(
                "a change was not noted",
                ["cause": .string("\(error)"), "action": .string(event.action)]
            )
        }
        open.withLock { $0 -= 1 }
    }

    /// A method in the words of the log: `example.create_item`.
    static func action(of method: MethodSchema) -> String {
        let service = method.service.split(separator: ".").last ?? ""
        return word(service) + "." + word(method.name[...])
    }

    /// A name in snake case, of letters only.
    private static func word(_ name: Substring) -> String {
        var word = ""
        for letter in name.unicodeScalars {
            switch letter {
            case "A"..."Z":
                if !word.isEmpty, word.last != "_" { word += "_" }
                word += letter.properties.lowercaseMapping
            case "a"..."z": word.unicodeScalars.append(letter)
            default: if !word.isEmpty, word.last != "_" { word += "_" }
            }
        }
        return String(word.prefix(32))
    }
}
