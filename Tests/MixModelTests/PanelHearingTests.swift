import Contracts
import Messages
import Postgres
import RPC
import TestTenants
import Testing
import Wire

@Suite("What others say of the data of panels", .timeLimit(.minutes(5)))
struct PanelHearingTests {
    /// Revenue and spend of 120 days up to yesterday, on the last of which some has no channel.
    private func write(to service: ServedMixModel) async throws {
        let today = try #require(
            try await service.rows("select current_date::text").first.flatMap {
                PostgresDate(text: $0)
            }
        )
        var (kpi, spend) = (IngestV1.WriteKpiRequest(), IngestV1.WriteSpendRequest())
        for age in 1...120 {
            let date = today.adding(-Int32(age)).text
            var sold = IngestV1.KpiRow()
            (sold.date, sold.name) = (date, "revenue")
            (sold.value, sold.currency) = ("\(100 + age * age % 17)", "EUR")
            kpi.rows.append(sold)
            var paid = IngestV1.SpendRow()
            (paid.date, paid.channel, paid.currency) = (date, "email", "EUR")
            paid.spend = "\(5 + age * 7 % 11)"
            spend.rows.append(paid)
            if age > 1 { continue }
            (paid.channel, paid.platform) = ("", "mystery")
            spend.rows.append(paid)
        }
        _ = try await service.series.writeKpi(kpi)
        _ = try await service.series.writeSpend(spend)
    }

    private func heard(
        _ findings: [MixModelV1.PreviewPanelResponse.Finding]
    ) -> [MixModelV1.PreviewPanelResponse.Finding] {
        findings.filter { $0.rule == "data_quality" && $0.severity == .warns }
    }

    @Test("is told as warnings of panels that are tried, and of those that are kept")
    func warnings() async throws {
        let service = try await ServedMixModel(asksIngest: true)
        try await write(to: service)
        #expect(try await heard(service.preview { $0.period = .day }.findings).isEmpty)
        _ = try await service.quality.takeSnapshot(.init())
        try await service.served.finishJobs(of: service.served.members[0])
        let tried = try await service.preview { $0.period = .day }
        let finding = try #require(heard(tried.findings).first, "\(tried.findings)")
        #expect(heard(tried.findings).count == 1 && finding.severity == .warns)
        #expect(finding.problem.hasPrefix("unmapped_spend: "), "\(finding)")
        #expect(finding.remedy.contains("spend mapping") && tried.isTrainable)
        var request = MixModelV1.CreatePanelRequest()
        var selection = MixModelV1.PanelSelection()
        (selection.kpi, selection.period) = ("revenue", .day)
        request.source = .selection(selection)
        let kept = try await service.panels.createPanel(request).message.value()
        #expect(heard(kept.findings) == [finding], "\(kept.findings)")
        // What is muted, nobody is told of.
        let open = try await service.quality.listFindings(.init()).message.value().findings
        var note = IngestV1.NoteFindingRequest()
        let first = try #require(open.first { $0.rule == "unmapped_spend" })
        (note.number, note.reason, note.muteUntil) = (first.number, "on purpose", first.openTime)
        note.muteUntil?.seconds += 86_400
        _ = try await service.quality.noteFinding(note)
        #expect(try await heard(service.preview { $0.period = .day }.findings).isEmpty)
        // The same panel is kept, and what is said of it is of now.
        let again = try await service.panels.createPanel(request).message.value()
        #expect(again.panelID == kept.panelID && heard(again.findings).isEmpty)
        await service.stop()
    }
}
