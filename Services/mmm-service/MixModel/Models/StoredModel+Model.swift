internal import MediaMix
internal import Messages
internal import Panels
internal import RPC

// What decides on a model's bits, as it is kept, and back.
extension MixModelV1.StoredModel.Scaling {
    /// What a model's data are divided by.
    init(_ scaling: MixScaling) {
        self.init()
        (outcomeCentre, outcomeScale) = (scaling.outcomeCentre, scaling.outcomeScale)
        (media, references) = (scaling.media, scaling.references)
        (controlCentres, controlScales) = (scaling.controlCentres, scaling.controlScales)
    }
}

extension MixScaling {
    /// What was kept.
    fileprivate init(_ message: MixModelV1.StoredModel.Scaling) {
        self.init(
            outcome: (message.outcomeCentre, message.outcomeScale),
            media: message.media,
            references: message.references,
            controls: (message.controlCentres, message.controlScales)
        )
    }
}

extension MixModelV1.StoredModel.Start {
    /// Where a chain starts.
    init(_ position: [Double]) {
        self.init()
        self.position = position
    }
}

extension MixModelV1.StoredModel.Lift {
    /// What an experiment measured.
    init(_ test: LiftTest) {
        self.init()
        channel = test.channel
        (hasGeos, geos) = (test.geos != nil, test.geos ?? [])
        (first, last) = (Int64(test.first.number), Int64(test.last.number))
        measuredUntil = Int64(test.measuredUntil.number)
        switch test.change {
        case .share(let share): (change, isShare) = (share, true)
        case .spend(let spend): change = spend
        }
        // What was kept before there were portions has none.
        portion = test.portion == 1 ? 0 : test.portion
        (lift, standardError, degrees) = (test.lift, test.standardError, test.degrees ?? 0)
    }
}

extension LiftTest {
    /// What was kept.
    fileprivate init(_ message: MixModelV1.StoredModel.Lift) {
        self.init(
            channel: message.channel,
            geos: message.hasGeos ? message.geos : nil,
            portion: message.portion == 0 ? 1 : message.portion,
            first: PanelDay(number: Int(message.first)),
            last: PanelDay(number: Int(message.last)),
            measuredUntil: PanelDay(number: Int(message.measuredUntil)),
            change: message.isShare ? .share(message.change) : .spend(message.change),
            lift: message.lift,
            standardError: message.standardError,
            degrees: message.degrees == 0 ? nil : message.degrees
        )
    }
}

extension MixModelV1.StoredModel {
    /// What it consists of.
    ///
    /// - Returns: the configuration.
    /// - Throws: INVALID_ARGUMENT if that is none that could be created.
    func configuration() throws(RPCError) -> MixConfiguration {
        var violations = FieldViolations()
        let configuration = violations.checked(model?.configuration ?? .init())
        try violations.finish("the model that is kept cannot be read")
        return configuration
    }

    /// How it is trained.
    ///
    /// - Returns: all of it said.
    /// - Throws: INVALID_ARGUMENT if that is nothing that could be asked for.
    func sampling() throws(RPCError) -> ModelSampling {
        var violations = FieldViolations()
        let sampling = ModelSampling(model?.sampling ?? .init(), &violations)
        try violations.finish("the sampling that is kept cannot be read")
        return sampling
    }

    /// What it is held to.
    var liftTests: [LiftTest] { lifts.map { LiftTest($0) } }
}

extension MediaMixModel {
    /// A model as it was when it was created.
    ///
    /// - Parameters:
    ///   - stored: what was kept of it.
    ///   - panel: its panel, the periods that it is not fitted to among them.
    /// - Throws: INVALID_ARGUMENT or ``MixModelError`` if that is none that could be created.
    init(_ stored: MixModelV1.StoredModel, _ panel: Panel) throws {
        self = try MediaMixModel(
            panel.dropping(last: Int(stored.model?.holdoutPeriods ?? 0)),
            try stored.configuration(),
            lifts: stored.liftTests,
            scaling: stored.scaling.map { MixScaling($0) }
        )
    }
}
