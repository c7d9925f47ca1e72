import Numerics

@testable import TestDensities

/// A density that is written a second time, as the formulas stand in the reference: slow, obvious,
/// and up to a constant.
protocol PlainDensity: Density {
    func plain(_ u: [Tape.Variable]) -> Tape.Variable
}

/// The pieces that densities are made of, on a tape and without constants.
enum Plain {
    typealias Variable = Tape.Variable

    static func normal(_ x: Variable, _ mean: Variable, _ scale: Variable) -> Variable {
        let z = (x - mean) / scale
        return z * z * -0.5 - scale.log()
    }

    static func normal(_ x: Variable, _ scale: Double) -> Variable {
        x * x * (-0.5 / (scale * scale))
    }

    static func cauchy(_ x: Variable, _ scale: Double) -> Variable {
        (x * x / (scale * scale)).log1p() * -1
    }
}

extension LinearRegression: PlainDensity {
    func plain(_ u: [Tape.Variable]) -> Tape.Variable {
        let columns = design.columns
        let sigma = u[columns].exp()
        let likelihood = target.indices.map { row in
            let mean = (0..<columns).map { u[$0] * design[row, $0] }.total()
            return Plain.normal(mean + -target[row], u[0] * 0, sigma)
        }
        let prior =
            switch scalePrior {
            case .halfCauchy(let scale): Plain.cauchy(sigma, scale)
            case .halfNormal(let scale): Plain.normal(sigma, scale)
            }
        let coefficients = (0..<columns).map { Plain.normal(u[$0], coefficientScale) }
        return likelihood.total() + coefficients.total() + prior + u[columns]
    }
}

extension NormalMixture: PlainDensity {
    func plain(_ u: [Tape.Variable]) -> Tape.Variable {
        let (low, high) = (u[0], u[0] + u[1].exp())
        let (first, second) = (u[2].exp(), u[3].exp())
        let theta = (u[4].exp() + 1).log() * -1 + u[4]
        let share = theta.exp()
        let likelihood = observations.map { y in
            let a = Plain.normal(low * 0 + y, low, first).exp() * share
            let b = Plain.normal(low * 0 + y, high, second).exp() * (1 - share)
            return (a + b).log()
        }
        let priors = [low, high, first, second].map { Plain.normal($0, 2) }.total()
        let shares = (share.log() + (1 - share).log()) * 5
        return likelihood.total() + priors + shares + u[1] + u[2] + u[3]
    }
}

extension EightSchools: PlainDensity {
    func plain(_ u: [Tape.Variable]) -> Tape.Variable {
        let count = effects.count
        let (mu, tau) = (u[count], u[count + 1].exp())
        let likelihood = effects.indices.map { school in
            Plain.normal((mu + tau * u[school]) + -effects[school], errors[school])
                + Plain.normal(u[school], 1)
        }
        return likelihood.total() + Plain.normal(mu, 5) + Plain.cauchy(tau, 5) + u[count + 1]
    }
}

extension GaussianProcess: PlainDensity {
    func plain(_ u: [Tape.Variable]) -> Tape.Variable {
        let (rho, alpha, sigma) = (u[0].exp(), u[1].exp(), u[2].exp())
        let order = observations.count
        // The root of the covariance row by row, and with it the solved observations.
        var root: [[Tape.Variable]] = []
        var solved: [Tape.Variable] = []
        var sum = u[0] * 24 - rho * 4 - alpha * alpha / 8 - sigma * sigma / 2
        for row in 0..<order {
            var elements: [Tape.Variable] = []
            for column in 0...row {
                let square = squaredDistances[pair(row, column)]
                var rest = alpha * alpha * ((u[0] * -2).exp() * (-0.5 * square)).exp()
                if row == column { rest = rest + sigma }
                for inner in 0..<column {
                    let known = row == column ? elements[inner] : root[column][inner]
                    rest = rest - elements[inner] * known
                }
                elements.append(
                    row == column ? (rest.log() * 0.5).exp() : rest / root[column][column]
                )
            }
            var left = u[0] * 0 + observations[row]
            for inner in 0..<row { left = left - elements[inner] * solved[inner] }
            let value = left / elements[row]
            sum = sum - value * value / 2 - elements[row].log()
            root.append(elements)
            solved.append(value)
        }
        return sum + u[0] + u[1] + u[2]
    }

    /// Where the distance of two places is kept: the lower triangle column after column.
    private func pair(_ row: Int, _ column: Int) -> Int {
        let order = observations.count
        return (0..<column).reduce(row - column) { $0 + order - $1 }
    }
}
