import Contracts
import Messages
import RPC
import TestTenants
import Wire

// Calls of what mix models are held to: channels are those that calls before have made.
extension TenantAPI {
    static let calibrationCalls: [TenantCall] = [
        .unary(
            MixModelV1.Calibrations.putCalibration,
            answering: MixModelV1.Calibration.View.self
        ) { words in put("k\(words.canary)", "c\(words.canary)_\(words.round)", words) },
        .unary(
            MixModelV1.Calibrations.putCalibration,
            answering: MixModelV1.Calibration.View.self
        ) { words in put("shared", "shared", words) },
        .unary(
            MixModelV1.Calibrations.putCalibration,
            answering: MixModelV1.Calibration.View.self
        ) { words in put("absent", "absent_\(words.canary)", words) },
        .unary(
            MixModelV1.Calibrations.importCalibrations,
            answering: MixModelV1.ImportCalibrationsResponse.View.self
        ) { words in
            var request = MixModelV1.ImportCalibrationsRequest()
            request.csv = """
                name,channel,kpi,first_date,last_date,measure,value,standard_error,source
                t\(words.canary),shared,revenue,2026-01-05,2026-02-01,lift,5,1,\(words.canary)
                """
            return request
        },
        .unary(
            MixModelV1.Calibrations.importCalibrations,
            answering: MixModelV1.ImportCalibrationsResponse.View.self
        ) { words in
            var request = MixModelV1.ImportCalibrationsRequest()
            request.csv = words.canary
            return request
        },
        .unary(
            MixModelV1.Calibrations.listCalibrations,
            answering: MixModelV1.ListCalibrationsResponse.View.self
        ) { _ in
            var request = MixModelV1.ListCalibrationsRequest()
            request.includeRetired = true
            return request
        },
        .unary(
            MixModelV1.Calibrations.listCalibrations,
            answering: MixModelV1.ListCalibrationsResponse.View.self
        ) { words in
            var request = MixModelV1.ListCalibrationsRequest()
            (request.kpi, request.pageToken) = (words.canary, words.canary)
            return request
        },
        .unary(
            MixModelV1.Calibrations.getCalibration,
            answering: MixModelV1.Calibration.View.self
        ) { _ in get("shared") },
        .unary(
            MixModelV1.Calibrations.getCalibration,
            answering: MixModelV1.Calibration.View.self
        ) { words in get("absent-\(words.canary)") },
        .unary(
            MixModelV1.Calibrations.retireCalibration,
            answering: MixModelV1.Calibration.View.self
        ) { words in
            var request = MixModelV1.RetireCalibrationRequest()
            (request.name, request.reason) = ("shared", "\(words.canary) \(words.round)")
            return request
        },
    ]

    static let panelCalls: [TenantCall] = [
        .unary(
            MixModelV1.Panels.listSources,
            answering: MixModelV1.ListSourcesResponse.View.self
        ) { _ in MixModelV1.ListSourcesRequest() },
        .unary(
            MixModelV1.Panels.previewPanel,
            answering: MixModelV1.PreviewPanelResponse.View.self
        ) { words in
            var request = MixModelV1.PreviewPanelRequest()
            request.selection = MixModelV1.PanelSelection()
            request.selection?.kpi = words.canary
            return request
        },
        // What calls before have written.
        TenantCall(MixModelV1.Panels.previewPanel) { channel, words in
            let client = MixModelV1.Panels.Client(channel)
            let sources = try await client.listSources(.init()).message.value()
            var request = MixModelV1.PreviewPanelRequest()
            var selection = MixModelV1.PanelSelection()
            selection.kpi = sources.outcomes.first?.name ?? words.canary
            selection.countedBy = sources.outcomes.first?.countedBy ?? ""
            selection.period = .day
            selection.geography = .byGeo
            (request.selection, request.includeValues) = (selection, true)
            return [try await client.previewPanel(request).message.canonicalBytes()]
        },
    ]

    private static func put(
        _ name: String,
        _ channel: String,
        _ words: TenantWords
    ) -> MixModelV1.PutCalibrationRequest {
        var request = MixModelV1.PutCalibrationRequest()
        request.name = name
        var calibration = MixModelV1.Calibration()
        calibration.channel = channel
        calibration.kpi = words.canary
        calibration.geos = [words.canary]
        (calibration.firstDate, calibration.lastDate) = ("2026-01-01", "2026-01-28")
        calibration.measure = .lift
        (calibration.value, calibration.standardError) = (Double(words.round) + 1, 0.5)
        calibration.source = words.canary
        request.calibration = calibration
        return request
    }

    private static func get(_ name: String) -> MixModelV1.GetCalibrationRequest {
        var request = MixModelV1.GetCalibrationRequest()
        request.name = name
        return request
    }
}
