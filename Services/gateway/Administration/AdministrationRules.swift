public import Messages
internal import RPC
internal import Schema
internal import Telemetry
public import Tenancy

/// What administration takes for good requests.
enum AdministrationRules {
    /// The id of a tenant.
    static func tenant(_ text: String, field: String = "tenant") throws(RPCError) -> TenantID {
        guard let tenant = TenantID(text) else {
            throw RPCError(.invalidArgument, "\(field): expected a tenant's id")
        }
        return tenant
    }

    /// A slug that a tenant may be given.
    static func slug(_ text: String) throws(RPCError) -> TenantSlug {
        do throws(TenantSlug.Fault) {
            return try TenantSlug(text)
        } catch {
            throw RPCError(.invalidArgument, "slug: \(error)")
        }
    }

    /// The id of a key.
    static func key(_ text: String) throws(RPCError) -> APIKeyID {
        guard let id = APIKeyID(text) else {
            throw RPCError(.invalidArgument, "id: expected a key's id")
        }
        return id
    }

    /// Scopes, as many as are wanted.
    static func scopes(_ texts: [String], atLeast least: Int = 0) throws(RPCError) -> ScopeSet {
        var scopes: [Scope] = []
        for text in texts {
            guard let scope = Scope(text) else {
                throw RPCError(.invalidArgument, "scopes: '\(text.prefix(64))' is none")
            }
            scopes.append(scope)
        }
        guard scopes.count >= least, let set = ScopeSet(scopes) else {
            throw RPCError(.invalidArgument, "scopes: expected \(least) to 32")
        }
        return set
    }

    /// The settings of a message, with defaults for what it does not say.
    static func settings(
        _ message: AdminV1.TenantSettings?
    ) throws(RPCError) -> TenantSettings {
        let defaults = TenantSettings()
        guard let message else { return defaults }
        func either(_ given: Int32, _ other: Int) -> Int { given == 0 ? other : Int(given) }
        let day = either(message.weekStart, defaults.weekStart.rawValue)
        guard let weekStart = TenantSettings.Weekday(rawValue: day) else {
            throw RPCError(.invalidArgument, "settings.week_start: expected 1 to 7")
        }
        let settings = TenantSettings(
            timeZone: message.timeZone.isEmpty ? defaults.timeZone : message.timeZone,
            currency: message.currency.isEmpty ? defaults.currency : message.currency,
            weekStart: weekStart,
            attributionDays: either(message.attributionDays, defaults.attributionDays),
            retentionDays: either(message.retentionDays, defaults.retentionDays)
        )
        guard let settings else {
            throw RPCError(
                .invalidArgument,
                "settings: expected the name of a time zone, three capitals, 1 to 365 and 1 to "
                    + "36,500 days"
            )
        }
        return settings
    }

    /// A moment; nil if none is given.
    static func moment(
        _ message: GoogleProtobuf.Timestamp?,
        field: String
    ) throws(RPCError) -> UTCTimestamp? {
        guard let message else { return nil }
        guard let moment = UTCTimestamp(message) else {
            throw RPCError(.invalidArgument, "\(field): expected a moment")
        }
        return moment
    }

    /// A duration within bounds; zero if none is given.
    static func duration(
        _ message: GoogleProtobuf.Duration?,
        field: String,
        in range: ClosedRange<Duration>
    ) throws(RPCError) -> Duration {
        guard let duration = message.map({ Duration($0) }) ?? Duration.zero,
            range.contains(duration)
        else {
            throw RPCError(
                .invalidArgument,
                "\(field): expected \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return duration
    }

    /// What a call is told that needs a login which the process has not.
    static func needed<Login>(_ login: Login?, _ name: String) throws(RPCError) -> Login {
        guard let login else {
            throw RPCError(
                .failedPrecondition,
                "this process has not the login of \(name), which the method needs"
            )
        }
        return login
    }
}

extension ServerCall {
    /// When work for the call must be over that is not to take long.
    var limit: ContinuousClock.Instant { deadline ?? .now.advanced(by: .seconds(30)) }
}

extension AdminV1.ListApiKeysRequest: PagedRequest {}
extension AdminV1.ListAuditEventsRequest: PagedRequest {}
extension AdminV1.ListScheduleJobsRequest: PagedRequest {}
extension AdminV1.ListTenantSchedulesRequest: PagedRequest {}
extension AdminV1.ListTenantsRequest: PagedRequest {}
