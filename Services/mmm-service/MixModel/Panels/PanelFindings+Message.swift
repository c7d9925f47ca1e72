internal import Messages
internal import Panels
internal import RPC

extension PanelFindings {
    /// As the contract has them.
    var messages: [MixModelV1.PreviewPanelResponse.Finding] {
        all.map { finding in
            var told = MixModelV1.PreviewPanelResponse.Finding()
            told.severity =
                switch finding.severity {
                case .refuses: .refuses
                case .warns: .warns
                case .notes: .notes
                }
            told.rule = finding.rule.rawValue
            told.columns = finding.columns
            told.geo = finding.geo ?? ""
            told.dates = finding.periods.map { "\($0)" }
            (told.problem, told.remedy) = (finding.problem, finding.remedy)
            return told
        }
    }

    /// That no model may be fitted to a panel, with all that refuses it in words.
    var refusal: RPCError {
        let words = all.filter { $0.severity == .refuses }.prefix(Self.mostTold)
            .map(\.description).joined(separator: "; ")
        return RPCError(
            .failedPrecondition,
            "no model may be fitted to the panel: \(words)",
            ErrorDetails(reason: "PANEL_REFUSED")
        )
    }

    private static let mostTold = 10
}
