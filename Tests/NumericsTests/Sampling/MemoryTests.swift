import Foundation
import TestDensities
import TestKit
import Testing

@testable import Numerics

@Suite("Memory of a run")
struct MemoryTests {
    /// The lines that the program `allocation-probe` prints, each in its parts.
    private func probe(_ arguments: String...) throws -> [[String]] {
        // It is built beside the program that runs the tests.
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let (status, bytes) = try Process.runToEnd { process in
            process.executableURL = URL(fileURLWithPath: tests)
                .deletingLastPathComponent().appendingPathComponent("allocation-probe")
            process.arguments = arguments
        }
        #expect(status == 0)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: "\t").map(String.init) }
    }

    @Test("steps of a trajectory ask for none, whatever the metric")
    func steps() throws {
        let lines = try probe("steps")
        print("metric, steps, allocations: \(lines)")
        #expect(lines.map(\.first) == ["diagonal", "dense", "low rank", "array"])
        for line in lines.dropLast() {
            let steps = try #require(Int(line[1]))
            #expect(steps > 2000)
            #expect(line[2] == "0", "\(line)")
        }
        // What asks for memory is counted: a check that cannot fail proves nothing.
        let array = try #require(lines.last.flatMap { Int($0[2]) })
        #expect(array > 0)
    }

    /// Chains, warm-up, draws, dimension and the largest dense dimension: mostly draws, mostly
    /// windows, and mostly metrics.
    static let runs = [
        [4, 200, 5000, 10, 150], [4, 0, 20_000, 2, 150], [16, 100, 1000, 2, 150],
        [1, 6000, 20, 100, 150], [1, 6000, 20, 100, 0], [2, 1000, 10, 150, 150],
        [2, 300, 300, 500, 150], [1, 100, 60, 400, 400],
    ]

    @Test("is never above its bound, nor far below, made once or twice", arguments: runs)
    func bound(_ run: [Int]) throws {
        let lines = try probe(
            "run",
            run[0].description,
            run[1].description,
            run[2].description,
            run[3].description,
            run[4].description
        )
        let numbers = try #require(lines.first).compactMap { Int($0) }
        try #require(numbers.count == 3)
        let (attempt, peak, bound) = (numbers[0], numbers[1], numbers[2])
        print("\(run): \(peak) of \(bound) bytes")
        #expect(attempt == 2 && peak <= bound && bound < 4 * peak)
    }

    private struct Wide: Density {
        let dimension: Int

        func logDensity(at position: Span<Double>, gradient: inout MutableSpan<Double>) -> Double {
            preconditionFailure("a run that is refused asks for no density")
        }
    }

    /// What a run ends with, whose chains never start.
    private func refusal(
        _ dimension: Int,
        _ change: (inout SamplingConfiguration) -> Void
    ) async -> SamplingFailure? {
        var configuration = SamplingConfiguration(seed: 1)
        change(&configuration)
        do {
            _ = try await SamplingRun(Wide(dimension: dimension), configuration).posterior()
            return nil
        } catch {
            return error as? SamplingFailure
        }
    }

    @Test("too much of it is refused before anything is asked for, for whatever reason")
    func refused() async {
        let changes: [(dimension: Int, change: (inout SamplingConfiguration) -> Void)] = [
            (1, { ($0.chains, $0.draws) = (1024, 10_000_000) }),
            (100_000, { $0.draws = 10_000_000 }),
            (20_000, { $0.warmup = 1_000_000 }),
            (20_000, { $0.largestDenseDimension = 20_000 }),
            (1 << 40, { $0.maximumDepth = 20 }),
            (.max, { $0.chains = 1024 }),
            (10, { $0.memoryLimitBytes = 1000 }),
        ]
        for (dimension, change) in changes {
            let failure = await refusal(dimension, change)
            guard case .tooLarge(let needed, let limit) = failure else {
                Issue.record("\(dimension) parameters: \(String(describing: failure))")
                continue
            }
            #expect(needed > Double(limit))
        }
    }

    @Test("a run that needs its limit to the byte is made; with one less it says what to do")
    func limit() async throws {
        let density = CorrelatedNormal(scales: [1, 2, 3], correlation: 0.5)
        var configuration = SamplingConfiguration(seed: 1)
        (configuration.warmup, configuration.draws) = (100, 100)
        let needed = configuration.neededBytes(dimension: 3)
        configuration.memoryLimitBytes = Int(needed)
        let posterior = try await SamplingRun(density, configuration).posterior()
        #expect(posterior.chains.count == 4)
        configuration.memoryLimitBytes -= 1
        let failure = SamplingFailure.tooLarge(
            neededBytes: needed,
            limitBytes: configuration.memoryLimitBytes
        )
        await #expect(throws: failure) {
            try await SamplingRun(density, configuration).posterior()
        }
        #expect(
            "\(SamplingFailure.tooLarge(neededBytes: 2.04e9, limitBytes: 1 << 30))"
                == "the run would need 2040.0 MB of memory, and its limit is 1073.8 MB: keep fewer"
                + " draws, run fewer chains, make do with fewer parameters, or raise"
                + " memoryLimitBytes"
        )
    }
}
