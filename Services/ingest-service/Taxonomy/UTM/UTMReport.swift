/// What is to be said of the tags of a link before a campaign starts, and of those that came in.
public struct UTMReport: Hashable, Sendable {
    /// Something that is wrong, or could be better.
    public struct Finding: Hashable, Sendable {
        /// Which field; nil for a parameter that is none of the nine.
        public let field: CampaignField?
        /// The parameter, as `utm_source`.
        public let parameter: String
        /// What kind of finding.
        public let kind: Kind
        /// What is wrong, and what to do.
        public let text: String
    }

    /// The kinds of findings, each with its factor in the validity.
    public enum Kind: String, CaseIterable, Sendable {
        case missingSource = "missing_source"
        case missingMedium = "missing_medium"
        case missingCampaign = "missing_campaign"
        case placeholder, macro, alias
        case unknownParameter = "unknown_parameter"
        case tooLong = "too_long"
        case notASCII = "not_ascii"
        case capitals, blanks
        case personalData = "personal_data"
        case repeated

        /// Whether the link should not be used like this.
        public var isError: Bool {
            self == .missingSource || self == .personalData || self == .macro
        }

        /// What it multiplies the validity by.
        public var factor: Double {
            switch self {
            case .missingSource: 0.5
            case .placeholder, .macro: 0.8
            case .tooLong: 0.85
            case .missingMedium, .unknownParameter, .repeated: 0.9
            case .alias, .notASCII: 0.95
            case .missingCampaign, .capitals, .blanks, .personalData: 1
            }
        }
    }

    /// The findings in the order of the fields.
    public let findings: [Finding]
    /// The tags as they should be: without blanks at their ends, source and medium in small letters
    /// and by their usual names, and nothing where only a placeholder stood.
    public let normalised: CampaignTags

    /// From 0 to 1: the product of the findings' factors.
    public var validity: Double { Self.validity(of: findings) }

    /// The validity of tags, without a word on why: for every visit that is mapped.
    static func validity(of tags: CampaignTags) -> Double {
        validity(of: UTMExaminer(tags, explains: false).findings)
    }

    private static func validity(of findings: [Finding]) -> Double {
        findings.reduce(1) { $0 * $1.kind.factor }
    }

    /// Whether nothing is wrong that would have to be mended.
    public var isValid: Bool { !findings.contains { $0.kind.isError } }

    /// How many characters a tag should have at most.
    public static let mostCharacters = 200

    /// Examines tags.
    public init(_ tags: CampaignTags) { self.init(UTMExaminer(tags)) }

    /// Examines the tags of a page's address, and parameters that look like tags.
    ///
    /// - Parameters:
    ///   - address: the link.
    ///   - others: tags that are given beside it, and count more.
    public init(_ address: WebAddress, with others: CampaignTags = CampaignTags()) {
        var examiner = UTMExaminer(others.filled(from: CampaignTags(address)))
        examiner.examine(address.parameters)
        self.init(examiner)
    }

    private init(_ examiner: UTMExaminer) {
        findings = examiner.findings
        normalised = examiner.normalised
    }
}
