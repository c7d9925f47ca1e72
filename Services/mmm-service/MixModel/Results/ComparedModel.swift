internal import Messages
internal import RPC

/// A model to be laid beside others.
struct ComparedModel: Sendable {
    let record: ModelRecord
    let results: MixModelV1.MixResults
    let review: MixModelV1.MixReview

    init(_ record: ModelRecord, _ results: MixModelV1.StoredResults) {
        self.record = record
        self.results = results.results ?? .init()
        review = results.review ?? .init()
    }

    var about: MixModelV1.Model { record.definition.model ?? .init() }

    /// What decides on its bits but the panel, the program and the seed.
    fileprivate var madeOf: MixModelV1.StoredModel {
        var definition = record.definition
        let sampling = definition.model?.sampling
        var model = MixModelV1.Model()
        model.configuration = definition.model?.configuration
        model.sampling = sampling
        model.sampling?.seed = 0
        model.holdoutPeriods = definition.model?.holdoutPeriods ?? 0
        model.joint = drawnWith
        definition.model = model
        return definition
    }

    /// What it is drawn together with, whatever that is called.
    private var drawnWith: [MixModelV1.Model.JointModel] {
        about.joint.map { other in
            var other = other
            other.modelID = ""
            return other
        }
    }

    /// What was asked of it, and given to it, but for what it is called.
    fileprivate var given: MixModelV1.Model {
        var model = MixModelV1.Model()
        (model.configuration, model.sampling) = (about.configuration, about.sampling)
        model.calibrations = about.calibrations
        model.holdoutPeriods = about.holdoutPeriods
        (model.kpi, model.currency, model.channels) = (about.kpi, about.currency, about.channels)
        (model.firstDate, model.lastDate) = (about.firstDate, about.lastDate)
        (model.geos, model.fingerprint) = (about.geos, about.fingerprint)
        model.joint = drawnWith
        return model
    }

    /// How far its parameters are from those of another run of the same model.
    fileprivate func stability(against first: Self) -> MixModelV1.ModelComparison.Stability {
        let others = Dictionary(first.results.parameters.map { ($0.name, $0) }) { one, _ in one }
        var message = MixModelV1.ModelComparison.Stability()
        message.modelID = results.modelID
        for parameter in results.parameters {
            guard let other = others[parameter.name], let error = parameter.meanError,
                let otherError = other.meanError
            else { continue }
            let both = (error * error + otherError * otherError).squareRoot()
            let distance = abs(parameter.mean - other.mean) / both
            guard distance > message.distance else { continue }
            (message.distance, message.parameter) = (distance, parameter.name)
        }
        return message
    }
}

extension MixModelV1.ModelComparison {
    /// Lays models beside each other.
    ///
    /// - Parameter sides: at least one.
    /// - Throws: an error if a model cannot be said in JSON, as nothing causes that was read.
    init(_ sides: [ComparedModel]) throws {
        self.init()
        models = sides.map { Side($0) }
        let first = sides[0]
        var names: [String] = []
        for name in sides.flatMap({ $0.results.channels.map(\.channel) })
        where !names.contains(name) { names.append(name) }
        channels = names.map { Channel($0, sides) }
        func differs<Value: Equatable>(_ value: (ComparedModel) -> Value) -> Bool {
            let own = value(first)
            return sides.contains { value($0) != own }
        }
        configurationDiffers = differs(\.about.configurationDigest)
        dataDiffers = differs(\.about.fingerprint)
        versionDiffers = differs { $0.record.version ?? "" }
        differences = try Difference.all(sides)
        let densities = sides.map { $0.results.leftOut?.expectedLogDensity ?? -.infinity }
        let isComparable = !dataDiffers && !differs(\.about.holdoutPeriods)
        if isComparable, let best = densities.indices.max(by: { densities[$0] < densities[$1] }) {
            bestLeftOut = models[best].modelID
        }
        stability = sides.dropFirst().filter { side in
            side.madeOf == first.madeOf && side.about.fingerprint == first.about.fingerprint
                && side.about.sampling?.seed != first.about.sampling?.seed
        }.map { $0.stability(against: first) }
    }
}

extension MixModelV1.ModelComparison.Difference {
    private static let most = 200

    /// In what models differ that was asked of them, or given to them.
    fileprivate static func all(_ sides: [ComparedModel]) throws -> [Self] {
        let leaves = try sides.map { try $0.given.leaves() }
        let places = Set(leaves.flatMap(\.keys)).sorted()
        let different = places.filter { place in
            leaves.contains { $0[place] != leaves[0][place] }
        }
        return different.prefix(most).map { place in
            var difference = Self()
            difference.field = place
            difference.values = leaves.map { $0[place] ?? "" }
            return difference
        }
    }
}

extension MixModelV1.ModelComparison.Side {
    fileprivate init(_ side: ComparedModel) {
        self.init()
        modelID = side.results.modelID
        label = side.about.label
        configurationDigest = side.about.configurationDigest
        fingerprint = side.about.fingerprint
        seed = side.about.sampling?.seed ?? 0
        version = side.record.version ?? ""
        (fit, holdout) = (side.results.fit, side.results.holdout)
        leftOut = side.results.leftOut
        status = side.review.status
        verdict = side.review.verdict
    }
}

extension MixModelV1.ModelComparison.Channel {
    fileprivate init(_ name: String, _ sides: [ComparedModel]) {
        self.init()
        let own = sides.map { side in side.results.channels.first { $0.channel == name } }
        channel = name
        roi = own.map { $0?.roi ?? .init() }
        contribution = own.map { $0?.contribution ?? .init() }
        let known = own.compactMap(\.?.contribution)
        let lowest = known.map(\.lower).max() ?? 0
        intervalsOverlap = lowest <= known.map(\.upper).min() ?? 0
    }
}
