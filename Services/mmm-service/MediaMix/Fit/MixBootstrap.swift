internal import Numerics
internal import Panels
internal import Synchronization

/// A first look at a model, or at several that are drawn together: best fits, each to periods that
/// are weighted at random, for all outcomes alike.
///
/// Rubin, “The Bayesian bootstrap”, Annals of Statistics 9, 1981: weights are Dirichlet ones of
/// all cells. Each fit is the highest point of priors and weighted data, found from that of all
/// data alike. The same seed gives the same bits, on any number of threads.
public enum MixBootstrap {
    /// Why there are no fits.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        /// No way up was found of all data alike.
        case fit(String)
        /// So many of so many fits found no top, and why the first of them did not.
        case unsettled(Int, of: Int, String)
        /// The system has no thread.
        case noThread

        /// The reason in words.
        public var description: String {
            switch self {
            case .fit(let reason): "the fit to all data found no way: \(reason)"
            case .unsettled(let count, let all, let reason):
                "\(count) of \(all) fits found no top, the first because \(reason)"
            case .noThread: "the system has no thread"
            }
        }
    }

    /// The fits of a model.
    public struct Fits: Sendable {
        /// One chain, of a point for each fit that found its top.
        public let draws: MixDraws
        /// How many fits found none, and are left out.
        public let unsettled: Int
    }

    /// Of more fits than one in so many that found no top the others would say too little.
    fileprivate static let mostUnsettled = 10
    fileprivate static let evaluations = 2_000
    /// So far from the start a highest point is looked for, on the scale of positions.
    private static let reach = 10.0

    /// Fits a model again and again.
    ///
    /// Cancelling the waiting task ends it after the fits that are under way.
    ///
    /// - Parameters:
    ///   - model: the models.
    ///   - count: how many fits, from 1.
    ///   - seed: where randomness comes from.
    ///   - threads: how many threads work at most; nil for one less than the machine has.
    /// - Returns: the fits; at most a tenth of them are left out.
    /// - Throws: ``Failure``; `CancellationError`.
    public static func fits(
        of model: JointMixModel,
        count: Int,
        seed: UInt64,
        threads: Int? = nil
    ) async throws -> Fits {
        let isCancelled = Flag()
        let (results, channel) = AsyncStream.makeStream(of: (Int, Top).self)
        let (best, found) = AsyncStream.makeStream(of: Top.self)
        let isStarted = TrainingThreads.run(threads: 1, pieces: 1) { _ in
            found.yield(middle(of: model, seed: seed))
            found.finish()
        }
        guard isStarted else { throw Failure.noThread }
        var ofAll = Top.failure(.noWay("there is none"))
        for await result in best { ofAll = result }
        try Task.checkCancellation()
        let start: [Double]
        do { start = try ofAll.get() } catch { throw Failure.fit("\(error)") }
        let hasThreads = TrainingThreads.run(
            threads: threads ?? TrainingThreads.usualCount,
            pieces: count
        ) { number in
            guard !isCancelled.isSet else { return channel.finish() }
            channel.yield((number, fit(number, of: model, from: start, seed: seed)))
        }
        guard hasThreads else { throw Failure.noThread }
        return try await withTaskCancellationHandler {
            var tops: [Top?] = Array(repeating: nil, count: count)
            var left = count
            for await (number, result) in results {
                tops[number] = result
                left -= 1
                if left == 0 { break }
            }
            try Task.checkCancellation()
            let all = tops.compactMap(\.self)
            guard all.count == count else { throw CancellationError() }
            return try Fits(all, dimension: start.count)
        } onCancel: {
            isCancelled.set()
        }
    }

    /// What came of a fit.
    typealias Top = Result<[Double], NoTop>

    /// Why a fit found no top.
    enum NoTop: Error, CustomStringConvertible {
        case noWay(String)
        case tooFar

        var description: String {
            switch self {
            case .noWay(let reason): reason
            case .tooFar: "it is further than \(MixBootstrap.evaluations) steps away"
            }
        }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)

        func set() { value.store(true, ordering: .relaxed) }

        var isSet: Bool { value.load(ordering: .relaxed) }
    }

    /// The highest point of all data alike; the best that was found, be it no top.
    private static func middle(of model: JointMixModel, seed: UInt64) -> Top {
        let density = JointMixDensity(model)
        guard let start = density.starts(chains: 1, seed: seed).first else {
            return .failure(.noWay("there is no start"))
        }
        return top(of: density, from: start).map(\.point)
    }

    /// The highest point of data that are weighted at random.
    private static func fit(
        _ number: Int,
        of model: JointMixModel,
        from start: [Double],
        seed: UInt64
    ) -> Top {
        var random = RandomStream(seed: seed, stream: UInt64(number) + 1)
        let shares = (0..<model.members[0].panel.cells).map { _ in random.exponential() }
        let scale = Double(shares.count) / shares.span.sum()
        let density = JointMixDensity(model, weights: shares.map { $0 * scale })
        return top(of: density, from: start).flatMap { result in
            result.ending == .evaluationsUsedUp ? .failure(.tooFar) : .success(result.point)
        }
    }

    private static func top(
        of density: JointMixDensity,
        from start: [Double]
    ) -> Result<Optimizer.Result, NoTop> {
        var optimizer = Optimizer()
        optimizer.method = .quasiNewton
        optimizer.maximumEvaluations = evaluations
        optimizer.relativeTolerance = 1e-8
        optimizer.lower = start.map { $0 - reach }
        optimizer.upper = start.map { $0 + reach }
        var density = density
        do {
            return .success(
                try optimizer.minimize(from: start) { point, gradient in
                    let value = density.logDensity(at: point, gradient: &gradient)
                    gradient.scale(by: -1)
                    return -value
                }
            )
        } catch {
            return .failure(.noWay("\(error)"))
        }
    }
}

extension MixBootstrap.Fits {
    /// What came of all fits, unless too many found no top.
    ///
    /// - Parameters:
    ///   - tops: what came of each.
    ///   - dimension: how many numbers a top has.
    /// - Throws: ``MixBootstrap/Failure/unsettled(_:of:_:)``.
    init(
        _ tops: [MixBootstrap.Top],
        dimension: Int
    ) throws(MixBootstrap.Failure) {
        var (points, reasons): ([[Double]], [MixBootstrap.NoTop]) = ([], [])
        for top in tops {
            switch top {
            case .success(let point): points.append(point)
            case .failure(let reason): reasons.append(reason)
            }
        }
        if let first = reasons.first, MixBootstrap.mostUnsettled * reasons.count > tops.count {
            throw .unsettled(reasons.count, of: tops.count, first.description)
        }
        guard let draws = MixDraws(chains: [points.flatMap(\.self)], dimension: dimension) else {
            throw .fit("there are no fits")
        }
        (self.draws, unsettled) = (draws, reasons.count)
    }
}
