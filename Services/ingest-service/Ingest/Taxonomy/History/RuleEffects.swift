internal import Messages
internal import Taxonomy

/// What rules would change of stored events, while they are looked at.
struct RuleEffects: Sendable {
    /// From which channel to which, by their slugs.
    struct Move: Hashable, Sendable {
        let from: String
        let to: String
    }

    /// What would become of an event.
    struct Effect: Sendable {
        /// Nil if it would stay where it is.
        let move: Move?
        let traffic: StoredEvent.Traffic
        let isTouch: Bool
        let isUnknown: Bool
        let wouldBeUnknown: Bool
    }

    private struct Kind: Hashable, Sendable, Comparable {
        let move: Move
        let traffic: StoredEvent.Traffic

        static func < (left: Kind, right: Kind) -> Bool { left.traffic < right.traffic }
    }

    private var events = 0
    private var moves: [Move: Int] = [:]
    private var kinds = TopCounts<Kind>()
    private var touches = 0
    private var unknown = (before: 0, after: 0, left: 0, entered: 0)

    private static let mostMoves = 100
    private static let mostExamples = 5

    /// Finds what would become of an event.
    ///
    /// - Parameters:
    ///   - event: as it is stored, mapped by rules.
    ///   - mapper: by the rules in question.
    ///   - slugs: of channels, by their numbers.
    /// - Returns: the effect.
    /// - Throws: DATA_LOSS if the event is not as it was written.
    static func look(
        at event: StoredEvent,
        by mapper: ChannelMapper,
        _ slugs: [Int32: String]
    ) throws -> Effect {
        let mapped = mapper.map(TrafficSource(try event.clues() ?? TouchClues()))
        let (before, after) = (event.channel.flatMap { slugs[$0] } ?? "", "\(mapped.channel)")
        return Effect(
            move: before == after ? nil : Move(from: before, to: after),
            traffic: event.traffic,
            isTouch: event.isTouch,
            isUnknown: event.isUnknown,
            wouldBeUnknown: mapped.isUnknown
        )
    }

    mutating func note(_ effect: Effect) {
        events += 1
        if let move = effect.move {
            moves[move, default: 0] += 1
            kinds.add(Kind(move: move, traffic: effect.traffic))
        }
        guard effect.isTouch else { return }
        touches += 1
        if effect.isUnknown { unknown.before += 1 }
        if effect.wouldBeUnknown { unknown.after += 1 }
        if effect.isUnknown && !effect.wouldBeUnknown { unknown.left += 1 }
        if !effect.isUnknown && effect.wouldBeUnknown { unknown.entered += 1 }
    }

    /// Tells what was found.
    func tell(_ message: inout IngestV1.RulesDryRun, _ sample: EventSample) {
        message.sample = sample.message(lookedAt: events)
        let moved = sample.share(moves.values.reduce(0, +), of: events)
        message.moved = moved
        let order = moves.sorted { left, right in
            left.value == right.value
                ? (left.key.from, left.key.to) < (right.key.from, right.key.to)
                : left.value > right.value
        }
        message.moves = order.prefix(Self.mostMoves).map { move, count in
            var told = IngestV1.RulesDryRun.Move()
            told.fromChannel = move.from
            told.toChannel = move.to
            told.events = sample.share(count, of: events)
            told.examples = kinds.top(Self.mostExamples, by: <) { $0.move == move }
                .map { IngestV1.TrafficCount($0.key.traffic, $0.count) }
            return told
        }
        message.touches = Int64(touches)
        message.unknownBefore = sample.share(unknown.before, of: touches)
        message.unknownAfter = sample.share(unknown.after, of: touches)
        message.outOfUnknown = sample.share(unknown.left, of: touches)
        message.intoUnknown = sample.share(unknown.entered, of: touches)
        message.summary = summary(moved.share, sample)
    }

    private func summary(_ moved: Double, _ sample: EventSample) -> String {
        func percent(_ count: Int) -> String {
            Self.percent(Double(count) / Double(max(touches, 1)))
        }
        let about = sample.isDrawn ? "about " : ""
        return "would move \(about)\(percent(unknown.left)) of the touches out of Unknown and "
            + "\(percent(unknown.entered)) into it, which makes it \(percent(unknown.after)) "
            + "instead of \(percent(unknown.before)); \(about)\(Self.percent(moved)) of the events "
            + "would have another channel"
    }

    /// `4.1 %`.
    static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1_000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
