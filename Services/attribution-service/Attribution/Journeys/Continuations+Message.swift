internal import Messages
internal import PathModels
internal import RPC

extension AttributionV1.NextBestChannelResponse {
    private static let mostChannels = 1_000

    /// How journeys of a table went on.
    ///
    /// - Parameters:
    ///   - prefix: the names of the channels that they began with.
    ///   - table: the journeys.
    ///   - least: how many journeys a channel needs to be told.
    ///   - level: how sure intervals are.
    /// - Throws: NOT_FOUND if no journey has a channel of the prefix.
    init(
        after prefix: [String],
        in table: PathModels.PathTable,
        least: Int64,
        level: Double
    ) throws(RPCError) {
        self.init()
        var ids: [ChannelNames.ID] = []
        for name in prefix {
            guard let id = table.channels.existing(name) else {
                throw RPCError(.notFound, "prefix: no journey has a touch of '\(name)'")
            }
            ids.append(id)
        }
        let found = Continuations(after: ids, in: table)
        let all = found.next.map { Continuation(table.channels.names[Int($0)], $1, level) }
        let told = all.filter { $0.journeys >= max(1, least) }
            .sorted { left, right in
                let (one, other) = (left.conversionRate?.lower, right.conversionRate?.lower)
                return one != other ? one ?? 0 > other ?? 0 : left.channel < right.channel
            }
        channels = Array(told.prefix(Self.mostChannels))
        leftOut = Int32(clamping: all.count - channels.count)
        if found.ended.journeys > 0 { ended = Continuation("", found.ended, level) }
    }
}

extension AttributionV1.NextBestChannelResponse.Continuation {
    fileprivate init(_ name: String, _ outcome: Continuations.Outcome, _ level: Double) {
        self.init()
        channel = name
        journeys = Int64(outcome.journeys)
        conversions = Int64(outcome.conversions)
        value = outcome.value.double
        guard outcome.journeys > 0 else { return }
        let bounds = WilsonInterval.bounds(
            outcome.conversions,
            of: outcome.journeys,
            level: level
        )
        var rate = AttributionV1.Estimate()
        rate.mean = Double(outcome.conversions) / Double(outcome.journeys)
        (rate.lower, rate.upper) = (bounds.lowerBound, bounds.upperBound)
        rate.median = (rate.lower + rate.upper) / 2
        rate.level = level
        rate.kind = .confidence
        conversionRate = rate
    }
}

extension AttributionV1.StepTree {
    /// How journeys of a table go.
    ///
    /// - Parameters:
    ///   - table: the journeys.
    ///   - depth: how many steps.
    ///   - count: how many links of a step are told by themselves.
    init(_ table: PathModels.PathTable, depth: Int, links count: Int) {
        self.init()
        journeys = Int64(table.totalConversions + table.totalNulls)
        let flows = StepFlows(table, depth: depth)
        let names = table.channels.names
        for step in 1...depth {
            let (top, rest) = flows.top(step, count, by: names)
            for (link, outcome) in top {
                var message = Link(step, outcome)
                message.source = link.source.map { names[Int($0)] } ?? ""
                message.target = link.target.map { names[Int($0)] } ?? ""
                links.append(message)
            }
            guard rest.journeys > 0 else { continue }
            var message = Link(step, rest)
            message.isRest = true
            links.append(message)
        }
    }
}

extension AttributionV1.StepTree.Link {
    fileprivate init(_ step: Int, _ outcome: Continuations.Outcome) {
        self.init()
        self.step = Int32(step)
        conversions = Int64(outcome.conversions)
        nulls = Int64(outcome.nulls)
        value = outcome.value.double
    }
}
