internal import MediaMix
internal import Messages
internal import Numerics

/// What a model has of the refresh that has it made.
struct ModelRenewal: Sendable {
    /// What the refresh is called.
    let name: String
    /// Whether the model is promoted when it completes.
    let promotes: Bool
    /// The newest that has completed, of each outcome; none if chains are to start as those of a
    /// first model.
    let previous: [MixFit]

    /// Where chains start: where those of the model before were in the end.
    ///
    /// - Parameters:
    ///   - model: the new one, of all its outcomes.
    ///   - chains: how many chains it has.
    /// - Returns: a point for each; none if there is no model before, it has other parameters, or
    ///   such a point is none of the new model.
    func starts(of model: JointMixModel, chains: Int) -> [[Double]] {
        guard let draws = previous.first?.draws, previous.count == model.members.count,
            zip(previous, model.members).allSatisfy({ $0.model.sampledNames == $1.sampledNames })
        else { return [] }
        let starts = (0..<chains).map { chain in
            // More chains than there were start at draws that are far from the last.
            let (turn, own) = chain.quotientAndRemainder(dividingBy: draws.chains.count)
            let back = turn * max(1, draws.count / 16) % draws.count
            var start = Array(repeating: 0.0, count: model.dimension)
            // What outcomes share was drawn once, and is the same of each.
            for (fit, places) in zip(previous, model.places) {
                let point = fit.draws.point(draws.count - 1 - back, chain: own)
                for (number, place) in zip(point, places) { start[place] = number }
            }
            return start
        }
        let density = JointMixDensity(model)
        return starts.allSatisfy { density.isFinite(at: $0) } ? starts : []
    }
}

extension JointMixDensity {
    /// Whether a chain may be at a point.
    fileprivate func isFinite(at point: [Double]) -> Bool {
        var density = self
        var gradient = Array(repeating: 0.0, count: point.count)
        var slopes = gradient.mutableSpan
        let value = density.logDensity(at: point.span, gradient: &slopes)
        return value.isFinite && gradient.allSatisfy(\.isFinite)
    }
}

extension MixModelV1.StoredModel {
    /// Whether another model would come out as this one, but for where its chains start.
    ///
    /// - Parameter other: the other one.
    /// - Returns: whether nothing else differs but what it is called.
    func isRepeated(by other: Self) -> Bool {
        let (own, next) = (model ?? .init(), other.model ?? .init())
        return own.fingerprint == next.fingerprint && own.configuration == next.configuration
            && own.sampling == next.sampling && own.holdoutPeriods == next.holdoutPeriods
            && own.isMoney == next.isMoney && own.currency == next.currency
            && lifts == other.lifts
    }
}
