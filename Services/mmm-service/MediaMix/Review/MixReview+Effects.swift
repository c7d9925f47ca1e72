internal import Panels

extension MixReview.Subject {
    /// Sales below nothing without media mean that media are given too much.
    func negativeBaseline() -> ReviewCheck {
        let found = results.contributions
        let days = zip(panel.periods, found.negativeByPeriod).filter { $0.1 > 0.5 }
        let geos = zip(panel.geos, found.negativeByGeo).filter { $0.1 > 0.2 }.map(\.0.name)
        let often = Double(days.count) / Double(panel.periods.count)
        let status = max(
            ReviewCheck.Status(found.negative, review: 0.05, fail: 0.5),
            geos.isEmpty && often < 0.05 ? .pass : .review
        )
        let chance = Figure.percent(found.negative)
        var words =
            "Without media the outcome would have been below 0 in all with a probability "
            + "of \(chance)"
        if !days.isEmpty {
            words +=
                "; it would probably have been in \(Figure.count(days.count, "period")), "
                + "such as \(Figure.list(days.prefix(3).map { "\($0.0)" }))"
        }
        if !geos.isEmpty, panel.geos.count > 1 { words += "; by geo in \(Figure.list(geos))" }
        return ReviewCheck(
            .negativeBaseline,
            status,
            words + ".",
            remedy: "Media are given what something else did: add the control that explains these "
                + "periods, or lower the priors of the channels that add most there."
        )
    }

    /// A return far from what was believed, or a channel that made most of the outcome.
    func implausibleReturn() -> ReviewCheck {
        var problems: [String] = []
        var status = ReviewCheck.Status.pass
        for channel in results.returns.all {
            guard let roi = channel.roi, let prior = results.priorReturns[channel.name] else {
                continue
            }
            guard roi.mean < prior.lower || roi.mean > prior.upper else { continue }
            status = max(status, .review)
            problems.append(
                "the return of \(channel.name) is \(Figure.text(roi.mean)), where the prior has "
                    + "98 % between \(Figure.text(prior.lower)) and \(Figure.text(prior.upper))"
            )
        }
        let shares = zip(results.contributions.parts, results.contributions.share)
            .filter { $0.0.kind == .channel || $0.0.kind == .organic }
        for (part, share) in shares where share.mean > 0.5 {
            status = max(status, share.mean > 1 ? .fail : .review)
            problems.append("\(part.name) made \(Figure.percent(share.mean)) of the outcome")
        }
        let all = shares.reduce(0) { $0 + $1.1.mean }
        if all > 0.8 {
            status = max(status, all > 1 ? .fail : .review)
            problems.append("all media together made \(Figure.percent(all)) of the outcome")
        }
        return ReviewCheck(
            .implausibleReturn,
            status,
            problems.isEmpty
                ? "Returns are within what was believed, and media made \(Figure.percent(all)) of "
                    + "the outcome." : sentence(problems),
            remedy: "Ask whether demand drives this spend, as with brand search: add a control "
                + "for demand, calibrate with a lift test, or correct the prior if it was wrong."
        )
    }

    /// What a model says of an experiment should be what was measured.
    func calibration() -> ReviewCheck? {
        guard let worst = results.lifts.max(by: { abs($0.conflict) < abs($1.conflict) }) else {
            return nil
        }
        let geos = worst.geos.count == panel.geos.count ? "" : " in \(Figure.list(worst.geos))"
        let size = Figure.text(abs(worst.conflict))
        let side = worst.conflict < 0 ? "below" : "above"
        return ReviewCheck(
            .calibration,
            ReviewCheck.Status(abs(worst.conflict), review: 2, fail: 3),
            "Of \(Figure.count(results.lifts.count, "experiment")), that of "
                + "\(worst.channel)\(geos) from \(worst.first) agrees least: it measured "
                + "\(Figure.text(worst.measured)) ± \(Figure.text(worst.standardError)), and the "
                + "model has \(Figure.text(worst.modelled.mean)), \(size) standard errors \(side).",
            remedy: "Data and experiment contradict each other. See whether the experiment's "
                + "days, geos and change of spend are right; if they are, a control is missing "
                + "that moves with \(worst.channel), and the model is to be mended."
        )
    }

    /// What a model says, as a sentence.
    private func sentence(_ parts: [String]) -> String {
        let rest = parts.count > 5 ? "; and \(parts.count - 5) more like these" : ""
        return "By this model, " + parts.prefix(5).joined(separator: "; ") + rest + "."
    }
}
