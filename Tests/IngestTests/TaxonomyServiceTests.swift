import Contracts
import Messages
import RPC
import Taxonomy
import Testing
import Wire

@Suite("A tenant's rules", .timeLimit(.minutes(5)))
struct TaxonomyServiceTests {
    @Test("are those of the default group until others are put, and then those")
    func put() async throws {
        let ingest = try await ServedIngest()
        let initial = try await ingest.taxonomy.getRules(IngestV1.GetRulesRequest()).message.value()
        #expect(initial.version == 0 && initial.includesDefaultGroup && initial.createTime == nil)
        #expect(initial.rules.map(\.name) == DefaultChannelGroup.rules.map(\.name))
        #expect(try await ingest.map("crm", "sale").channel == "unassigned")
        try await ingest.create("own_mail")
        let put = try await ingest.put([ServedIngest.rule("crm", "own_mail", ["CRM"])], after: 0)
        #expect(put.version == 1 && put.rules.count == 19 && put.rules.first?.name == "crm")
        #expect(put.reason == "a test" && !put.actor.isEmpty && put.createTime != nil)
        let mapped = try await ingest.map("crm", "sale")
        #expect(mapped.channel == "own_mail" && mapped.rule == "crm" && mapped.rulesVersion == 1)
        #expect(try await ingest.map("google", "cpc").channel == "paid_search")
        // Another tenant's are as they were.
        let others = IngestV1.Taxonomy.Client(try ingest.other)
        let foreign = try await others.getRules(IngestV1.GetRulesRequest()).message.value()
        #expect(foreign.version == 0)
        await ingest.stop()
    }

    @Test("can leave the default group out")
    func alone() async throws {
        let ingest = try await ServedIngest()
        let rules = [ServedIngest.rule("x", "email", ["x"])]
        let put = try await ingest.put(rules, after: 0) { $0.excludesDefaultGroup = true }
        #expect(put.rules.count == 1 && !put.includesDefaultGroup)
        #expect(try await ingest.map("google", "cpc").channel == "unassigned")
        #expect(try await ingest.map("x", "").channel == "email")
        await ingest.stop()
    }

