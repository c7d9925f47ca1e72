internal import Messages
internal import Panels
internal import RPC

extension PanelFinding {
    /// As the contract has it.
    fileprivate var message: MixModelV1.PreviewPanelResponse.Finding {
        var told = MixModelV1.PreviewPanelResponse.Finding()
        told.severity =
            switch severity {
            case .refuses: .refuses
            case .warns: .warns
            case .notes: .notes
            }
        told.rule = rule.rawValue
        told.columns = columns
        told.geo = geo ?? ""
        told.dates = periods.map { "\($0)" }
        (told.problem, told.remedy) = (problem, remedy)
        return told
    }
}

extension PanelFindings {
    /// As the contract has them.
    var messages: [MixModelV1.PreviewPanelResponse.Finding] { all.map(\.message) }

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
