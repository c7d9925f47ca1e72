import Foundation
import Messages
import Simulator
import Testing

@testable import Command

@Suite("Reports on marketing")
struct MarketingReportTests {
    /// Shares of conversions by two models.
    private static func run(_ shares: [(String, Double, Double)]) -> AttributionV1.Run {
        var result = AttributionV1.ModelRun()
        result.conversions = 100
        for (place, name) in ["first", "markov"].enumerated() {
            var model = AttributionV1.ModelResult()
            model.model = name
            model.channels = shares.map { channel, first, markov in
                var credit = AttributionV1.ChannelCredit()
                (credit.channel, credit.conversionShare) = (channel, [first, markov][place])
                return credit
            }
            result.models.append(model)
        }
        result.notes = ["a note of the run"]
        var run = AttributionV1.Run()
        (run.runID, run.state, run.result) = ("run-1", .completed, result)
        var request = AttributionV1.RunModelsRequest()
        request.journeys = .init()
        run.request = request
        return run
    }

    private static func estimate(
        _ mean: Double,
        _ lower: Double,
        _ upper: Double
    ) -> MixModelV1.Estimate {
        var estimate = MixModelV1.Estimate()
        (estimate.mean, estimate.lower, estimate.upper) = (mean, lower, upper)
        estimate.level = 0.9
        return estimate
    }

    /// A mix model of two channels: their return and share of the outcome.
    private static func results() -> MixModelV1.MixResults {
        var results = MixModelV1.MixResults()
        (results.modelID, results.kpi, results.currency) = ("mix-1", "revenue", "USD")
        for (name, roi, share) in [
            ("paid_search", estimate(2, 1.5, 2.5), estimate(0.1, 0.08, 0.12)),
            ("audio", estimate(3, 2, 4), estimate(0.06, 0.04, 0.08)),
        ] {
            var channel = MixModelV1.ChannelResult()
            (channel.channel, channel.spend, channel.roi) = (name, 1_000, roi)
            results.channels.append(channel)
            var part = MixModelV1.PartResult()
            var what = MixModelV1.MixPart()
            (what.kind, what.name) = (.channel, name)
            (part.part, part.share) = (what, share)
            results.parts.append(part)
        }
        return results
    }

