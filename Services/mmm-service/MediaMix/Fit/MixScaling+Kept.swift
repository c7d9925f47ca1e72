extension MixScaling {
    /// Constants that were kept.
    ///
    /// - Parameters:
    ///   - outcome: what is taken from the outcome, and what the rest is divided by.
    ///   - media: what each medium is divided by.
    ///   - references: a usual amount of each medium, carried over, on its scale.
    ///   - controls: what is taken from each control, and what the rest is divided by.
    public init(
        outcome: (centre: Double, scale: Double),
        media: [Double],
        references: [Double],
        controls: (centres: [Double], scales: [Double])
    ) {
        self.init(
            outcomeCentre: outcome.centre,
            outcomeScale: outcome.scale,
            media: media,
            references: references,
            controlCentres: controls.centres,
            controlScales: controls.scales
        )
    }
}
