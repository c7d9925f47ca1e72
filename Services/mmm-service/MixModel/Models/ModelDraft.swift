internal import MediaMix
internal import Messages
internal import Panels
internal import Postgres
internal import RPC

/// A model of one outcome that is about to be made.
struct ModelDraft: Sendable {
    let plan: ModelPlan
    /// What is told of its panel.
    let about: MixModelV1.Panel
    let panel: Panel
    /// Its panel's id, if that was kept before.
    let kept: PostgresUUID?
    /// Its panel, if that was not.
    let made: PanelKeeper.Made?
    var calibrations: [StoredCalibration] = []
    var areNamed = false

    /// Of a panel that is kept.
    init(_ plan: ModelPlan, _ stored: StoredPanel, _ panel: Panel) {
        self.plan = plan
        (about, self.panel, kept, made) = (stored.about, panel, stored.id, nil)
    }

    /// Of a panel that was made for it.
    init(_ plan: ModelPlan, _ made: PanelKeeper.Made) {
        self.plan = plan
        (about, panel, kept, self.made) = (made.stored.about, made.panel, nil, made)
    }
}

/// A draft, compiled for its panel.
struct CompiledDraft {
    let draft: ModelDraft
    let model: MediaMixModel
    let held: HeldCalibrations

    init(_ draft: ModelDraft) throws {
        self.draft = draft
        if let findings = draft.made?.findings, findings.isRefusal { throw findings.refusal }
        let fitted = try draft.plan.fitted(draft.panel)
        held = try HeldCalibrations(
            draft.calibrations,
            areNamed: draft.areNamed,
            fitted,
            draft.plan.configuration,
            in: draft.about.currency
        )
        model = try MediaMixModel(fitted, draft.plan.configuration, lifts: held.lifts)
    }
}
