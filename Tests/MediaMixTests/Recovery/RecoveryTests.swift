import MediaMix
import Numerics
import Panels
import Testing

/// What media earned in worlds whose truth is known; 400 worlds of each kind in the long form.
@Suite("Returns are recovered")
struct RecoveryTests {
    private static let channels = ["tv", "search", "social"]
    private static let worlds = SampledForm.isLong ? 400 : 2
    private static let draws = SampledForm.isLong ? 500 : 150

    /// That of the prior on returns, the logarithm of which has mean 0.2 and deviation 0.9.
    private static let priorDeviation: Double = {
        let square = Elementary.exp(0.81)
        return Elementary.exp(0.2) * (square * (square - 1)).squareRoot()
    }()

    private func expectSane(_ found: [RecoveredReturn]) {
        for one in found {
            #expect(one.truth > 0 && one.interval.lowerBound > 0 && one.width.isFinite)
            #expect(one.interval.contains(one.median) && one.deviation > 0)
        }
    }

    @Test("in worlds drawn from the priors")
    func ownWorlds() async throws {
        var random = RandomStream(seed: 70)
        var (found, divergences) = ([RecoveredReturn](), 0)
        for seed in 1...Self.worlds {
            let world = try World.drawn(from: .national, &random)
            let fit = try await RecoveredReturn.fit(
                MediaMixModel(world.panel, world.configuration, scaling: world.scaling),
                world.returns,
                draws: Self.draws,
                seed: UInt64(seed)
            )
            found += fit.channels
            divergences += fit.divergences
        }
        expectSane(found)
        found.describe("own worlds", channels: Self.channels)
        let sharp = found.count { $0.deviation <= 0.5 * Self.priorDeviation }
        print(
            "own worlds: \(divergences) divergences, \(sharp) deviations at most half the prior's"
        )
        guard SampledForm.isLong else { return }
        #expect((87...93).contains(found.coverage))
        for channel in Self.channels.indices {
            let own = found.of(channel)
            #expect((84...96).contains(own.coverage))
            #expect(own.median(\.deviation) <= 0.5 * Self.priorDeviation)
        }
        #expect(found.median(\.error) <= 0.15)
    }

    /// What a model is told of worlds that are not its own.
    enum Told: String, CaseIterable {
        case nothing, demand
        /// And the form of the saturation, but that effects last eight weeks.
        case demandAndForm

        var configuration: MixConfiguration {
            var configuration = MixConfiguration()
            if self == .demandAndForm { configuration.channel.saturation = .hill }
            return configuration
        }
    }

    @Test(
        "in worlds that are not the model's, as far as they can be",
        arguments: Told.allCases
    )
    func foreignWorlds(_ told: Told) async throws {
        var random = RandomStream(seed: 71)
        var (found, divergences) = ([RecoveredReturn](), 0)
        for seed in 1...Self.worlds {
            let world = ForeignWorld(isDemandKnown: told != .nothing, &random)
            let fit = try await RecoveredReturn.fit(
                MediaMixModel(world.panel, told.configuration),
                world.returns,
                draws: Self.draws,
                seed: UInt64(seed)
            )
            found += fit.channels
            divergences += fit.divergences
        }
        expectSane(found)
        let label = "foreign worlds, told \(told)"
        found.describe(label, channels: Self.channels)
        print("\(label): \(divergences) divergences")
    }

    @Test("better with an experiment, where a demand that nobody saw drives spend")
    func experiments() async throws {
        var random = RandomStream(seed: 72)
        var (before, after) = ([RecoveredReturn](), [RecoveredReturn]())
        for seed in 1...(SampledForm.isLong ? 100 : 1) {
            let world = ForeignWorld(isDemandKnown: false, &random)
            func fit(_ lifts: [LiftTest]) async throws -> RecoveredReturn {
                try await RecoveredReturn.fit(
                    MediaMixModel(world.panel, lifts: lifts),
                    world.returns,
                    draws: Self.draws,
                    seed: UInt64(seed)
                ).channels[1]
            }
            before.append(try await fit([]))
            after.append(try await fit([world.experiment]))
        }
        expectSane(before + after)
        before.describe("search without an experiment", channels: [])
        after.describe("search with an experiment", channels: [])
        #expect(after.median(\.width) < before.median(\.width))
        guard SampledForm.isLong else { return }
        #expect(after.median(\.error) < before.median(\.error))
        #expect(after.coverage > before.coverage)
    }

    @Test("better with an experiment in worlds of the priors, and as often covered")
    func ownExperiments() async throws {
        var random = RandomStream(seed: 73)
        var (before, after) = ([RecoveredReturn](), [RecoveredReturn]())
        for seed in 1...(SampledForm.isLong ? 400 : 1) {
            let world = try World.drawn(from: .national, &random)
            let experiment = world.experiment(1, from: 80, &random)
            func fit(_ lifts: [LiftTest]) async throws -> RecoveredReturn {
                try await RecoveredReturn.fit(
                    MediaMixModel(
                        world.panel,
                        world.configuration,
                        lifts: lifts,
                        scaling: world.scaling
                    ),
                    world.returns,
                    draws: Self.draws,
                    seed: UInt64(seed)
                ).channels[1]
            }
            before.append(try await fit([]))
            after.append(try await fit([experiment]))
        }
        expectSane(before + after)
        before.describe("own search without an experiment", channels: [])
        after.describe("own search with an experiment", channels: [])
        guard SampledForm.isLong else { return }
        #expect(after.median(\.width) < before.median(\.width))
        #expect(after.median(\.error) < before.median(\.error))
        #expect((87...93).contains(after.coverage))
    }
}
