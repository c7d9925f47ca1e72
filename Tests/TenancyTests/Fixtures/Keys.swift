import Crypto
import Telemetry
import TestKit
import Testing

@testable import Tenancy

/// Names and keys of the tests.
enum Fixture {
    static let gateway = known(ServiceName("gateway"))
    static let mmm = known(ServiceName("mmm"))
    static let ingest = known(ServiceName("ingest"))
    static let acme = known(TenantID("7f3k9q2m0c5xw8r"))
    static let other = known(TenantID("0000000000000zz"))

    /// A context of a tenant, by default that of the golden token.
    static func context(
        _ tenant: TenantID = acme,
        _ scopes: String = "books:read books:write"
    ) -> TenantContext {
        TenantContext(
            tenant: tenant,
            actor: known(Actor(.user, "42")),
            scopes: known(ScopeSet(text: scopes))
        )
    }

    /// A ring of keys whose bytes begin with the number of the key; 7 is that of the golden token.
    static func ring(_ numbers: UInt32...) throws -> KeyRing<AuthenticationKey> {
        var keys: [KeyID: AuthenticationKey] = [:]
        for number in numbers {
            let first = UInt8(number == 7 ? 0 : number)
            let secret = SecretBytes((0..<32).map { first &+ $0 })
            keys[try #require(KeyID(number))] = AuthenticationKey(secret)
        }
        return try KeyRing(current: try #require(KeyID(numbers[0])), keys)
    }
}

extension TestClock {
    /// What the clock says to those who ask for the time of day.
    var timestamps: @Sendable () -> UTCTimestamp {
        { UTCTimestamp(milliseconds: self.milliseconds) }
    }
}

/// A value that the tests know to be one.
func known<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("a fixture is no \(Value.self)") }
    return value
}
