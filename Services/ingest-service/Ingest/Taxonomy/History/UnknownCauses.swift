internal import Messages
internal import Taxonomy

/// Unknown touches by their causes, while they are looked at.
struct UnknownCauses: Sendable {
    /// A cause, and where touches came from that have it.
    struct Kind: Hashable, Sendable, Comparable {
        let cause: UnknownCause
        let traffic: StoredEvent.Traffic

        static func < (left: Kind, right: Kind) -> Bool { left.traffic < right.traffic }
    }

    private var counts: [UnknownCause: Int] = [:]
    private var kinds = TopCounts<Kind>()

    /// How many examples of each are told.
    private static let mostExamples = 10

    /// Finds the cause of a touch.
    static func look(at event: StoredEvent, by mapper: ChannelMapper) throws -> Kind {
        Kind(cause: UnknownCause(try event.clues(), by: mapper), traffic: event.traffic)
    }

    mutating func note(_ kind: Kind) {
        counts[kind.cause, default: 0] += 1
        kinds.add(kind)
    }

    /// The causes, the most frequent first.
    func messages(_ sample: EventSample) -> [IngestV1.UnknownShare.Cause] {
        let whole = counts.values.reduce(0, +)
        let found = UnknownCause.allCases.compactMap { cause in
            counts[cause].map { (cause: cause, count: $0) }
        }
        return found.sorted { $0.count > $1.count }.map { cause, count in
            var message = IngestV1.UnknownShare.Cause()
            message.kind = cause.kind
            message.touches = sample.share(count, of: whole)
            message.examples = kinds.top(Self.mostExamples, by: <) { $0.cause == cause }
                .map { IngestV1.TrafficCount($0.key.traffic, $0.count) }
            message.advice = cause.advice
            return message
        }
    }
}

extension UnknownCause {
    fileprivate var kind: IngestV1.UnknownShare.Cause.Kind {
        switch self {
        case .outdatedRules: .outdatedRules
        case .unreadableAddress: .unreadableAddress
        case .noEvidence: .noEvidence
        case .unfilledTag: .unfilledTag
        case .missingSource: .missingSource
        case .missingMedium: .missingMedium
        case .unknownMedium: .unknownMedium
        case .unknownSource: .unknownSource
        case .ruleGap: .ruleGap
        case .weakEvidence: .weakEvidence
        }
    }
}
