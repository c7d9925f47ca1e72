import Foundation
import MediaMix
import Numerics
import Panels
import Wire

/// The mix model of PyMC-Marketing's quick start: fitted beside PyMC-Marketing with nutpie, its
/// gradient beside a program of C.
///
/// Both are given the same data and priors, four chains of 1,000 + 1,000 draws and two cores, and
/// timed by the clock on the wall. “sampling” is the smallest bulk effective sample size over time:
/// ours over all of a fit, from the panel to the posterior, theirs over their chains alone. “fit”
/// is how often a second a fit could be made: ours as before, theirs with the building and
/// compiling that each of their fits does. Sizes are of the same fifteen parameters.
struct MixBenchmark {
    private let arguments: Arguments
    private let panel: Panel

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        panel = try Self.quickstart(Self.file(in: arguments))
    }

    private static func file(in arguments: Arguments) -> URL {
        arguments.reference.appendingPathComponent("data/mmm/pymc_mmm_example.csv")
    }

    private static func quickstart(_ file: URL) throws -> Panel {
        let bytes = Array(try Data(contentsOf: file))
        let table = try PanelTable(csv: bytes.rawBytes)
        var roles = PanelRoles()
        roles["date_week"] = .day
        roles["y"] = .outcome(isMoney: false)
        for channel in ["x1", "x2"] { roles[channel] = .spend(channel: channel) }
        for control in ["event_1", "event_2", "t"] { roles[control] = .control }
        return try PanelReading(table, roles: roles).panel
    }

    /// What one fit of ours gave.
    private struct Fit {
        let seconds: Double
        let effectiveSize: Double
        let gradients: Int
    }

    func run() async throws -> Report {
        var c = Peer(name: "C -O3 fast-math", program: file("mmm"))
        let pymc = try SamplerPeer(
            python: file("venv/bin/python"),
            script: file("mmm.py"),
            reference: arguments.reference
        )
        var sampling: [(ours: Double, theirs: Double)] = []
        var fits = sampling
        var gradients: [Double] = []
        let seconds = arguments.seconds ?? 0.3
        for pair in 1...arguments.pairs {
            gradients.append(try gradient(for: seconds))
            try c.measure([Self.file(in: arguments).path, "\(seconds)"])
            let theirs = try pymc.sample(seed: pair)
            let ours = try await fit(seed: UInt64(pair))
            guard let fit = theirs["fit"], let chains = theirs["sampling"] else {
                throw Peer.Failure(description: "PyMC-Marketing has told no times")
            }
            sampling.append((ours.effectiveSize / ours.seconds, chains.rate))
            fits.append((1 / ours.seconds, 1 / fit.seconds))
        }
        let floor = zip(gradients, c.runs).map { (ours: $0, theirs: $1["gradient"] ?? .nan) }
        return Report(
            benchmark: "mmm",
            note: "4 × (1,000 + 1,000) draws of 15 parameters on two cores; smallest bulk ESS "
                + "a second; medians of \(arguments.pairs) pairs",
            rows: [
                Report.Row(
                    "sampling",
                    peer: "PyMC-Marketing, nutpie",
                    unit: "ESS/s",
                    pairs: sampling,
                    budget: .atLeast(30),
                    goal: 10_000
                ),
                Report.Row(
                    "fit",
                    peer: "PyMC-Marketing, nutpie",
                    unit: "fits/s",
                    pairs: fits,
                    budget: .atLeast(10),
                    goal: 1
                ),
                Report.Row(
                    "gradient",
                    peer: c.name,
                    unit: "ns",
                    pairs: floor,
                    budget: .atMost(1.2)
                ),
            ]
        )
    }

    private func file(_ name: String) -> URL { arguments.peers.appendingPathComponent(name) }

    /// From the panel to the posterior.
    private func fit(seed: UInt64) async throws -> Fit {
        let clock = ContinuousClock()
        let start = clock.now
        let model = try MediaMixModel(panel, .pymcQuickstart)
        var density = MixDensity(model)
        let posterior = try await SamplingRun(
            density,
            SamplingConfiguration(seed: seed),
            starts: density.starts(chains: 4, seed: seed)
        ).posterior()
        let seconds = (clock.now - start) / .seconds(1)
        let sizes = model.parameterNames.indices.map { index in
            Diagnostics.bulkESS(posterior.draws { density.parameters(at: $0)[index] })
        }
        return Fit(
            seconds: seconds,
            effectiveSize: sizes.min() ?? .nan,
            gradients: posterior.gradients
        )
    }

    /// The nanoseconds that a gradient takes, the least of many runs of 200.
    private func gradient(for seconds: Double) throws -> Double {
        var density = MixDensity(try MediaMixModel(panel, .pymcQuickstart))
        var position = [Double](repeating: 0, count: density.dimension)
        var gradient = position
        var (fastest, sum) = (Double.infinity, 0.0)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        while clock.now < end {
            let start = clock.now
            for step in 0..<200 {
                position[0] = 1e-6 * Double(step)
                var slopes = gradient.mutableSpan
                sum += density.logDensity(at: position.span, gradient: &slopes)
            }
            fastest = min(fastest, (clock.now - start) / .nanoseconds(200))
        }
        // Were the sum not looked at, there would be nothing to compute.
        return sum.isNaN ? .nan : fastest
    }
}
