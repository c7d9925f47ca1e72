import Numerics
import Panels
import Testing

@testable import MediaMix

@Suite("A first look at a mix model")
struct BootstrapTests {
    /// Of one outcome, or of another that is drawn together with it.
    private static func model(outcomes: Int = 1) throws -> JointMixModel {
        var configuration = MixConfiguration()
        configuration.seasons = []
        configuration.channel.effect = .coefficient
        configuration.channel.adstock = Adstock(kind: .geometric, lags: 3, isNormalised: true)
        var panels = [try InventedPanels.panel(periods: 60)]
        if outcomes > 1 {
            var other = panels[0]
            var random = RandomStream(seed: 11)
            other.outcome = PanelColumn(
                name: "orders",
                values: other.outcome.values.map { 0.2 * $0 * (0.8 + 0.4 * random.uniform()) }
            )
            panels.append(other)
        }
        return try JointMixModel(try panels.map { try MediaMixModel($0, configuration) })
    }

    @Test("has the same bits on any number of threads, and others from another seed")
    func bits() async throws {
        let model = try Self.model()
        let one = try await MixBootstrap.fits(of: model, count: 6, seed: 4, threads: 1).draws
        let three = try await MixBootstrap.fits(of: model, count: 6, seed: 4, threads: 3).draws
        #expect(one == three && one.chains.count == 1 && one.count == 6)
        // Fits do not hang on how many there are.
        let fewer = try await MixBootstrap.fits(of: model, count: 2, seed: 4, threads: 2).draws
        #expect(Array(one.chains[0].prefix(2 * one.dimension)) == fewer.chains[0])
        let other = try await MixBootstrap.fits(of: model, count: 2, seed: 5, threads: 2).draws
        #expect(other.chains[0] != fewer.chains[0])
    }

    @Test("is of points from which every way leads down", arguments: [1, 2])
    func tops(_ outcomes: Int) async throws {
        let model = try Self.model(outcomes: outcomes)
        let draws = try await MixBootstrap.fits(of: model, count: 3, seed: 1, threads: 1).draws
        for draw in 0..<draws.count {
            // Weights as the bootstrap draws them.
            var random = RandomStream(seed: 1, stream: UInt64(draw) + 1)
            let shares = (0..<model.members[0].panel.cells).map { _ in random.exponential() }
            let scale = Double(shares.count) / shares.reduce(0, +)
            let density = JointMixDensity(model, weights: shares.map { $0 * scale })
            let top = Array(draws.point(draw, chain: 0))
            let height = try density.evaluated(at: top).value
            var steps = RandomStream(seed: 9)
            for _ in 0..<50 {
                let near = top.map { $0 + 0.02 * steps.normal() }
                #expect(try density.evaluated(at: near).value < height + 1e-6)
            }
        }
    }

    @Test("leaves out the fits that found no top, and is refused where they are more than a tenth")
    func unsettled() throws {
        let tops = (0..<20).map { MixBootstrap.Top.success([Double($0), 0.5]) }
        var some = tops
        some[3] = .failure(.noWay("it is flat"))
        some[17] = .failure(.tooFar)
        let fits = try MixBootstrap.Fits(some, dimension: 2)
        #expect(fits.unsettled == 2 && fits.draws.count == 18)
        #expect(Array(fits.draws.point(3, chain: 0)) == [4, 0.5])
        #expect(try MixBootstrap.Fits(tops, dimension: 2).unsettled == 0)
        some[19] = .failure(.tooFar)
        #expect(throws: MixBootstrap.Failure.unsettled(3, of: 20, "it is flat")) {
            try MixBootstrap.Fits(some, dimension: 2)
        }
    }

    @Test("ends when nobody waits for it")
    func cancelled() async throws {
        let model = try Self.model()
        let task = Task {
            try await MixBootstrap.fits(of: model, count: 100_000, seed: 1, threads: 1)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }

    @Test("counts what is weighted so often, and slopes as it counts", arguments: [false, true])
    func weights(_ isHeavyTailed: Bool) throws {
        var configuration = MixConfiguration()
        configuration.noise = isHeavyTailed ? .studentT : .normal
        configuration.hasNoisePerGeo = true
        let model = try MediaMixModel(try InventedPanels.panel(geos: 2), configuration)
        let plain = MixDensity(model)
        func value(_ weights: [Double], _ point: [Double]) throws -> Double {
            try MixDensity(model, weights: weights).evaluated(at: point).value
        }
        let cells = model.panel.cells
        var random = RandomStream(seed: 8)
        for _ in 0..<3 {
            let point = (0..<plain.dimension).map { _ in 0.5 * random.normal() }
            let one = try plain.evaluated(at: point)
            let same = try MixDensity(model, weights: Array(repeating: 1, count: cells))
                .evaluated(at: point)
            #expect(abs(same.value - one.value) < 1e-9 * abs(one.value))
            for (slope, other) in zip(same.gradient, one.gradient) {
                #expect(abs(slope - other) < 1e-8 * max(1, abs(other)))
            }
            // The density is the prior's, and each cell's as often as it counts.
            let none = try value(Array(repeating: 0, count: cells), point)
            let weights = (0..<cells).map { _ in 2 * random.uniform() }
            var sum = none
            for cell in 0..<cells {
                var alone = Array(repeating: 0.0, count: cells)
                alone[cell] = 1
                sum += weights[cell] * (try value(alone, point) - none)
            }
            let whole = try value(weights, point)
            #expect(abs(whole - sum) < 1e-8 * abs(whole))
        }
        let weights = (0..<cells).map { _ in 2 * random.uniform() }
        try MixDensity(model, weights: weights).expectDifferences("weighted")
    }
}
