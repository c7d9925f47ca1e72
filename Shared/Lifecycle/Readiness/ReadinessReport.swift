/// Whether a service was ready at one time, and why not.
public struct ReadinessReport: Sendable, Equatable {
    /// One condition.
    public struct Condition: Sendable, Equatable {
        /// What is needed.
        public let name: String
        /// Why it is not met; nil if it is.
        public internal(set) var obstacle: String?
    }

    /// A number that grows with every change.
    public let version: UInt64
    /// Whether the service stops.
    public let isDraining: Bool
    /// The conditions, in the order they were added in.
    public let conditions: [Condition]

    /// Whether the service should be sent requests.
    public var isReady: Bool { !isDraining && conditions.allSatisfy { $0.obstacle == nil } }
}

extension ReadinessReport: CustomStringConvertible {
    /// The report for people: a line for the whole and one for each condition.
    public var description: String {
        let whole = isReady ? "ready" : isDraining ? "not ready: draining" : "not ready"
        let lines = conditions.map { condition in
            "\(condition.name): " + (condition.obstacle.map { "not ready: \($0)" } ?? "ready")
        }
        return ([whole] + lines).joined(separator: "\n")
    }
}
