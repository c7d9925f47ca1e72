import Numerics
import TestDensities
import Testing

@Suite("The same bits")
struct ReproducibilityTests {
    private func configuration(_ seed: UInt64) -> SamplingConfiguration {
        var configuration = SamplingConfiguration(seed: seed)
        configuration.warmup = 150
        configuration.draws = 120
        return configuration
    }

    private var density: any Density {
        EightSchools(
            effects: [28, 8, -3, 7, -1, 1, 18, 12],
            errors: [15, 10, 16, 11, 9, 11, 10, 18]
        )
    }

    @Test("on one, two and four threads")
    func threads() async throws {
        var runs: [Posterior] = []
        for threads in [1, 2, 4] {
            var configuration = configuration(3)
            configuration.threads = threads
            runs.append(try await SamplingRun(density, configuration).posterior())
        }
        #expect(runs[0].chains == runs[1].chains && runs[0].chains == runs[2].chains)
        let other = try await SamplingRun(density, configuration(4)).posterior()
        #expect(other.chains != runs[0].chains)
        #expect(Set(runs[0].chains.map(\.positions)).count == 4)
    }

    static let targets: [any Density] = [
        EightSchools(effects: [28, 8, -3], errors: [15, 10, 16]),
        CorrelatedNormal(scales: [1, 20, 0.3], correlation: 0.9),
        CorrelatedNormal(scales: Array(repeating: 2, count: 12), correlation: 0.9),
    ]

    @Test("after being saved at any draw, in bytes, and resumed", arguments: targets.indices)
    func resumed(_ target: Int) async throws {
        let density = Self.targets[target]
        var configuration = configuration(5)
        // The last has a metric of a diagonal and directions.
        configuration.largestDenseDimension = 10
        let shelf = Shelf()
        let whole = try await SamplingRun(
            density,
            configuration,
            savingEvery: 1,
            save: { shelf.keep($0) }
        ).posterior()
        var random = RandomStream(seed: 6)
        for _ in 0..<12 {
            let saved = try (0..<4).map { chain in
                let all = shelf.bytes(of: chain)
                return try SavedChain(bytes: all[random.integer(below: all.count)])
            }
            let again = try await SamplingRun(density, configuration, resuming: saved).posterior()
            #expect(again == whole)
        }
        // A chain that was not saved starts anew, and comes to the same.
        let one = try SavedChain(bytes: shelf.bytes(of: 2)[77])
        #expect(try await SamplingRun(density, configuration, resuming: [one]).posterior() == whole)
    }

    @Test("after being cancelled half-way")
    func cancelled() async throws {
        let whole = try await SamplingRun(density, configuration(7)).posterior()
        let shelf = Shelf()
        let run = SamplingRun(density, configuration(7), save: { shelf.keep($0) })
        for await report in run.reports where report.draw > 30 {
            run.cancel()
            break
        }
        do {
            // Only a machine that sampled everything between two lines gets so far.
            #expect(try await run.posterior() == whole)
        } catch {
            #expect(error as? SamplingFailure == .cancelled)
            let saved = try (0..<4).compactMap { try shelf.bytes(of: $0).last.map(SavedChain.init) }
            #expect(!saved.isEmpty)
            let again = SamplingRun(density, configuration(7), resuming: saved)
            #expect(try await again.posterior() == whole)
        }
    }
}