    @Test("are kept as versions, of which one follows the other")
    func versions() async throws {
        let ingest = try await ServedIngest()
        for version in 0..<5 {
            try await ingest.put(
                [ServedIngest.rule("r\(version)", "email", ["x"])],
                after: Int64(version)
            )
        }
        let old = await #expect(throws: RPCError.self) { try await ingest.put([], after: 3) }
        #expect(old?.code == .aborted)
        #expect(old?.message == "version 3 of the rules is not the one in force: read them again")
        let ahead = await #expect(throws: RPCError.self) { try await ingest.put([], after: 7) }
        #expect(ahead?.code == .aborted)
        var get = IngestV1.GetRulesRequest()
        get.version = 2
        #expect(try await ingest.taxonomy.getRules(get).message.value().rules.first?.name == "r1")
        get.version = 6
        let absent = await #expect(throws: RPCError.self) {
            try await ingest.taxonomy.getRules(get)
        }
        #expect(absent?.code == .notFound)
        get.version = -1
        let negative = await #expect(throws: RPCError.self) {
            try await ingest.taxonomy.getRules(get)
        }
        #expect(negative?.code == .invalidArgument)
        var list = IngestV1.ListRuleVersionsRequest()
        list.pageSize = 2
        var seen: [Int64] = []
        repeat {
            let page = try await ingest.taxonomy.listRuleVersions(list).message.value()
            #expect(page.versions.count <= 2 && page.versions.allSatisfy { $0.rules.isEmpty })
            seen += page.versions.map(\.version)
            list.pageToken = page.nextPageToken
        } while !list.pageToken.isEmpty
        #expect(seen == [5, 4, 3, 2, 1])
        await ingest.stop()
    }

    @Test("that many put at once become one version, and the others are told")
    func atOnce() async throws {
        let ingest = try await ServedIngest()
        let codes = await withTaskGroup { group in
            for number in 0..<8 {
                group.addTask { () -> StatusCode in
                    do {
                        try await ingest.put(
                            [ServedIngest.rule("r\(number)", "email", ["x"])],
                            after: 0
                        )
                        return .ok
                    } catch {
                        return (error as? RPCError)?.code ?? .unknown
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.filter { $0 == .ok }.count == 1)
        #expect(codes.filter { $0 == .aborted }.count == 7)
        await ingest.stop()
    }

    @Test("are only checked if that is all that is asked")
    func validated() async throws {
        let ingest = try await ServedIngest()
        let rules = [ServedIngest.rule("x", "email", ["x"])]
        let checked = try await ingest.put(rules, after: 0) { $0.validateOnly = true }
        #expect(checked.version == 1 && checked.rules.count == 19)
        let inForce = try await ingest.taxonomy.getRules(IngestV1.GetRulesRequest()).message.value()
        #expect(inForce.version == 0)
        for only in [true, false] {
            let error = await #expect(throws: RPCError.self) {
                try await ingest.put(
                    rules + [ServedIngest.rule("y", "absent", ["y"])],
                    after: 0
                ) { $0.validateOnly = only }
            }
            #expect(error?.explanation.violations.map(\.field) == ["rules[1].channel"])
        }
        await ingest.stop()
    }

    @Test("that are not well made are refused, each fault by its field")
    func faults() async throws {
        let ingest = try await ServedIngest()
        var odd = ServedIngest.rule("odd", "Email", ["x"])
        odd.priority = -1
        odd.conditions[0].tests[0].field = .unspecified
        odd.conditions[0].tests[0].operator = .unspecified
        let form = await #expect(throws: RPCError.self) { try await ingest.put([odd], after: 0) }
        #expect(
            form?.explanation.violations.map(\.field) == [
                "rules[0].channel", "rules[0].priority", "rules[0].conditions[0].tests[0].field",
                "rules[0].conditions[0].tests[0].operator",
            ]
        )
        let pattern = ServedIngest.rule("p", "email", ["("], .regex)
        let words = await #expect(throws: RPCError.self) {
            try await ingest.put([pattern, pattern], after: 0)
        }
        #expect(
            words?.explanation.violations.map(\.field) == [
                "rules[0].conditions[0].tests[0].values[0]", "rules[1].name",
                "rules[1].conditions[0].tests[0].values[0]",
            ]
        )
        let reason = await #expect(throws: RPCError.self) {
            try await ingest.put([], after: -1) { $0.reason = "" }
        }
        #expect(reason?.explanation.violations.map(\.field) == ["reason", "expected_version"])
        // A rule may not be called what one of the default group is.
        let twice = await #expect(throws: RPCError.self) {
            try await ingest.put([ServedIngest.rule("Email", "email", ["x"])], after: 0)
        }
        #expect(twice?.code == .invalidArgument)
        await ingest.stop()
    }

    @Test("say of visits where they belong, and how sure that is")
    func visits() async throws {
        let ingest = try await ServedIngest()
        var (clicked, direct) = (IngestV1.Visit(), IngestV1.Visit())
        clicked.pageURL = "https://shop.example/?utm_source=fb&utm_medium=paid_social&fbclid=1"
        clicked.clickIDs = ["GCLID"]
        direct.referrer = "https://shop.example/"
        direct.pageURL = "https://www.shop.example/"
        var request = IngestV1.MapChannelsRequest()
        request.visits = [clicked, direct]
        let mapped = try await ingest.taxonomy.mapChannels(request).message.value().channels
        #expect(mapped.map(\.channel) == ["paid_search", "direct"])
        #expect(mapped.map(\.source) == ["google", "(direct)"])
        for channel in mapped {
            let product = channel.confidenceTerms.reduce(1) { $0 * $1.factor }
            #expect(abs(product - channel.confidence) < 1e-12)
        }
        #expect(
            mapped[0].confidenceTerms.map(\.name) == [
                "paid_click_and_tags", "conflict", "no_referrer", "tags",
            ]
        )
        request.visits[1].clickIDs = ["gclick"]
        let odd = await #expect(throws: RPCError.self) {
            try await ingest.taxonomy.mapChannels(request)
        }
        #expect(odd?.message.hasPrefix("visits[1].click_ids[0]: expected one of gclid") == true)
        for count in [0, 1_001] {
            request.visits = Array(repeating: IngestV1.Visit(), count: count)
            let error = await #expect(throws: RPCError.self) {
                try await ingest.taxonomy.mapChannels(request)
            }
            #expect(error?.message == "visits: expected 1 to 1,000")
        }
        await ingest.stop()
    }

    @Test("say of a link what is wrong with it, and where its visits belong")
    func links() async throws {
        let ingest = try await ServedIngest()
        var request = IngestV1.ValidateUtmRequest()
        request.utmSource = "google"
        request.utmMedium = "cpc"
        request.utmCampaign = "brand"
        let good = try await ingest.taxonomy.validateUtm(request).message.value()
        #expect(good.valid && good.findings.isEmpty && good.validity == 1)
        #expect(good.channel?.channel == "paid_search" && good.correctedURL == "")
        // A link has no page before, which says nothing against it.
        #expect(good.channel?.confidence == 0.95)
        #expect(good.normalized["utm_source"] == "google")
        request = IngestV1.ValidateUtmRequest()
        request.url = "https://shop.example/?utm_medium=E-Mail&utm_soure=crm"
        let bad = try await ingest.taxonomy.validateUtm(request).message.value()
        #expect(!bad.valid)
        #expect(
            bad.findings.map(\.kind) == [
                "capitals", "alias", "missing_source", "missing_campaign", "unknown_parameter",
            ]
        )
        #expect(bad.correctedURL == "https://shop.example/?utm_medium=email&utm_soure=crm")
        #expect(bad.channel?.channel == "email")
        let nothing = await #expect(throws: RPCError.self) {
            try await ingest.taxonomy.validateUtm(IngestV1.ValidateUtmRequest())
        }
        #expect(nothing?.code == .invalidArgument)
        await ingest.stop()
    }
}
