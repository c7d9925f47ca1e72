import Messages
import Testing

@testable import Command

@Suite("What people are told of mix models")
struct MixResultsTextTests {
    private static func estimate(_ mean: Double) -> MixModelV1.Estimate {
        var estimate = MixModelV1.Estimate()
        (estimate.mean, estimate.median, estimate.level) = (mean, mean, 0.9)
        (estimate.lower, estimate.upper) = (mean / 2, mean * 2)
        return estimate
    }

    private static var results: MixModelV1.MixResults {
        var results = MixModelV1.MixResults()
        (results.label, results.kpi, results.currency) = ("spring", "revenue", "EUR")
        (results.firstDate, results.lastDate) = ("2025-01-06", "2025-12-28")
        (results.draws, results.drawsUsed) = (4_000, 1_000)
        results.expected = estimate(125_000)
        var channel = MixModelV1.ChannelResult()
        (channel.channel, channel.spend, channel.shareOfSpend) = ("tv", 12_000, 1)
        (channel.contribution, channel.roi) = (estimate(24_000), estimate(2))
        (channel.marginalRoi, channel.shareOfEffect) = (estimate(1.5), estimate(0.5))
        results.channels = [channel]
        var part = MixModelV1.PartResult()
        var baseline = MixModelV1.MixPart()
        (baseline.kind, baseline.name) = (.baseline, "baseline")
        part.part = baseline
        (part.contribution, part.share) = (estimate(50_000), estimate(0.4))
        results.parts = [part]
        var fit = MixModelV1.MixFit()
        (fit.count, fit.rSquared, fit.mape, fit.wmape) = (52, 0.93, 0.05, 0.04)
        (fit.coverage50, fit.coverage90) = (0.5, 0.9)
        results.fit = fit
        return results
    }

    private static var review: MixModelV1.MixReview {
        var review = MixModelV1.MixReview()
        (review.status, review.verdict) = (.review, "Use this model with care.")
        var good = MixModelV1.MixReview.Check()
        (good.name, good.status, good.words) = ("fit", .pass, "It explains 93 %.")
        var odd = MixModelV1.MixReview.Check()
        (odd.name, odd.status, odd.words) = ("high_variance", .review, "tv is hardly known.")
        odd.remedy = "Run a lift test."
        review.checks = [good, odd]
        return review
    }

    @Test("is a verdict, then channels, parts, the fit, and what was looked at")
    func report() {
        let text = MixModelV1.report(Self.results, Self.review)
        #expect(
            text == """
                REVIEW: Use this model with care.

                spring: revenue (money in EUR), 2025-01-06 to 2025-12-28, 90 % credible intervals \
                from 1000 of 4000 draws

                channel  spend   contribution               return      marginal return  share \
                of spend  share of effect
                tv       12,000  24,000 (12,000 to 48,000)  2 (1 to 4)  1.5 (0.75 to 3)  100 % \
                          50 % (25 % to 100 %)

                part      kind      contribution                share
                baseline  baseline  50,000 (25,000 to 100,000)  40 % (20 % to 80 %)

                periods  numbers  R²    MAPE  wMAPE  in 50 % intervals  in 90 % intervals
                fitted   52       0.93  5 %   4 %    50 %               90 %

                PASS  fit: It explains 93 %.
                REVIEW  high_variance: tv is hardly known.
                      do: Run a lift test.
                """,
            "\(text)"
        )
    }

    @Test("is models beside each other, and what differs")
    func comparison() {
        var comparison = MixModelV1.ModelComparison()
        comparison.models = ["a", "b"].map { name in
            var side = MixModelV1.ModelComparison.Side()
            (side.modelID, side.label, side.fit, side.status) = (
                name, name, Self.results.fit, .pass
            )
            return side
        }
        comparison.channels = [
            ("tv", [Self.estimate(2), Self.estimate(4)]),
            ("radio", [Self.estimate(1), Self.estimate(4.1)]),
            ("search", [Self.estimate(2), .init()]),
        ].map { name, returns in
            var channel = MixModelV1.ModelComparison.Channel()
            (channel.channel, channel.roi) = (name, returns)
            // What was added is compared as well, and is not what is shown.
            channel.intervalsOverlap = name == "radio"
            return channel
        }
        comparison.configurationDiffers = true
        var stability = MixModelV1.ModelComparison.Stability()
        (stability.modelID, stability.parameter, stability.distance) = ("b", "y_sigma", 1.5)
        comparison.stability = [stability]
        var difference = MixModelV1.ModelComparison.Difference()
        (difference.field, difference.values) = ("sampling.seed", ["\"1\"", "\"2\""])
        comparison.differences = [difference]
        let text = comparison.text
        let returns = """
            return of  a             b                  intervals
            tv         2 (1 to 4)    4 (2 to 8)         overlap
            radio      1 (0.5 to 2)  4.1 (2.05 to 8.2)  apart
            search     2 (1 to 4)
            """
        #expect(text.contains(returns), "\(text)")
        #expect(text.contains("not the same: configuration or seed"))
        #expect(text.contains("sampling.seed  \"1\"  \"2\""))
        #expect(text.hasSuffix("most in y_sigma, by 1.50 standard errors of both"))
    }
}
