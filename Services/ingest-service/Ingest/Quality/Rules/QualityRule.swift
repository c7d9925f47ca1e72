internal import Messages
internal import RPC
internal import Wire

/// When a metric is a finding: a rule whose fields were looked at.
struct QualityRule: Sendable {
    /// As it was put.
    let message: IngestV1.QualityRule
    /// How many days in a row it must hold.
    let window: Int

    /// The longest window.
    static let mostDays = 28
    private static let mostDimensions = 5
    private static let mostCharacters = 500

    /// Checks a rule.
    ///
    /// - Parameter rule: as it came.
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    init(_ rule: IngestV1.QualityRule) throws(RPCError) {
        var violations = FieldViolations()
        violations.check(
            Self.isName(rule.name),
            "rule.name",
            "expected 1 to 63 of a-z, 0-9 and _, a letter first"
        )
        let measure = QualityMeasure(rawValue: rule.metric)
        let names = QualityMeasure.allCases.map(\.rawValue).joined(separator: ", ")
        violations.check(measure != nil, "rule.metric", "expected one of \(names)")
        violations.check(
            [.above, .below, .beyond].contains(rule.comparison),
            "rule.comparison",
            "expected above, below or beyond"
        )
        violations.check(rule.threshold.isFinite, "rule.threshold", "expected a finite number")
        violations.check(
            rule.comparison != .beyond || rule.threshold >= 0,
            "rule.threshold",
            "expected 0 or more for beyond"
        )
        violations.check(
            (0...Self.mostDays).contains(Int(rule.windowDays)),
            "rule.window_days",
            "expected 0 to \(Self.mostDays)"
        )
        violations.check(
            rule.leastCount.isFinite && rule.leastCount >= 0,
            "rule.least_count",
            "expected 0 or more"
        )
        violations.check(
            [.info, .warning, .error].contains(rule.severity),
            "rule.severity",
            "expected info, warning or error"
        )
        violations.check(
            rule.advice.count <= Self.mostCharacters,
            "rule.advice",
            "expected at most \(Self.mostCharacters) characters"
        )
        if let measure { Self.check(rule.dimensions, of: measure, &violations) }
        try violations.finish("the rule is not well made")
        message = rule
        window = max(1, Int(rule.windowDays))
    }

    /// A rule that was checked before: one of the platform, or one that was put.
    init(checked rule: IngestV1.QualityRule) {
        message = rule
        window = max(1, Int(rule.windowDays))
    }

    private static func check(
        _ dimensions: MapField<String, String>,
        of measure: QualityMeasure,
        _ violations: inout FieldViolations
    ) {
        violations.check(
            dimensions.count <= mostDimensions,
            "rule.dimensions",
            "expected at most \(mostDimensions)"
        )
        for (name, value) in dimensions.sorted {
            violations.check(
                measure.dimensions.contains(name),
                "rule.dimensions[\(name.prefix(63))]",
                "\(measure.rawValue) has \(measure.dimensions.joined(separator: ", "))"
            )
            violations.check(
                value.utf8.count <= 1_000 && !value.utf8.contains(0),
                "rule.dimensions[\(name.prefix(63))]",
                "expected at most 1,000 bytes without U+0000"
            )
        }
    }

    private static func isName(_ text: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return text.utf8.count <= 63 && text.utf8.first.map(letters.contains) == true
            && text.utf8.allSatisfy {
                letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_")
            }
    }

    /// Whether a metric breaks the rule on its day; nil if the rule is not about it.
    func isBroken(by metric: IngestV1.QualityMetric) -> Bool? {
        guard metric.name == message.metric, metric.count >= message.leastCount,
            message.dimensions.sorted.allSatisfy({ metric.dimensions[$0] == $1 })
        else { return nil }
        return switch message.comparison {
        case .above: metric.value > message.threshold
        case .below: metric.value < message.threshold
        default: abs(metric.value) > message.threshold
        }
    }

    /// What is wrong, in words.
    func summary(of metric: IngestV1.QualityMetric) -> String {
        let subject = metric.dimensions.sorted.map { "\($0) '\($1)'" }.joined(separator: ", ")
        let relation =
            switch message.comparison {
            case .above: "above"
            case .below: "below"
            default: "beyond ±"
            }
        let days = window > 1 ? " on each of \(window) days" : ""
        return "\(metric.name) of \(subject) is \(Self.text(metric.value)), \(relation) "
            + "\(Self.text(message.threshold))\(days)"
    }

    /// What to do about it.
    var advice: String {
        if !message.advice.isEmpty { return message.advice }
        return QualityMeasure(rawValue: message.metric)?.advice ?? ""
    }

    /// A number with at most four digits behind the point.
    private static func text(_ number: Double) -> String {
        abs(number) < 1e12 ? "\((number * 10_000).rounded() / 10_000)" : "\(number)"
    }
}
