import Numerics
import TestDensities
import TestKit
import Testing

@Suite("Six posteriors of posteriordb")
struct PosteriorDatabaseTests {
    @Test(
        "means, squares and deviations are those of the reference draws",
        .enabled(if: Reference.folder != nil, "there is no reference data"),
        arguments: PosteriorDatabase.allCases
    )
    func reference(_ model: PosteriorDatabase) async throws {
        let folder = try #require(Reference.folder)
        let references = try model.references(in: folder)
        var configuration = SamplingConfiguration(seed: 20)
        configuration.draws = 2000
        let posterior = try await SamplingRun(
            try model.density(in: folder),
            configuration
        ).posterior()
        let names = model.parameters(posterior.point(0, chain: 0).span).map(\.name)
        #expect(Set(names) == Set(references.keys))
        for (index, name) in names.enumerated() {
            let truth = try #require(references[name])
            let deviationError = truth.sd / (2 * truth.ess_bulk).squareRoot()
            posterior.expect(
                name,
                mean: truth.mean,
                deviation: truth.sd,
                meanError: truth.mcse_mean,
                deviationError: deviationError
            ) { model.parameters($0)[index].value }
            let squares = posterior.draws { point in
                let value = model.parameters(point)[index].value
                return value * value
            }
            let all = squares.flatMap { $0 }
            let error = Diagnostics.meanError(squares)
            let distance = abs(all.span.sum() / Double(all.count) - truth.mean_square)
            let room = (error * error + truth.mcse_mean_square * truth.mcse_mean_square)
                .squareRoot()
            #expect(distance < 4 * room, "\(name) squared")
        }
        let smallest =
            (0..<posterior.dimension)
            .map { Diagnostics.bulkESS(posterior.draws(of: $0)) }.min() ?? 0
        print(
            "\(model.rawValue): smallest ESS \(Int(smallest)) of 8000,",
            "\(posterior.gradients / 12_000) gradients a draw, \(posterior.divergences) divergences"
        )
        #expect(smallest > 1000)
        #expect(Double(posterior.divergences) <= 0.002 * 8000)
    }
}
