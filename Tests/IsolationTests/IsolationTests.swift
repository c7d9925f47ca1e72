import Testing

/// The ten tests that tenants are kept apart, on each API that services list in `ServedAPIs`.
///
/// | | what is shown | where |
/// |---|---|---|
/// | 1 | two tenants, a word of each in every text: no other hears it | `+Differential` |
/// | 2 | without a scope, every tenant's table is refused | `+MissingScope` |
/// | 3 | rights are as they should be after every migration | `+GrantAudit` |
/// | 4 | connections are clean between tenants, whatever happens | `+Interleaving` |
/// | 5 | what follows a scope that cannot be entered is not done | `+PreambleOrder` |
/// | 6 | fields that lie about the tenant are refused | `+HeaderAttacks` |
/// | 7 | code without a scope has no connection: it does not compile | `+Types` |
/// | 8 | a tenant that is gone leaves nothing behind | `+Offboarding` |
/// | 9 | no statement names another schema, or changes a session | `+Statements` |
/// | 10 | a job is of the tenant in whose schema it lies, whatever its row says | `+Jobs` |
///
/// They share servers, and some wait for kills and locks: one after the other.
@Suite("Tenants are kept apart", .serialized, .timeLimit(.minutes(10)))
struct IsolationTests {}
