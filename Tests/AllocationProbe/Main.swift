import CAllocations
import Numerics
import TestDensities

/// Says what memory the sampler asks for, in a program that counts it.
///
///     allocation-probe steps
///     allocation-probe run CHAINS WARMUP DRAWS DIMENSION LARGEST-DENSE
///
/// The first prints for each metric its name, the steps of trajectories that were made with it, and
/// how often memory was asked for meanwhile; then the same of one array, to show that it counts.
/// The second prints the most bytes that a run held at once, and the bound it was allowed.
@main
enum Main {
    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }
        switch CommandLine.arguments.dropFirst().first {
        case "steps":
            try steps("diagonal", warmup: 20, largestDense: 0)
            try steps("dense", warmup: 300, largestDense: 1000)
            try steps("low rank", warmup: 300, largestDense: 0)
            let before = sextant_allocations()
            let array = Array(repeating: before, count: 100)
            print("array", array.count, sextant_allocations() - before, separator: "\t")
        case "run" where numbers.count == 5: try await run(numbers)
        default: print("allocation-probe: steps | run and five numbers")
        }
    }

    /// Draws after the warm-up, whose last metric stays.
    private static func steps(_ name: String, warmup: Int, largestDense: Int) throws {
        // Enough directions stand out for every kind of metric to have its share of work.
        let scales = (0..<100).map { 1 + Double($0 % 5) }
        let density = CorrelatedNormal(scales: scales, correlation: 0.95)
        var configuration = SamplingConfiguration(seed: 1)
        configuration.warmup = warmup
        configuration.largestDenseDimension = largestDense
        let chain = try Chain(density, configuration, chain: 0, attempt: 1, start: nil)
        for _ in 0..<warmup { _ = try chain.step() }
        guard chain.metricName == name else {
            print("the metric is \(chain.metricName), not \(name)")
            return
        }
        let before = sextant_allocations()
        var steps = 0
        for _ in 0..<500 { steps += try chain.step().steps }
        let count = sextant_allocations() - before
        print(name, steps, count, separator: "\t")
    }

    private static func run(_ numbers: [Int]) async throws {
        let scales = Array(repeating: 1.0, count: numbers[3])
        let density = CorrelatedNormal(scales: scales, correlation: 0.5)
        var configuration = SamplingConfiguration(seed: 1)
        (configuration.chains, configuration.warmup) = (numbers[0], numbers[1])
        (configuration.draws, configuration.largestDenseDimension) = (numbers[2], numbers[4])
        // Every run is made twice: the second must not come on top of the first.
        configuration.toleratedDivergences = 0
        configuration.divergenceThreshold = 0.05
        configuration.threads = configuration.chains
        let before = sextant_held_bytes()
        sextant_reset_peak()
        let posterior = try await SamplingRun(
            density,
            configuration,
            savingEvery: 7,
            save: { precondition($0.trace.state.draw > 0) }
        ).posterior()
        let peak = sextant_peak_bytes() - before
        let bound = configuration.neededBytes(dimension: numbers[3])
        print(posterior.attempt, peak, Int(bound), separator: "\t")
    }
}
