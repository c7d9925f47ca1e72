public import Crypto
internal import Tenancy

/// The services of the platform, and who of them calls whom.
///
/// A key to sign contexts with belongs to each pair that is here, and to no other: a service can
/// make calls as itself only, and only to those it may call.
public enum ServiceGraph {
    /// The services that keep tenants' rows, in the order in which they start.
    public static let areas = ["ingest", "attribution", "mmm", "experiment", "insights"]

    /// The front door.
    public static let gateway = "gateway"

    /// All services, in the order in which they start.
    public static let all = areas + [gateway]

    /// Those that a service calls.
    ///
    /// - Parameter caller: the service.
    /// - Returns: in alphabetical order.
    public static func callees(of caller: String) -> [String] {
        switch caller {
        case gateway: areas.sorted()
        // Asks how far touches and channels can be relied on.
        case "attribution": ["ingest"]
        // Asks how far journeys and series can be relied on.
        case "mmm": ["attribution", "ingest"]
        default: []
        }
    }

    /// The keys that a service is given: to sign for those it calls, and to verify those that call
    /// it.
    ///
    /// - Parameters:
    ///   - name: the service.
    ///   - root: the secrets of the installation.
    /// - Returns: the keys, from which neither the root nor another pair's can be had.
    /// - Throws: nothing that a ring of secrets can cause.
    public static func keys(
        of name: String,
        from root: KeyRing<SecretBytes>
    ) throws(CryptoError) -> ContextKeyBundle {
        var bundle = ContextKeyBundle()
        for issuer in all {
            for audience in callees(of: issuer) where issuer == name || audience == name {
                guard let from = ServiceName(issuer), let to = ServiceName(audience) else {
                    throw .malformed("'\(issuer)' or '\(audience)' is no name of a service")
                }
                try bundle.add(from: root, issuer: from, audience: to)
            }
        }
        return bundle
    }
}
