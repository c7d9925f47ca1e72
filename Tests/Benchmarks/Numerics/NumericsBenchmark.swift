import Foundation
import Numerics
import TestDensities

/// The sampler beside nutpie on the same densities, and vector kernels beside plain loops of C.
///
/// Rates of sampling are the smallest bulk effective sample size over processor time on one
/// thread, warm-up included, of four chains of 1,000 + 1,000 draws. Ours is all of a run, from its
/// start to its posterior; nutpie's is that of its chains alone, without compiling the model,
/// making the sampler, and turning its draws into a data set. Effective sizes are of the same
/// quantities: the parameters that posteriordb has draws of, and the coordinates of the normals.
///
/// “+” is nutpie's low-rank metric, which has no budget; its default has. In 500 dimensions with a
/// gradient that costs next to nothing ours has none either: both samplers then spend their time on
/// the same products.
struct NumericsBenchmark {
    /// A density, and what its effective sizes are of.
    private struct Model {
        let name: String
        let density: any Density
        let quantities: [(Span<Double>) -> Double]
    }

    private let arguments: Arguments
    private let models: [Model]

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        models =
            try PosteriorDatabase.allCases.map { try Self.model($0, in: arguments.reference) }
            + [(10, 0.9), (50, 0.9), (100, 0.9), (500, 0.5)].map { dimension, correlation in
                let scales = (0..<dimension).map { exp((Double($0 % 7) / 3 - 1) * log(30)) }
                return Model(
                    name: "normal-\(dimension)",
                    density: CorrelatedNormal(scales: scales, correlation: correlation),
                    quantities: (0..<dimension).map { index in { $0[index] } }
                )
            }
    }

    private static func model(_ posterior: PosteriorDatabase, in folder: URL) throws -> Model {
        let density = try posterior.density(in: folder)
        let origin = Array(repeating: 0.0, count: density.dimension)
        return Model(
            name: posterior.rawValue,
            density: density,
            quantities: posterior.parameters(origin.span).indices.map { index in
                { posterior.parameters($0)[index].value }
            }
        )
    }

    func run() async throws -> Report {
        var c = Peer(name: "C -O3", program: file("numerics"))
        let nutpie = try SamplerPeer(
            python: file("venv/bin/python"),
            script: file("numerics.py"),
            reference: arguments.reference
        )
        var pairs: [String: [(ours: Double, theirs: Double)]] = [:]
        var kernels: [[String: Double]] = []
        let seconds = arguments.seconds ?? 0.3
        for pair in 1...arguments.pairs {
            kernels.append(try await KernelTimes.measure(seconds: seconds))
            try c.measure(["\(seconds)"])
            let theirs = try nutpie.sample(seed: pair)
            for model in models {
                let ours = try await Self.rate(model, seed: UInt64(pair))
                for peer in [model.name, model.name + "+"] {
                    guard let other = theirs[peer] else {
                        throw Peer.Failure(description: "nutpie has no model \(peer)")
                    }
                    pairs[peer, default: []].append((ours, other.rate))
                }
            }
        }
        return Report(
            benchmark: "numerics",
            note: "smallest bulk ESS per second of one processor, 4 × (1,000 + 1,000) draws; "
                + "nanoseconds of 1,000 numbers; medians of \(arguments.pairs) pairs",
            rows: samplerRows(pairs) + kernelRows(kernels, c)
        )
    }

    private func file(_ name: String) -> URL { arguments.peers.appendingPathComponent(name) }

    private func samplerRows(_ pairs: [String: [(ours: Double, theirs: Double)]]) -> [Report.Row] {
        models.flatMap { model in
            [model.name, model.name + "+"].map { name in
                Report.Row(
                    String(model.name.prefix(13)),
                    peer: name.hasSuffix("+") ? "nutpie +" : "nutpie",
                    unit: "ESS/s",
                    pairs: pairs[name] ?? [],
                    budget: name.hasSuffix("+") || name == "normal-500" ? nil : .atLeast(3)
                )
            }
        }
    }

    private func kernelRows(_ ours: [[String: Double]], _ peer: Peer) -> [Report.Row] {
        // As speeds, so that more is better: passes a second.
        func row(_ name: String) -> Report.Row {
            Report.Row(
                "vector \(name)",
                peer: peer.name,
                unit: "passes/s",
                pairs: zip(ours, peer.runs).map {
                    (1e9 / ($0[name] ?? .nan), 1e9 / ($1[name] ?? .nan))
                },
                budget: .atLeast(0.9)
            )
        }
        return [
            row("exp"), row("dot"),
            Report.Row(
                "step beyond gradient, 100 dims, diagonal",
                peer: "goal",
                unit: "µs",
                pairs: ours.map { (($0["diagonal"] ?? .nan) / 1e3, 1) },
                goal: 1
            ),
            Report.Row(
                "step beyond gradient, 100 dims, dense",
                peer: "goal",
                unit: "µs",
                pairs: ours.map { (($0["dense"] ?? .nan) / 1e3, 1) },
                goal: 1
            ),
        ]
    }

    /// The smallest bulk effective sample size over processor time.
    private static func rate(_ model: Model, seed: UInt64) async throws -> Double {
        var configuration = SamplingConfiguration(seed: seed)
        configuration.threads = 1
        configuration.retryTargetAcceptance = nil
        let start = clock()
        let posterior = try await SamplingRun(model.density, configuration).posterior()
        let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        let sizes = model.quantities.map { Diagnostics.bulkESS(posterior.draws(of: $0)) }
        return (sizes.min() ?? .nan) / seconds
    }
}
