import Glibc

/// Derivatives by reverse accumulation, written to be obvious: the oracle of gradients.
final class Tape {
    /// For each value, what it was made of and with which slopes.
    private var parents: [[(index: Int, slope: Double)]] = []

    struct Variable {
        let tape: Tape
        let index: Int
        let value: Double

        private func map(_ value: Double, slope: Double) -> Variable {
            tape.append(value, [(index, slope)])
        }

        func exp() -> Variable { map(Glibc.exp(value), slope: Glibc.exp(value)) }
        func log() -> Variable { map(Glibc.log(value), slope: 1 / value) }
        func log1p() -> Variable { map(Glibc.log1p(value), slope: 1 / (1 + value)) }

        static func + (a: Variable, b: Variable) -> Variable {
            a.tape.append(a.value + b.value, [(a.index, 1), (b.index, 1)])
        }
        static func - (a: Variable, b: Variable) -> Variable { a + b * -1 }
        static func * (a: Variable, b: Variable) -> Variable {
            a.tape.append(a.value * b.value, [(a.index, b.value), (b.index, a.value)])
        }
        static func / (a: Variable, b: Variable) -> Variable {
            a.tape.append(
                a.value / b.value,
                [(a.index, 1 / b.value), (b.index, -a.value / (b.value * b.value))]
            )
        }
        static func + (a: Variable, b: Double) -> Variable { a.map(a.value + b, slope: 1) }
        static func - (a: Double, b: Variable) -> Variable { b.map(a - b.value, slope: -1) }
        static func * (a: Variable, b: Double) -> Variable { a.map(a.value * b, slope: b) }
        static func / (a: Variable, b: Double) -> Variable { a * (1 / b) }
    }

    fileprivate func append(
        _ value: Double,
        _ parents: [(index: Int, slope: Double)]
    ) -> Variable {
        self.parents.append(parents)
        return Variable(tape: self, index: self.parents.count - 1, value: value)
    }

    /// The value and the gradient of a function.
    static func differentiate(
        at point: [Double],
        _ function: ([Variable]) -> Variable
    ) -> (value: Double, gradient: [Double]) {
        let tape = Tape()
        let inputs = point.map { tape.append($0, []) }
        let result = function(inputs)
        var slopes = Array(repeating: 0.0, count: tape.parents.count)
        slopes[result.index] = 1
        for index in tape.parents.indices.reversed() {
            for parent in tape.parents[index] {
                slopes[parent.index] += slopes[index] * parent.slope
            }
        }
        return (result.value, Array(slopes[..<point.count]))
    }
}

extension Sequence where Element == Tape.Variable {
    /// The sum; there must be something to add.
    func total() -> Tape.Variable {
        let all = Array(self)
        return all.dropFirst().reduce(all[0], +)
    }
}
