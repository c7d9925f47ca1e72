internal import Net
internal import RPC

/// The streams that are open for each tenant, so that they can be ended when it is suspended.
///
/// May be used by any thread.
public final class OpenCalls: Sendable {
    private let calls = Locked<[TenantID: [ObjectIdentifier: ServerCall]]>([:])

    /// No streams.
    public init() {}

    /// How many streams a tenant has open.
    public func count(of tenant: TenantID) -> Int {
        calls.withLock { $0[tenant]?.count ?? 0 }
    }

    /// Ends all streams of a tenant, on their loops, and cancels their handlers.
    ///
    /// - Parameters:
    ///   - tenant: whose they are.
    ///   - refusal: why; the callers are told what ``AccessRefusal/error`` says.
    public func end(_ tenant: TenantID, _ refusal: AccessRefusal = .suspended) {
        let open = calls.withLock { $0[tenant].map { Array($0.values) } ?? [] }
        for call in open {
            // A loop that has stopped has ended its calls.
            _ = call.loop.execute { call.fail(refusal.error) }
        }
    }

    /// Counts a call until it is over.
    func add(_ call: ServerCall, of tenant: TenantID) {
        calls.withLock { $0[tenant, default: [:]][ObjectIdentifier(call)] = call }
        call.whenEnded { [calls] call in
            calls.withLock { calls in
                calls[tenant]?[ObjectIdentifier(call)] = nil
                if calls[tenant]?.isEmpty == true { calls[tenant] = nil }
            }
        }
    }
}
