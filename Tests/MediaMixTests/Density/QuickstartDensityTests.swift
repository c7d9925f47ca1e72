import Foundation
import MediaMix
import Numerics
import TestKit
import Testing

@Suite(
    "The density of PyMC-Marketing's quick start",
    .enabled(if: Reference.folder != nil, "there is no reference data")
)
struct QuickstartDensityTests {
    private struct Vectors: Decodable {
        struct Point: Decodable {
            let intercept_contribution: Double
            let adstock_alpha_logodds__, saturation_lam_log__, saturation_beta_log__: [Double]
            let gamma_control, gamma_fourier: [Double]
            let y_sigma_log__: Double

            /// In the order of the model's parameters.
            var all: [Double] {
                [intercept_contribution] + adstock_alpha_logodds__ + saturation_lam_log__
                    + saturation_beta_log__ + gamma_control + gamma_fourier + [y_sigma_log__]
            }
        }
        struct Vector: Decodable {
            let point: Point
            let logp: Double
            let grad: [Double]
        }
        let vectors: [Vector]
    }

    private struct Reference: Decodable {
        let logp_test_vectors: Vectors
    }

    private func vectors() throws -> [Vectors.Vector] {
        let folder = try #require(TestKit.Reference.folder)
        let file = folder.appendingPathComponent("reference/mmm/pymc_mmm_example.json")
        let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
        return reference.logp_test_vectors.vectors
    }

    private func model() throws -> MediaMixModel {
        try MediaMixModel(try ReferencePanels.quickstart(), .pymcQuickstart)
    }

    @Test("parameters have the names that PyMC gives them, in its order")
    func names() throws {
        #expect(
            try model().parameterNames == [
                "intercept_contribution", "adstock_alpha[x1]", "adstock_alpha[x2]",
                "saturation_lam[x1]", "saturation_lam[x2]", "saturation_beta[x1]",
                "saturation_beta[x2]", "gamma_control[event_1]", "gamma_control[event_2]",
                "gamma_control[t]", "gamma_fourier[sin_1]", "gamma_fourier[sin_2]",
                "gamma_fourier[cos_1]", "gamma_fourier[cos_2]", "y_sigma",
            ]
        )
    }

    @Test("value and gradient are PyMC's in its own coordinates")
    func plain() throws {
        let density = MixDensity(try model(), .plain)
        for vector in try vectors() {
            let ours = try density.evaluated(at: vector.point.all)
            #expect(abs(ours.value - vector.logp) < 1e-9 * max(1, abs(vector.logp)))
            for (one, other) in zip(ours.gradient, vector.grad) {
                #expect(abs(one - other) < 1e-9 * max(1, abs(other)), "\(one) is not \(other)")
            }
        }
    }

    @Test("the sampled coordinates have the same density, but for the constant of the map")
    func sampled() throws {
        let model = try model()
        var (plain, sampled) = (MixDensity(model, .plain), MixDensity(model))
        var random = RandomStream(seed: 3)
        var offsets: [Double] = []
        for _ in 0..<8 {
            let point = (0..<sampled.dimension).map { _ in 0.4 * random.normal() }
            let values = sampled.parameters(at: point.span)
            // PyMC's coordinates of the same parameters.
            let same = values.enumerated().map { index, value in
                switch index {
                case 1, 2: Foundation.log(value / (1 - value))
                case 3...6, 14: Foundation.log(value)
                default: value
                }
            }
            #expect(zip(plain.parameters(at: same.span), values).allSatisfy { abs($0 - $1) < 1e-9 })
            let ours = try sampled.evaluated(at: point).value
            offsets.append(ours - (try plain.evaluated(at: same).value))
        }
        for offset in offsets { #expect(abs(offset - offsets[0]) < 1e-7) }
    }

    @Test("gradients are differences in both coordinates")
    func differences() throws {
        try MixDensity(try model(), .plain).expectDifferences("plain")
        try MixDensity(try model(), .sampled).expectDifferences("sampled")
    }
}
