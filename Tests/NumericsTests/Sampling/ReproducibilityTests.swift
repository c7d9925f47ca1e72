import Foundation
import TestDensities
import Testing

@testable import Numerics

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

    /// Keeps what a run saves.
    private final class Shelf: @unchecked Sendable {
        // `@unchecked`: `saved` is touched only with `lock` held, which the thread sanitizer knows.
        private let lock = NSLock()
        private var saved: [Int: [[UInt8]]] = [:]

        func keep(_ chain: SavedChain) {
            lock.withLock { saved[chain.trace.state.chain, default: []].append(chain.bytes) }
        }

        func bytes(of chain: Int) -> [[UInt8]] { lock.withLock { saved[chain] ?? [] } }
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

    @Test("saved bytes that are damaged, cut off or of another run are refused")
    func refused() async throws {
        let shelf = Shelf()
        _ = try await SamplingRun(
            density,
            configuration(8),
            savingEvery: 100,
            save: { shelf.keep($0) }
        ).posterior()
        let bytes = shelf.bytes(of: 0)[0]
        #expect(try SavedChain(bytes: bytes).bytes == bytes)
        var random = RandomStream(seed: 1)
        for _ in 0..<200 {
            var damaged = bytes
            damaged[random.integer(below: bytes.count)] ^= UInt8(1 + random.integer(below: 255))
            #expect(throws: SamplingFailure.self) { try SavedChain(bytes: damaged) }
            let cut = Array(bytes.prefix(random.integer(below: bytes.count)))
            #expect(throws: SamplingFailure.self) { try SavedChain(bytes: cut) }
        }
        let saved = try SavedChain(bytes: bytes)
        await #expect(throws: SamplingFailure.self) {
            try await SamplingRun(density, configuration(9), resuming: [saved]).posterior()
        }
        let other = CorrelatedNormal(scales: [1, 2], correlation: 0)
        await #expect(throws: SamplingFailure.unreadable("it is of another dimension")) {
            try await SamplingRun(other, configuration(8), resuming: [saved]).posterior()
        }
    }

    @Test("saved bytes whose draws are not those of a run are refused, whatever their checksum")
    func misfits() async throws {
        let shelf = Shelf()
        _ = try await SamplingRun(
            density,
            configuration(8),
            savingEvery: 100,
            save: { shelf.keep($0) }
        ).posterior()
        let saved = try SavedChain(bytes: shelf.bytes(of: 0)[1])  // after the warm-up
        var trace = saved.trace
        trace.state.draw += 1
        #expect(throws: SamplingFailure.unreadable("its draws are not those of its run")) {
            try SavedChain(bytes: SavedChain(trace, saved.configuration, attempt: 1).bytes)
        }
    }
}

@Suite("The worst error of a kernel")
struct AccuracyTests {
    @Test("is no number as soon as one is none")
    func isNumber() {
        var accuracy = Accuracy()
        for (place, error) in [1e-3, .nan, 1e-16, 5].enumerated() {
            accuracy.note(error, at: Double(place))
        }
        #expect(accuracy.worst.isNaN && accuracy.place == 1)
    }
}
