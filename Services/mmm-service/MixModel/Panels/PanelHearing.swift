internal import Contracts
internal import Messages
internal import Panels
internal import Platform
internal import RPC
internal import Tenancy
internal import Telemetry
internal import Wire

/// Asks other services how far the data of panels can be relied on.
///
/// Panels are made whatever they say, and if they say nothing.
struct PanelHearing: Sendable {
    private let attribution: PeerService?
    private let ingest: PeerService?

    /// Whom a panel's outcome is counted by, where attribution counts it.
    fileprivate static let journeys = "journeys"
    /// How many findings of ingest's are looked at.
    private static let mostFindings: Int32 = 200
    /// How long each service is waited for.
    private static let patience = Duration.seconds(2)

    /// Whom to ask; nobody who is nil.
    init(attribution: PeerService? = nil, ingest: PeerService? = nil) {
        self.attribution = attribution
        self.ingest = ingest
    }

    // MARK: Panels

    /// What is to be known of the data of panels, each asked for once.
    ///
    /// - Parameters:
    ///   - selections: which data; nothing is to be known without one.
    ///   - occasion: what is done, in whose name others are asked.
    /// - Returns: findings of each, none of which refuses training.
    /// - Throws: `CancellationError`.
    func findings(
        on selections: [MixModelV1.PanelSelection?],
        _ occasion: PeerService.Occasion
    ) async throws -> [PanelFindings] {
        let asked = selections.compactMap(\.self)
        guard !asked.isEmpty else { return selections.map { _ in PanelFindings() } }
        let rules = try await ingest?.brokenRules(
            Self.mostFindings,
            on: occasion,
            within: Self.patience
        )
        let areJourneysAsked = asked.contains { $0.countedBy == Self.journeys }
        let behind = areJourneysAsked ? try await behind(occasion) : []
        return selections.map { selection in
            var found = PanelFindings()
            guard let selection else { return found }
            if let rules {
                for finding in Self.broken(rules, selection) { found.add(finding) }
            }
            if selection.countedBy == Self.journeys {
                for finding in behind { found.add(finding) }
            }
            return found
        }
    }

    private static func broken(
        _ rules: Result<IngestV1.ListFindingsResponse, PeerService.Silence>,
        _ selection: MixModelV1.PanelSelection
    ) -> [PanelFinding] {
        switch rules {
        case .success(let told):
            let found = told.findings.filter { $0.concerns(selection) }.map { PanelFinding($0) }
            if told.nextPageToken.isEmpty { return found }
            return found + [
                PanelFinding(
                    .notes,
                    .dataQuality,
                    problem: "more breaks rules of data quality than was looked at",
                    remedy: "see the rest by `sextant dq findings`"
                )
            ]
        case .failure(let silence):
            return [
                PanelFinding(
                    .notes,
                    .dataQuality,
                    problem: "nobody knows what breaks a rule of data quality: \(silence)",
                    remedy: "ask for it by `sextant dq findings` before the model is relied on"
                )
            ]
        }
    }

    private func behind(_ occasion: PeerService.Occasion) async throws -> [PanelFinding] {
        guard let answer = try await timelines(occasion) else { return [] }
        switch answer {
        case .success(let told):
            guard told.hasNews || told.waitingIDs > 0 else { return [] }
            let time = told.currentTime.flatMap { UTCTimestamp($0) }.map { ", \($0)" } ?? ""
            return [
                PanelFinding(
                    .notes,
                    .journeysBehind,
                    problem: "events came in after the journeys were last made\(time)",
                    remedy: "make the panel again once journeys are made of them"
                )
            ]
        case .failure(let silence):
            return [
                PanelFinding(
                    .notes,
                    .journeysBehind,
                    problem: "nobody knows how far the journeys are: \(silence)",
                    remedy: "look at them before the model is relied on"
                )
            ]
        }
    }

    // MARK: Sources

    /// Tells how far the journeys are that some sources are counted from.
    ///
    /// - Parameters:
    ///   - sources: what is told of sources.
    ///   - call: in whose name attribution is asked.
    /// - Throws: `CancellationError`.
    func tell(
        _ sources: inout MixModelV1.ListSourcesResponse,
        for call: ServerCall
    ) async throws {
        switch try await timelines(.call(call)) {
        case .success(let told):
            var journeys = MixModelV1.ListSourcesResponse.Journeys()
            journeys.currentTime = told.currentTime
            (journeys.hasNews, journeys.waitingIDs) = (told.hasNews, told.waitingIDs)
            sources.journeys = journeys
        case .failure(let silence): sources.journeysMissing = "\(silence)"
        case nil: break
        }
    }

    /// How far timelines are; nil if nobody can be asked.
    private func timelines(
        _ occasion: PeerService.Occasion
    ) async throws -> Result<AttributionV1.TimelinesDescription, PeerService.Silence>? {
        try await attribution?.ask(on: occasion, within: Self.patience) { channel, options in
            try await AttributionV1.Timelines.Client(channel)
                .describeTimelines(.init(), options: options).message.value()
        }
    }
}

extension IngestV1.QualityFinding {
    /// Whether it is about spend, or about the outcome of a panel.
    fileprivate func concerns(_ selection: MixModelV1.PanelSelection) -> Bool {
        if let channel = dimensions["channel"] {
            return selection.channels.isEmpty || selection.channels.contains(channel)
        }
        if let kpi = dimensions["kpi"] {
            let counter = dimensions["counted_by"]
            return kpi == selection.kpi && (counter == nil || counter == selection.countedBy)
        }
        if dimensions["platform"] != nil || ["spend", "kpi"].contains(dimensions["kind"]) {
            return true
        }
        // What is wrong with events is wrong with what is counted of them.
        return selection.countedBy == PanelHearing.journeys
            && (dimensions["conversion_kind"] != nil
                || ["event", "conversion"].contains(dimensions["kind"]))
    }
}

extension PanelFinding {
    /// Something that breaks a rule of data quality.
    fileprivate init(_ finding: IngestV1.QualityFinding) {
        self.init(
            .warns,
            .dataQuality,
            columns: [finding.dimensions["channel"], finding.dimensions["kpi"]].compactMap(\.self),
            problem: "\(finding.rule): \(finding.summary)",
            remedy: finding.advice
        )
    }
}
