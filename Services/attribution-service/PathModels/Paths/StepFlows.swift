/// How many journeys go from each channel to each other one, step by step.
///
/// What goes into a channel at one step goes out of it at the next one: to a channel, or to the
/// end.
public struct StepFlows: Sendable {
    /// From where to where, at which step: 1 goes to the first touch.
    public struct Link: Hashable, Sendable {
        /// The step that it goes to, from 1 on.
        public let step: Int
        /// Where it comes from; nil at the first step.
        public let source: ChannelNames.ID?
        /// Where it goes to; nil where journeys end.
        public let target: ChannelNames.ID?
    }

    /// What goes over each link.
    public private(set) var links: [Link: Continuations.Outcome] = [:]

    /// Counts journeys.
    ///
    /// - Parameters:
    ///   - table: the journeys.
    ///   - depth: how many steps are looked at.
    public init(_ table: PathTable, depth: Int) {
        for path in 0..<table.count {
            let touches = table.path(path)
            for step in 1...max(1, min(depth, touches.count + 1)) {
                let link = Link(
                    step: step,
                    source: step == 1 ? nil : touches[step - 2],
                    target: step > touches.count ? nil : touches[step - 1]
                )
                links[link, default: Continuations.Outcome()].add(path, of: table)
            }
        }
    }

    /// The links of a step that most journeys take.
    ///
    /// - Parameters:
    ///   - step: which step.
    ///   - count: how many links.
    ///   - names: the names of channels: links of as many journeys come by name, ends first.
    /// - Returns: those links with what goes over them, and what goes over all others together.
    public func top(
        _ step: Int,
        _ count: Int,
        by names: [String]
    ) -> (links: [(Link, Continuations.Outcome)], rest: Continuations.Outcome) {
        func key(_ link: Link) -> [String] {
            [link.source, link.target].map { $0.map { names[Int($0)] } ?? "" }
        }
        let sorted = links.filter { $0.key.step == step }
            .sorted { left, right in
                left.value.journeys != right.value.journeys
                    ? left.value.journeys > right.value.journeys
                    : key(left.key).lexicographicallyPrecedes(key(right.key))
            }
        var rest = Continuations.Outcome()
        for (_, outcome) in sorted.dropFirst(count) { rest.add(outcome) }
        return (sorted.prefix(count).map { ($0.key, $0.value) }, rest)
    }
}
