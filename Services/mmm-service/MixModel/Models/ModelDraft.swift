internal import MediaMix
internal import Messages
internal import Panels
internal import Postgres

/// A model of one outcome that is about to be made.
struct ModelDraft: Sendable {
    let plan: ModelPlan
    /// Its panel's, if that is kept.
    let id: PostgresUUID?
    let about: MixModelV1.Panel
    let panel: Panel
    var calibrations: [StoredCalibration] = []
    var areNamed = false
}

/// A draft, compiled for its panel.
struct CompiledDraft {
    let draft: ModelDraft
    let model: MediaMixModel
    let held: HeldCalibrations

    init(_ draft: ModelDraft) throws {
        self.draft = draft
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