    @Test("say where attribution and the mix model have no point in common, largest first")
    func disputes() throws {
        let credit = try #require(
            MarketingReport(run: Self.run([("paid_search", 0.4, 0.3), ("email", 0.6, 0.7)])).credit
        )
        let disputes = CreditDispute.find(
            credit,
            ["paid_search": 0.08...0.12, "audio": 0.04...0.08, "email": 0.5...0.65]
        )
        #expect(disputes.map(\.channel) == ["paid_search", "audio"])
        let words = disputes.map { $0.words(by: "the mix model says") }
        #expect(
            words == [
                "paid_search gets 30.0 % to 40.0 % by attribution, and the mix model says it "
                    + "caused 8.0 % to 12.0 %: it is there when people would have bought anyway",
                "audio leaves no trace in journeys and gets no credit; the mix model says it "
                    + "caused 4.0 % to 8.0 %",
            ]
        )
        // A point that is just beside an interval is not worth words.
        #expect(CreditDispute.find(credit, ["email": 0.5...0.59]).isEmpty)
        let less = CreditDispute.find(credit, ["email": 0.8...0.8])
        #expect(
            less.map { $0.words(by: "in truth") } == [
                "email gets 60.0 % to 70.0 % by attribution, and in truth it caused 80.0 %: "
                    + "much of what it does is not followed by a visit"
            ]
        )
    }

    @Test("do not hold what was caused against a model that takes credit away")
    func debits() throws {
        let shares = [("paid_search", 0.4, 0.9), ("audio", 0.6, 0.3), ("email", 0.0, -0.2)]
        let credit = try #require(MarketingReport(run: Self.run(shares)).credit)
        #expect(credit.range(of: "paid_search") == 0.4...0.4)
        #expect(CreditDispute.find(credit, ["audio": 0.3...0.5]).map(\.channel) == ["audio"])
        let none = try #require(MarketingReport(run: Self.run([("email", -0.1, -0.2)])).credit)
        #expect(none.range(of: "email") == -0.2 ... -0.1)
    }

    @Test("say what a review of the mix model found, and nothing of what it did not")
    func review() {
        var report = MarketingReport()
        report.results = Self.results()
        var review = MixModelV1.MixReview()
        review.verdict = "Use this model with care."
        for (status, words) in [
            (.pass, "All is well."), (.review, "audio is hardly known."), (.fail, "It drifts."),
        ] as [(MixModelV1.MixReview.Status, String)] {
            var check = MixModelV1.MixReview.Check()
            (check.status, check.words) = (status, words)
            review.checks.append(check)
        }
        report.review = review
        let text = report.text(beside: nil)
        #expect(
            text.contains("Use this model with care.\n- audio is hardly known.\n- It drifts.")
        )
        #expect(!text.contains("All is well"))
    }

    @Test("have all that is known, and name what is not")
    func sections() throws {
        var report = MarketingReport()
        report.gaps = ["attribution: nobody answers"]
        #expect(report.text(beside: nil).contains("- attribution: nobody answers"))
        #expect(!report.text(beside: nil).contains("Who gets credit"))
        report.run = Self.run([("paid_search", 0.4, 0.3), ("email", 0.6, 0.7)])
        report.results = Self.results()
        let text = report.text(beside: nil)
        for part in [
            "Who gets credit for 100 conversions, by model",
            "What media caused of revenue (money in USD)",
            "1.50 to 2.50", "- a note of the run", "- audio leaves no trace in journeys",
        ] { #expect(text.contains(part), "\(part) in \(text)") }
        #expect(!text.contains("truth"))
        // Campaigns are no channels.
        report.run?.request?.journeys?.grain = .campaign
        #expect(!report.text(beside: nil).contains("leaves no trace"))
        report.run = Self.run([("paid_search", 0.4, -0.05)])
        #expect(report.text(beside: nil).contains("40.0 %  -5.0 %"))
        let json = try JSONSerialization.jsonObject(with: Data(try report.json.text.utf8))
        let members = try #require(json as? [String: Any])
        #expect((members["run"] as? [String: Any])?["runId"] as? String == "run-1")
        #expect(members["plan"] is NSNull && (members["gaps"] as? [String])?.count == 1)
    }

    @Test("say which tests the mix model is held to, and which it is not")
    func tests() throws {
        var report = MarketingReport()
        report.results = Self.results()
        report.model = .init()
        #expect(!report.text(beside: nil).contains("What tests have measured"))
        for (name, measured) in [("social_dark", 9_000.0), ("shopping_heavy", 4_000)] {
            var held = MixModelV1.Model.HeldCalibration()
            (held.name, held.revision, held.note) = (name, 1, "as everywhere")
            report.model?.calibrations.append(held)
            var lift = MixModelV1.ModelledLift()
            (lift.channel, lift.measured, lift.standardError) = ("audio", measured, 2_500)
            lift.modelled = Self.estimate(7_000, 6_000, 8_000)
            report.results?.lifts.append(lift)
        }
        var left = MixModelV1.Model.LeftOutCalibration()
        (left.name, left.reason) = ("tv_flight", "the model has no channel tv")
        report.model?.leftOutCalibrations = [left]
        let text = report.text(beside: nil)
        for part in [
            "What tests have measured, and the mix model is held to",
            "- social_dark, shopping_heavy: as everywhere",
            "- not held to tv_flight: the model has no channel tv",
        ] { #expect(text.contains(part), "\(part) in \(text)") }
        let line = text.split(separator: "\n").first { $0.hasPrefix("social_dark") }
        #expect(line?.contains("9000.00") == true && line?.contains("6000.00 to 8000.00") == true)
        #expect(!text.contains("truth"))
    }

    @Test("has what spend of tests brought, also where it was held back")
    func lifts() throws {
        let world = try World(seed: 3, scale: .small)
        let truth = ReportTruth(world)
        #expect(world.planted.geoTests.map(\.name) == ["social_dark", "shopping_heavy"])
        for test in world.planted.geoTests {
            let known = world.truth(of: test)
            #expect((known.spendDelta < 0) == (test.factor < 1))
            let lift = try #require(truth.lifts[test.name])
            #expect(lift > 0 && abs(lift - abs(known.orders) * world.meanOrderValue) < 1e-9 * lift)
        }
    }

    @Test("hold a simulated shop against its truth: returns inside and outside of intervals")
    func truth() throws {
        var scale = WorldScale.small
        (scale.geos, scale.days, scale.trackedDays) = (2, 120, 10)
        let world = try World(seed: 5, scale: scale)
        let truth = ReportTruth(world)
        #expect(abs(truth.shares.values.reduce(0, +) - 1) < 1e-12)
        for (number, channel) in world.channels.enumerated() {
            let known = world.truth(ofChannel: number)
            #expect(truth.returns[channel.slug] == known.returnOnSpend)
            let orders = (truth.shares[channel.slug] ?? 0) / (truth.shares["demand"] ?? 1)
            let demand = world.expectedOrdersByCause()[0].orders
            #expect(abs(orders * demand - known.orders) < 1e-6 * known.orders)
        }
        #expect(truth.lifts.isEmpty)
        var report = MarketingReport()
        report.results = Self.results()
        let known = truth.returns["audio"] ?? 0
        report.results?.channels[1].roi = Self.estimate(known, known - 0.1, known + 0.1)
        report.results?.channels[0].roi = Self.estimate(99, 98, 100)
        let text = report.text(beside: truth)
        #expect(text.contains("1 of 2 intervals have the truth in them"), "\(text)")
        let line = text.split(separator: "\n").first { $0.hasPrefix("audio") }
        #expect(line?.hasSuffix("inside") == true, "\(text)")
    }
}
