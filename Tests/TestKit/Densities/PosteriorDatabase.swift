public import Foundation
public import Numerics

/// The six posteriors of the reference folder `reference/posteriordb`, with hand-written gradients.
public enum PosteriorDatabase: String, CaseIterable, Sendable {
    case arK = "arK-arK"
    case eightSchools = "eight_schools-eight_schools_noncentered"
    case gaussianProcess = "gp_pois_regr-gp_regr"
    case kidScore = "kidiq-kidscore_interaction"
    case mixture = "low_dim_gauss_mix-low_dim_gauss_mix"
    case regression = "sblrc-blr"

    /// What the reference draws say of one parameter.
    public struct Reference: Decodable, Sendable {
        public let mean, sd, mean_square, ess_bulk, mcse_mean, mcse_mean_square: Double
    }

    private struct References: Decodable {
        let data_file: String
        let parameters: [String: Reference]
    }

    private struct Inputs: Decodable {
        var K: Int?
        var y, sigma, x, kid_score, mom_hs, mom_iq: [Double]?
        var X: [[Double]]?
    }

    /// A file that has not what it should have.
    public struct Missing: Error {
        let what: String
    }

    private func references(_ folder: URL) throws -> References {
        let file = folder.appendingPathComponent("reference/posteriordb/\(rawValue).reference.json")
        return try JSONDecoder().decode(References.self, from: Data(contentsOf: file))
    }

    /// The figures to compare with, by the names of the parameters.
    ///
    /// - Parameter folder: the reference data.
    /// - Returns: what the reference draws say of each.
    /// - Throws: if a file is not there, or not as it should be.
    public func references(in folder: URL) throws -> [String: Reference] {
        try references(folder).parameters
    }

    /// The density of the unconstrained parameters.
    ///
    /// - Parameter folder: the reference data.
    /// - Returns: the model with its data.
    /// - Throws: if a file is not there, or not as it should be.
    public func density(in folder: URL) throws -> any Density {
        let file = folder.appendingPathComponent("reference/posteriordb")
            .appendingPathComponent(try references(folder).data_file)
        let inputs = try JSONDecoder().decode(Inputs.self, from: Data(contentsOf: file))
        func need<Value>(_ value: Value?, _ name: String) throws -> Value {
            guard let value else { throw Missing(what: name) }
            return value
        }
        switch self {
        case .eightSchools:
            return EightSchools(
                effects: try need(inputs.y, "y"),
                errors: try need(inputs.sigma, "sigma")
            )
        case .arK:
            let (order, series) = (try need(inputs.K, "K"), try need(inputs.y, "y"))
            let rows = (order..<series.count).map { t in
                [1] + (1...order).map { series[t - $0] }
            }
            return LinearRegression(
                design: Matrix(rows),
                target: Array(series[order...]),
                coefficientScale: 10,
                scalePrior: .halfCauchy(2.5)
            )
        case .kidScore:
            let (school, iq) = (try need(inputs.mom_hs, "hs"), try need(inputs.mom_iq, "iq"))
            let rows = zip(school, iq).map { [1, $0, $1, $0 * $1] }
            return LinearRegression(
                design: Matrix(rows),
                target: try need(inputs.kid_score, "kid_score"),
                coefficientScale: .infinity,
                scalePrior: .halfCauchy(2.5)
            )
        case .regression:
            return LinearRegression(
                design: Matrix(try need(inputs.X, "X")),
                target: try need(inputs.y, "y"),
                coefficientScale: 10,
                scalePrior: .halfNormal(10)
            )
        case .mixture: return NormalMixture(observations: try need(inputs.y, "y"))
        case .gaussianProcess:
            return try GaussianProcess(
                places: try need(inputs.x, "x"),
                observations: try need(inputs.y, "y")
            )
        }
    }

    /// The parameters of the reference at a point, by their names.
    ///
    /// - Parameter u: the unconstrained parameters.
    /// - Returns: names and values, always in one order.
    public func parameters(_ u: Span<Double>) -> [(name: String, value: Double)] {
        func exp(_ index: Int) -> Double { Elementary.exp(u[index]) }
        func coefficients(_ range: Range<Int>) -> [(name: String, value: Double)] {
            range.map { (name: "beta[\($0 - range.lowerBound + 1)]", value: u[$0]) }
        }
        switch self {
        case .eightSchools:
            return (0..<8).map { ("theta[\($0 + 1)]", u[8] + exp(9) * u[$0]) }
                + [("mu", u[8]), ("tau", exp(9))]
        case .arK: return [("alpha", u[0])] + coefficients(1..<6) + [("sigma", exp(6))]
        case .kidScore: return coefficients(0..<4) + [("sigma", exp(4))]
        case .regression: return coefficients(0..<5) + [("sigma", exp(5))]
        case .mixture:
            return [
                ("mu[1]", u[0]), ("mu[2]", u[0] + exp(1)), ("sigma[1]", exp(2)),
                ("sigma[2]", exp(3)), ("theta", Elementary.sigmoid(u[4])),
            ]
        case .gaussianProcess: return [("rho", exp(0)), ("alpha", exp(1)), ("sigma", exp(2))]
        }
    }
}
