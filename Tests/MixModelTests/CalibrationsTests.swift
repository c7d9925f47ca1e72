import Contracts
import Messages
import RPC
import TestKit
import Testing
import Wire

@Suite("Calibrations", .timeLimit(.minutes(5)))
struct CalibrationsTests {
    private func refused(
        _ code: StatusCode,
        _ part: String,
        _ location: SourceLocation = #_sourceLocation,
        _ call: () async throws -> Void
    ) async {
        do {
            try await call()
            Issue.record("it was not refused", sourceLocation: location)
        } catch let error as RPCError {
            #expect(error.code == code, "\(error)", sourceLocation: location)
            #expect("\(error)".contains(part), "\(error)", sourceLocation: location)
        } catch {
            Issue.record(error, sourceLocation: location)
        }
    }

    private func names(
        _ service: ServedMixModel,
        _ change: (inout MixModelV1.ListCalibrationsRequest) -> Void = { _ in }
    ) async throws -> [String] {
        var request = MixModelV1.ListCalibrationsRequest()
        change(&request)
        var found: [String] = []
        repeat {
            let page = try await service.calibrations.listCalibrations(request).message.value()
            found += page.calibrations.map { "\($0.name) \($0.revision)" }
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return found
    }

    @Test("are in force until others of their names are, or until they are retired")
    func revisions() async throws {
        let service = try await ServedMixModel()
        let first = try await service.put("spring")
        #expect(first.name == "spring" && first.revision == 1 && first.channelNumber > 0)
        #expect(first.createTime != nil && first.retireTime == nil && !first.actor.isEmpty)
        let same = try await service.put("spring")
        #expect(same == first)
        let second = try await service.put("spring") { $0.value = 13_000 }
        #expect(second.revision == 2)
        var get = MixModelV1.GetCalibrationRequest()
        get.name = "spring"
        #expect(try await service.calibrations.getCalibration(get).message.value() == second)
        get.revision = 1
        let old = try await service.calibrations.getCalibration(get).message.value()
        #expect(old.value == 12_000 && old.retireTime != nil && old.retireReason.isEmpty)
        var retire = MixModelV1.RetireCalibrationRequest()
        (retire.name, retire.reason) = ("spring", "the pixel was broken")
        let gone = try await service.calibrations.retireCalibration(retire).message.value()
        #expect(gone.revision == 2 && gone.retireReason == "the pixel was broken")
        // The answer may have been lost.
        #expect(try await service.calibrations.retireCalibration(retire).message.value() == gone)
        retire.reason = "another"
        await refused(.notFound, "spring") {
            _ = try await service.calibrations.retireCalibration(retire)
        }
        #expect(try await names(service).isEmpty)
        #expect(try await service.put("spring").revision == 3)
        #expect(
            try await names(service) { ($0.includeRetired, $0.pageSize) = (true, 1) }
                == ["spring 3", "spring 2", "spring 1"]
        )
        // Nothing of it is another tenant's.
        await refused(.notFound, "spring") { _ = try await service.others.getCalibration(get) }
        #expect(
            try await service.others.listCalibrations(.init()).message.value().calibrations.isEmpty
        )
        await service.stop()
    }

    @Test("are listed by channel and outcome")
    func filters() async throws {
        let service = try await ServedMixModel()
        _ = try await service.put("a") { $0.channel = "email" }
        _ = try await service.put("b") { $0.kpi = "orders" }
        _ = try await service.put("c-1")
        #expect(try await names(service) == ["a 1", "b 1", "c-1 1"])
        #expect(try await names(service) { $0.pageSize = 2 } == ["a 1", "b 1", "c-1 1"])
        #expect(try await names(service) { $0.channel = "email" } == ["a 1"])
        #expect(try await names(service) { $0.kpi = "orders" } == ["b 1"])
        #expect(try await names(service) { $0.kpi = "other" }.isEmpty)
        await service.stop()
    }

    @Test("are tried without being put")
    func trial() async throws {
        let service = try await ServedMixModel()
        let tried = try await service.put("spring", validateOnly: true)
        #expect(tried.revision == 1 && tried.term?.lift == 12_000)
        #expect(try await names(service).isEmpty)
        _ = try await service.put("spring")
        _ = try await service.put("spring", validateOnly: true) { $0.value = 1 }
        #expect(try await names(service) == ["spring 1"])
        await service.stop()
    }

    private func imported(
        _ service: ServedMixModel,
        _ csv: String,
        validateOnly: Bool = false
    ) async throws -> [MixModelV1.Calibration] {
        var request = MixModelV1.ImportCalibrationsRequest()
        (request.csv, request.validateOnly) = (csv, validateOnly)
        return try await service.calibrations.importCalibrations(request).message.value()
            .calibrations
    }

    @Test("of a table are put together, or none of them")
    func table() async throws {
        let service = try await ServedMixModel()
        let csv = """
            name,channel,kpi,geos,first_date,last_date,measure,value,standard_error,lower,upper,\
            spend_delta,currency,likelihood,source,portion
            spring,paid_social,revenue,Geo1;Geo2,2026-01-05,2026-02-01,lift,12000,3000,,,,,,,0.25

            summer,email,revenue,,2026-06-01,2026-06-28,return_on_spend,2.5,,1.5,3.5,4000,EUR,\
            student_t,"a vendor, by mail",
            """
        let tried = try await imported(service, csv, validateOnly: true)
        #expect(tried.map(\.revision) == [1, 1])
        #expect(try await names(service).isEmpty)
        let put = try await imported(service, csv)
        #expect(put.map(\.name) == ["spring", "summer"])
        #expect(put[0].geos == ["Geo1", "Geo2"] && put[0].term?.standardError == 3_000)
        #expect(put[0].portion == 0.25 && put[1].portion == 0)
        #expect(put[1].likelihood == .studentT && put[1].source == "a vendor, by mail")
        #expect(put[1].term?.lift == 10_000 && put[1].interval == .init(1.5, 3.5))
        #expect(try await imported(service, csv) == put)
        // A fault of one row, and the others are not put either.
        let second = csv.replacing("12000", with: "13000")
        await refused(.notFound, "tv") {
            _ = try await imported(service, second.replacing("email", with: "tv"))
        }
        #expect(try await names(service) == ["spring 1", "summer 1"])
        #expect(try await imported(service, second).map(\.revision) == [2, 1])
        await service.stop()
    }

    @Test("of a table that cannot be put say in which row, and why")
    func badTables() async throws {
        let service = try await ServedMixModel()
        let head = "name,channel,kpi,first_date,last_date,measure,value,standard_error"
        let good = "a,email,revenue,2026-01-05,2026-02-01,lift,5,1"
        for (csv, part) in [
            (head, "row"), ("", "csv"), ("name,channel\na,b", "expected a column kpi"),
            (head + ",wight\n\(good),1", "column wight"),
            ("\(head)\n\(good)\n\(good)", "row 3, name: is that of row 2, too"),
            ("\(head)\n\(good.replacing("lift", with: "uplift"))", "row 2, measure: 'uplift'"),
            ("\(head)\n\(good.replacing(",5,", with: ",5 %,"))", "row 2, value: '5 %'"),
            ("\(head)\n\(good.replacing("-02-01", with: "-01-01"))", "row 2, last_date"),
            ("\(head)\n\(good.replacing(",1", with: ",-1"))", "row 2, standard_error"),
        ] {
            await refused(.invalidArgument, part) { _ = try await imported(service, csv) }
        }
        await refused(.invalidArgument, "1000000 bytes") {
            _ = try await imported(service, String(repeating: "x", count: 1_000_001))
        }
        #expect(try await names(service).isEmpty)
        await service.stop()
    }

    @Test("say which lift a model is held to, and how closely")
    func terms() async throws {
        let service = try await ServedMixModel()
        let lift = try #require(try await service.put("lift").term)
        #expect(lift.lift == 12_000 && lift.standardError == 3_000)
        // The normal quantile of 0.95, from tables.
        let reach = 1.6448536269514722
        #expect(abs((lift.interval?.upper ?? 0) - (12_000 + reach * 3_000)) < 1e-8)
        #expect(abs((lift.interval?.lower ?? 0) - (12_000 - reach * 3_000)) < 1e-8)
        let held = try #require(
            try await service.put("held-back") {
                $0.measure = .returnOnSpend
                ($0.value, $0.standardError) = (2.5, 0)
                ($0.spendDelta, $0.currency) = (-4_000, "EUR")
                // 1.96 standard errors of 0.5 on both sides.
                $0.interval = .init(1.5200180077299729, 3.479981992270027, level: 0.95)
                $0.weight = 0.25
                $0.likelihood = .studentT
            }.term
        )
        #expect(abs(held.lift + 10_000) < 1e-9)
        // Half of a weight of one, a quarter of it twice the error.
        #expect(abs(held.standardError - 4_000) < 1e-6)
        // The quantile of 0.95 of four degrees of freedom, from tables.
        #expect(abs((held.interval?.upper ?? 0) - (-10_000 + 2.13184678133629 * 4_000)) < 1e-4)
        await service.stop()
    }

    @Test("that make no sense are refused, by field and rule")
    func faults() async throws {
        let service = try await ServedMixModel()
        let faults: [(String, (inout MixModelV1.Calibration) -> Void)] = [
            ("calibration.channel", { $0.channel = "" }),
            ("calibration.channel", { $0.channel = "a\u{0}" }),
            ("calibration.kpi", { $0.kpi = "" }),
            ("calibration.geos", { $0.geos = ["a", "a"] }),
            ("calibration.geos[1]", { $0.geos = ["a", "\u{0}"] }),
            ("calibration.first_date", { $0.firstDate = "5.1.2026" }),
            ("calibration.last_date", { $0.lastDate = "2026-01-04" }),
            ("at most 1096 days", { $0.lastDate = "2029-02-01" }),
            ("calibration.measure", { $0.measure = .unspecified }),
            ("calibration.value", { $0.value = .nan }),
            ("calibration.standard_error", { $0.standardError = 0 }),
            ("calibration.standard_error", { $0.standardError = -1 }),
            ("not both", { $0.interval = .init() }),
            ("calibration.weight", { $0.weight = 1.5 }),
            ("calibration.weight", { $0.weight = .nan }),
            ("calibration.portion", { ($0.geos, $0.portion) = (["a"], 1.5) }),
            ("calibration.portion", { ($0.geos, $0.portion) = (["a"], -0.1) }),
            ("calibration.portion", { ($0.geos, $0.portion) = (["a"], .nan) }),
            ("calibration.geos", { ($0.geos, $0.portion) = ([], 0.25) }),
            ("calibration.spend_delta", { $0.measure = .returnOnSpend }),
            ("calibration.currency", { $0.spendDelta = 5 }),
            ("calibration.currency", { $0.currency = "euro" }),
            ("calibration.value", { ($0.value, $0.standardError) = (1e308, 1e308) }),
            ("calibration.name", { $0.name = "other" }),
            (
                "holds the value",
                { ($0.standardError, $0.interval) = (0, .init(1, 2)) }
            ),
        ]
        for (part, change) in faults {
            await refused(.invalidArgument, part) { _ = try await service.put("a", change) }
        }
        await refused(.invalidArgument, "name") { _ = try await service.put("A test") }
        await refused(.notFound, "there is no channel 'skywriting'") {
            _ = try await service.put("a") { $0.channel = "skywriting" }
        }
        #expect(try await names(service) { $0.includeRetired = true }.isEmpty)
        await service.stop()
    }

    @Test("put at once by many come one after the other")
    func together() async throws {
        let service = try await ServedMixModel()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask { _ = try await service.put("a") { $0.value = Double(number) } }
            }
            try await group.waitForAll()
        }
        let all = try await names(service) { $0.includeRetired = true }
        #expect(all == (1...20).reversed().map { "a \($0)" })
        #expect(try await names(service) == ["a 20"])
        await service.stop()
    }
}
