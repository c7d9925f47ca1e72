internal import Messages
internal import RPC
internal import Taxonomy
internal import Wire

extension TouchClues {
    /// Reads a visit.
    ///
    /// - Parameters:
    ///   - visit: as it came.
    ///   - place: what it is called in errors.
    /// - Throws: INVALID_ARGUMENT for an id of a click that is none.
    init(_ visit: IngestV1.Visit, at place: String) throws(RPCError) {
        self.init()
        let fields: [(CampaignField, String)] = [
            (.source, visit.source), (.medium, visit.medium), (.campaign, visit.campaign),
            (.id, visit.campaignID), (.term, visit.term), (.content, visit.content),
        ]
        for (field, value) in fields where !value.isEmpty { tags[field] = value }
        page = visit.pageURL
        referrer = visit.referrer
        for (index, name) in visit.clickIDs.enumerated() {
            guard let id = ClickID(rawValue: name.lowercased()) else {
                let known = ClickID.allCases.map(\.parameter).joined(separator: ", ")
                throw RPCError(
                    .invalidArgument,
                    "\(place).click_ids[\(index)]: expected one of \(known)"
                )
            }
            clickIDs.insert(id)
        }
    }
}

/// A link that is to be examined, with the tags that are given beside it.
struct TaggedLink {
    /// What visits by the link would tell.
    let clues: TouchClues
    /// What is to be said of its tags.
    let report: UTMReport
    /// Whether tags are given beside the link.
    let hasTags: Bool

    init(_ request: IngestV1.ValidateUtmRequest) {
        let fields: [(CampaignField, String)] = [
            (.id, request.utmID), (.source, request.utmSource), (.medium, request.utmMedium),
            (.campaign, request.utmCampaign), (.term, request.utmTerm),
            (.content, request.utmContent), (.sourcePlatform, request.utmSourcePlatform),
            (.creativeFormat, request.utmCreativeFormat),
            (.marketingTactic, request.utmMarketingTactic),
        ]
        var clues = TouchClues()
        for (field, value) in fields where !value.isEmpty { clues.tags[field] = value }
        clues.page = request.url
        self.clues = clues
        hasTags = fields.contains { !$0.1.isEmpty }
        report = UTMReport(WebAddress(request.url), with: clues.tags)
    }
}

extension IngestV1.MappedChannel {
    /// What was found for some traffic.
    init(_ mapped: MappedChannel, of traffic: TrafficSource) {
        self.init()
        channel = mapped.channel.description
        rule = mapped.rule ?? ""
        rulesVersion = mapped.version
        confidence = mapped.confidence.value
        confidenceTerms = mapped.confidence.terms.map { term in
            var message = Term()
            message.name = term.name
            message.factor = term.factor
            return message
        }
        unknown = mapped.isUnknown
        source = traffic.source
        medium = traffic.medium
        campaign = traffic.campaign
    }
}

extension IngestV1.UtmReport {
    /// A report.
    ///
    /// - Parameters:
    ///   - report: what is to be said.
    ///   - url: the link; empty if only tags were given.
    ///   - channel: where its visits would belong.
    init(_ report: UTMReport, of url: String, channel: IngestV1.MappedChannel) {
        self.init()
        valid = report.isValid
        findings = report.findings.map { finding in
            var message = Finding()
            message.parameter = finding.parameter
            message.kind = finding.kind.rawValue
            message.error = finding.kind.isError
            message.text = finding.text
            message.factor = finding.kind.factor
            return message
        }
        for field in CampaignField.allCases {
            if let value = report.normalised[field] { normalized[field.parameter] = value }
        }
        correctedURL = url.isEmpty ? "" : report.corrected(url)
        validity = report.validity
        self.channel = channel
    }
}
