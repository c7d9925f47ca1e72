internal import Numerics

/// Makes the traces that a visit of a channel leaves, with the mess that they have.
struct VisitMaker: Sendable {
    /// What decides.
    var random: RandomStream
    /// How often things go wrong.
    let mess: TrafficSimulator.Mess

    /// A visit.
    ///
    /// - Parameters:
    ///   - plan: the channel that it comes by.
    ///   - campaign: what its link says; nil for one of forty.
    /// - Returns: what the shop sees of it.
    mutating func visit(by plan: TrafficPlan, campaign: String? = nil) -> LabelledVisit {
        var visit = LabelledVisit(
            channel: plan.channel,
            page: "",
            referrer: random.element(of: plan.referrers) ?? "",
            mishaps: []
        )
        visit.page = page(of: plan, campaign, &visit.mishaps)
        if random.happens(mess.passedOn), !plan.links.isEmpty {
            // Whoever opens it came by a friend: a visit without a referrer, with another's tags.
            visit = LabelledVisit(
                channel: "direct",
                page: visit.page,
                referrer: "",
                mishaps: visit.mishaps.union(.passedOn)
            )
        }
        if !visit.referrer.isEmpty, random.happens(mess.noReferrer) {
            visit.referrer = ""
            visit.mishaps.insert(.noReferrer)
        }
        return visit
    }

    private mutating func page(
        of plan: TrafficPlan,
        _ campaign: String?,
        _ mishaps: inout LabelledVisit.Mishaps
    ) -> String {
        let path = "https://shop.example/p/\(1 + random.integer(below: 500))"
        guard let link = random.element(of: plan.links) else { return path }
        var parameters: [String] = []
        if random.happens(plan.untagged) {
            mishaps.insert(.noTags)
        } else {
            parameters = tags(of: link, campaign, &mishaps)
        }
        // A network adds its id to the click whether the link has tags or not.
        if !link.clickID.isEmpty, !random.happens(0.1) {
            parameters.append("\(link.clickID)=\(String(random.next(), radix: 36))")
        }
        return parameters.isEmpty ? path : path + "?" + parameters.joined(separator: "&")
    }

    private mutating func tags(
        of link: TrafficPlan.Link,
        _ campaign: String?,
        _ mishaps: inout LabelledVisit.Mishaps
    ) -> [String] {
        var (source, medium) = (link.source, link.medium)
        if random.happens(mess.oddTag) {
            mishaps.insert(.oddTag)
            switch random.integer(below: 4) {
            case 0: medium = medium.uppercased()
            case 1: medium += "s"
            case 2: source = "my%20" + source
            default: medium = ""
            }
        }
        if random.happens(mess.macro) {
            mishaps.insert(.macro)
            medium = "{{medium}}"
        }
        let name = campaign ?? "c\(random.integer(below: 40))"
        return ["utm_source=\(source)", "utm_medium=\(medium)", "utm_campaign=\(name)"]
    }
}
