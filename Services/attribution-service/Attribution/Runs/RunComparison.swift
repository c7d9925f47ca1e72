internal import Messages
internal import PathModels
internal import RPC
internal import Tenancy
internal import Wire

/// Lays two runs beside each other.
struct RunComparison {
    private var comparison = AttributionV1.RunComparison()
    /// What is in one of them only, in words.
    private var unmatched: [String] = []
    private var known: Set<String> = []

    /// How much of what is in one of them only is told.
    private static let mostTold = 20

    /// Two runs beside each other.
    ///
    /// - Parameters:
    ///   - left: the one.
    ///   - right: the other.
    ///   - isSharedOnly: whether what is in one of them only is left out.
    ///   - service: whose workers do their jobs.
    /// - Returns: the comparison.
    /// - Throws: FAILED_PRECONDITION if one has no result, or if something is in one of them only
    ///   that is not to be left out.
    static func message(
        _ left: StoredRun,
        _ right: StoredRun,
        isSharedOnly: Bool,
        of service: ServiceName
    ) throws(RPCError) -> AttributionV1.RunComparison {
        var made = RunComparison()
        let (one, other) = (try result(of: left), try result(of: right))
        made.compareHeads(left, right, of: service)
        made.comparison.dataDiffers = one.fingerprint != other.fingerprint
        made.comparison.versionDiffers = one.version != other.version
        made.comparison.conversions = .init(Double(one.conversions), Double(other.conversions))
        made.comparison.value = .init(one.value, other.value)
        made.compareModels(one.models, other.models)
        guard isSharedOnly || made.unmatched.isEmpty else {
            let told = made.unmatched.prefix(mostTold).joined(separator: "; ")
            let rest = made.unmatched.count - mostTold
            throw RPCError(
                .failedPrecondition,
                "the runs cannot be compared: \(told)" + (rest > 0 ? "; and \(rest) more" : "")
                    + ": give shared_only to leave that out"
            )
        }
        made.comparison.notes = Array(made.unmatched.prefix(mostTold))
        if made.unmatched.count > mostTold {
            made.comparison.notes.append("and \(made.unmatched.count - mostTold) more")
        }
        return made.comparison
    }

    private init() {}

    private static func result(of run: StoredRun) throws(RPCError) -> AttributionV1.ModelRun {
        guard let result = run.result else {
            throw RPCError(
                .failedPrecondition,
                "the run '\(run.record.id)' has no result: it is \(run.record.state.rawValue)"
            )
        }
        return result
    }

    private mutating func compareHeads(
        _ left: StoredRun,
        _ right: StoredRun,
        of service: ServiceName
    ) {
        comparison.left = left.record.message(of: service)
        comparison.right = right.record.message(of: service)
        comparison.seedDiffers = left.record.seed != right.record.seed
        var (one, other) = (left.request, right.request)
        (one.seed, other.seed) = (0, 0)
        comparison.requestDiffers = one != other
    }

    // MARK: Models

    /// Matches models by their names: the second of a name with the second.
    private mutating func compareModels(
        _ left: [AttributionV1.ModelResult],
        _ right: [AttributionV1.ModelResult]
    ) {
        var rest = right
        for model in left {
            guard let place = rest.firstIndex(where: { $0.model == model.model }) else {
                note("the model \(model.model) is in the left run only")
                continue
            }
            compare(model, rest.remove(at: place))
        }
        for model in rest { note("the model \(model.model) is in the right run only") }
    }

    /// Notes what is in one of them only: a channel once, not for each model.
    private mutating func note(_ words: String) {
        if known.insert(words).inserted { unmatched.append(words) }
    }

    private mutating func compare(
        _ left: AttributionV1.ModelResult,
        _ right: AttributionV1.ModelResult
    ) {
        var model = AttributionV1.RunComparison.Model()
        model.model = left.model
        model.parametersDiffer = left.parameters != right.parameters
        var rest = Dictionary(right.channels.map { ($0.channel, $0) }) { first, _ in first }
        var shares: [[Double]] = [[], []]
        for one in left.channels {
            let other = rest.removeValue(forKey: one.channel)
            shares[0].append(one.conversionShare)
            shares[1].append(other?.conversionShare ?? 0)
            if let other {
                model.channels.append(.init(one, other))
            } else {
                note("the channel '\(one.channel)' is in the left run only")
            }
        }
        for other in right.channels where rest[other.channel] != nil {
            shares[0].append(0)
            shares[1].append(other.conversionShare)
            note("the channel '\(other.channel)' is in the right run only")
        }
        model.disagreement = Disagreement.score(shares)
        comparison.models.append(model)
    }
}

extension AttributionV1.RunComparison.Channel {
    fileprivate init(_ left: AttributionV1.ChannelCredit, _ right: AttributionV1.ChannelCredit) {
        self.init()
        channel = left.channel
        conversions = .init(
            left.conversions,
            right.conversions,
            left.conversionsEstimate,
            right.conversionsEstimate
        )
        value = .init(left.value, right.value, left.valueEstimate, right.valueEstimate)
        conversionShare = .init(left.conversionShare, right.conversionShare)
    }
}

extension AttributionV1.RunComparison.Pair {
    fileprivate init(
        _ left: Double,
        _ right: Double,
        _ one: AttributionV1.Estimate? = nil,
        _ other: AttributionV1.Estimate? = nil
    ) {
        self.init()
        self.left = left
        self.right = right
        difference = right - left
        if let one, let other {
            intervalsOverlap = one.lower <= other.upper && other.lower <= one.upper
        }
    }
}
