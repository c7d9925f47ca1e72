internal import MediaMix
internal import Messages
internal import RPC
internal import Wire

extension MixModelV1.CreateModelRequest {
    /// What is asked for of each outcome: of the first without the others, then of each of these.
    ///
    /// - Returns: at least one request; none has further outcomes.
    /// - Throws: INVALID_ARGUMENT if outcomes are too many, or not told from each other.
    func outcomes() throws(RPCError) -> [Self] {
        var first = self
        first.furtherOutcomes = []
        guard !furtherOutcomes.isEmpty else { return [first] }
        var violations = FieldViolations()
        let most = JointMixModel.mostMembers - 1
        violations.check(
            furtherOutcomes.count <= most,
            "further_outcomes",
            "expected at most \(most)"
        )
        for (index, outcome) in furtherOutcomes.prefix(most).enumerated() {
            check(outcome, "further_outcomes[\(index)]", &violations)
        }
        try violations.finish("no model can be created like this")
        return [first] + furtherOutcomes.map { first.changed(to: $0) }
    }

    private func check(
        _ outcome: MixModelV1.FurtherOutcome,
        _ field: String,
        _ violations: inout FieldViolations
    ) {
        if let selection {
            violations.check(outcome.panelID.isEmpty, "\(field).panel_id", "expected a kpi instead")
            let kpis = [selection.kpi] + furtherOutcomes.map(\.kpi)
            violations.check(
                FieldViolations.isName(outcome.kpi) && kpis.count { $0 == outcome.kpi } == 1,
                "\(field).kpi",
                "expected the name of a KPI that is explained by no other of these models"
            )
            violations.check(
                outcome.countedBy.isEmpty || FieldViolations.isName(outcome.countedBy),
                "\(field).counted_by",
                "expected up to 200 characters without U+0000"
            )
        } else {
            violations.check(
                outcome.kpi.isEmpty && outcome.countedBy.isEmpty,
                "\(field).kpi",
                "expected a panel_id instead, as of the first outcome"
            )
            let panels = [panelID] + furtherOutcomes.map(\.panelID)
            violations.check(
                !outcome.panelID.isEmpty && panels.count { $0 == outcome.panelID } == 1,
                "\(field).panel_id",
                "expected a panel that no other of these models is fitted to"
            )
        }
    }

    /// The same, with effects of paid media that nobody has said anything of, by priors either, as
    /// coefficients.
    ///
    /// What is usual is a prior on returns, of which nothing is believed where nobody knows what
    /// one of the outcome earns.
    func withoutUsualReturns() -> Self {
        typealias Medium = MixModelV1.MediumConfiguration
        func changed(_ medium: Medium?) -> Medium {
            var medium = medium ?? .init()
            if medium.effect == .unspecified { medium.effect = .coefficient }
            return medium
        }
        var request = self
        var configuration = configuration ?? .init()
        let asksForReturns = configuration.priors.contains { name, _ in
            name.hasPrefix("roi_m") || name.hasPrefix("mroi_m")
        }
        guard !asksForReturns else { return self }
        configuration.channel = changed(configuration.channel)
        configuration.reach = changed(configuration.reach)
        for (name, medium) in configuration.channels {
            configuration.channels[name] = changed(medium)
        }
        request.configuration = configuration
        return request
    }

    /// The same of another outcome.
    private func changed(to outcome: MixModelV1.FurtherOutcome) -> Self {
        var request = self
        request.panelID = outcome.panelID
        request.selection?.kpi = outcome.kpi
        request.selection?.countedBy = outcome.countedBy
        request.configuration = outcome.configuration ?? configuration
        return request
    }
}
