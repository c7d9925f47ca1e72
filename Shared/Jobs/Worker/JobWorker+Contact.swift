internal import Net
internal import Postgres

// What a worker notes of the nodes: whether they have answered.
extension JobWorker {
    /// Asks a node, and notes whether it has answered.
    func hearing<Value>(
        _ node: String,
        _ ask: () async throws -> Value
    ) async throws -> Value {
        do {
            let answer = try await ask()
            withContact(node) { $0.heard(at: .now) }
            return answer
        } catch {
            // A refusal is an answer too.
            if (error as? PostgresError)?.kind != .server { withContact(node) { $0.lost() } }
            throw error
        }
    }

    /// How long leases on a node are left to their workers.
    func graceLeft(on node: String) -> Duration {
        withContact(node) { $0.graceLeft(at: .now) }
    }

    private func withContact<Value>(_ node: String, _ body: (inout NodeContact) -> Value) -> Value {
        let (lease, heartbeat) = (configuration.lease, configuration.heartbeat)
        return state.withLock { state in
            let new = NodeContact(silence: (lease - heartbeat) / 2, grace: lease)
            return body(&state.contacts[node, default: new])
        }
    }
}
