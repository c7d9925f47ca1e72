import RPC
import Tenancy
import Testing

@Suite("Slots of tenants", .timeLimit(.minutes(1)))
struct TenantSlotsTests {
    @Test("are so many for a tenant and for all, and free again whatever work comes to")
    func slots() async throws {
        struct Fault: Error {}
        let slots = TenantSlots("runs", reason: "RUNS_AT_ONCE", perTenant: 2, inAll: 4)
        var random = SystemRandomNumberGenerator()
        let tenants = (0..<3).map { _ in TenantID.random(using: &random) }
        func isFull(_ tenant: TenantID) async -> Bool {
            do {
                try await slots.use(for: tenant) {}
                return false
            } catch {
                return (error as? RPCError)?.code == .resourceExhausted
            }
        }
        await #expect(throws: Fault.self) {
            try await slots.use(for: tenants[0]) {
                try await slots.use(for: tenants[0]) {
                    #expect(await isFull(tenants[0]))
                    try await slots.use(for: tenants[1]) {
                        #expect(await !isFull(tenants[2]))
                        try await slots.use(for: tenants[1]) {
                            #expect(await isFull(tenants[2]))
                        }
                    }
                }
                throw Fault()
            }
        }
        for tenant in tenants { #expect(await !isFull(tenant)) }
    }
}
