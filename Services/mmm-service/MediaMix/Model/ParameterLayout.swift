import Numerics

/// The parameters of a model in the order in which draws hold them, each with its prior.
struct ParameterLayout: Sendable {
    /// One number of the model.
    struct Parameter: Sendable {
        let name: String
        let prior: Prior
    }

    /// All of them, fixed ones too; blocks know them by their slots here.
    private(set) var parameters: [Parameter] = []
    private let priors: [String: Prior]
    private var usedPriors: Set<String> = []

    /// A layout without parameters.
    ///
    /// - Parameter priors: those that take the place of usual ones, by names.
    init(priors: [String: Prior]) { self.priors = priors }

    /// Adds one parameter.
    ///
    /// - Parameters:
    ///   - kind: what it is.
    ///   - labels: what it is of, such as a channel.
    /// - Returns: its slot.
    /// - Throws: ``MixModelError`` if its prior makes no sense.
    mutating func add(_ kind: ParameterKind, _ labels: String...) throws(MixModelError) -> Int {
        let name =
            labels.isEmpty ? kind.rawValue : "\(kind.rawValue)[\(labels.joined(separator: ", "))]"
        let key = priors[name] == nil ? kind.rawValue : name
        // A prior of a kind is of use even if each of its parameters has one of its own.
        usedPriors.formUnion([key, kind.rawValue])
        let prior = priors[key] ?? kind.usualPrior
        guard prior.isProper else { throw .improperPrior(name) }
        let (support, domain) = (prior.support, kind.domain)
        guard domain.contains(support.lowerBound), domain.contains(support.upperBound) else {
            throw .priorOutside(name, lowest: domain.lowerBound, highest: domain.upperBound)
        }
        parameters.append(Parameter(name: name, prior: prior))
        return parameters.count - 1
    }

    /// Adds a parameter for each of a number of labels.
    mutating func add(
        _ kind: ParameterKind,
        each labels: [String]
    ) throws(MixModelError) -> [Int] {
        var slots: [Int] = []
        for label in labels { slots.append(try add(kind, label)) }
        return slots
    }

    /// Refuses priors that belong to no parameter.
    func checkPriors() throws(MixModelError) {
        if let stray = priors.keys.sorted().first(where: { !usedPriors.contains($0) }) {
            throw .unknownParameter(stray)
        }
    }
}
