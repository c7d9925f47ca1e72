internal import Wire

/// Whether a service should be sent requests, as its metrics port tells it.
public struct AdminReadiness: Sendable, Equatable {
    /// One condition.
    public struct Condition: Sendable, Equatable {
        /// What is needed, as `postgres`.
        public let name: String
        /// Why it is not met; nil if it is.
        public let obstacle: String?

        /// A condition from its parts.
        public init(_ name: String, obstacle: String? = nil) {
            self.name = name
            self.obstacle = obstacle
        }
    }

    /// Whether the service stops.
    public let isDraining: Bool
    /// The conditions, in the order they are told in.
    public let conditions: [Condition]

    /// A report from its parts.
    ///
    /// - Parameters:
    ///   - conditions: all that is needed.
    ///   - isDraining: whether the service stops.
    public init(_ conditions: [Condition] = [], isDraining: Bool = false) {
        self.conditions = conditions
        self.isDraining = isDraining
    }

    /// Whether the service should be sent requests.
    public var isReady: Bool { !isDraining && conditions.allSatisfy { $0.obstacle == nil } }

    /// The report as one JSON object and a newline.
    var json: [UInt8] {
        var text = OutputBuffer()
        text.append("{\"ready\":\(isReady),\"draining\":\(isDraining),\"conditions\":[")
        for (place, condition) in conditions.enumerated() {
            text.append(place == 0 ? "{\"name\":" : ",{\"name\":")
            text.appendJSON(condition.name.utf8Span.span.asRawSpan)
            text.append(",\"ready\":\(condition.obstacle == nil)")
            if let obstacle = condition.obstacle {
                text.append(",\"reason\":")
                text.appendJSON(obstacle.utf8Span.span.asRawSpan)
            }
            text.append("}")
        }
        text.append("]}\n")
        return Array(copying: text.bytes)
    }
}
