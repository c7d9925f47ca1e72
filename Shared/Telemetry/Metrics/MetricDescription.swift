/// What kind of values a family of metrics has.
enum MetricKind: Sendable {
    case counter, gauge, histogram, info

    /// What the name of a family ends in, beside its unit, in each text form.
    fileprivate var requiredSuffix: String {
        switch self {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram: ""
        }
    }

    fileprivate var article: String { self == .info ? "an" : "a" }

    /// What the samples of a family append to its name in OpenMetrics.
    fileprivate var sampleSuffixes: [String] {
        switch self {
        case .counter: ["_total"]
        case .gauge: [""]
        case .histogram: ["_bucket", "_sum", "_count"]
        case .info: ["_info"]
        }
    }
}

/// What all series of a family have in common.
struct MetricDescription: Sendable {
    /// The name, with `_total` or `_info` if it has one.
    let name: String
    let kind: MetricKind
    /// What it measures, in one sentence.
    let help: String
    /// The unit that the name ends in.
    let unit: String?
    /// The names of the labels, in the order in which their values are given.
    let labels: [String]
    /// How many series it may have beside the one of all others.
    let maximumSeries: Int

    /// The name of the family in OpenMetrics: without `_total` and `_info`.
    var familyName: String {
        String(name.dropLast(kind.requiredSuffix.count))
    }

    /// All names that no other family may use.
    var claimedNames: Set<String> {
        Set([name, familyName, familyName + "_created"])
            .union(kind.sampleSuffixes.map { familyName + $0 })
    }

    /// What is wrong with it, as a sentence; nil if nothing is.
    var fault: String? {
        nameFault ?? unitFault ?? labelFault
    }

    private var nameFault: String? {
        if !name.isSnakeCase {
            return "'\(name)' is no metric name: a-z, 0-9 and _, a letter first"
        }
        if !name.hasSuffix(kind.requiredSuffix) || familyName.isEmpty {
            return "the name of \(kind.article) \(kind) ends in \(kind.requiredSuffix): '\(name)'"
        }
        let reserved = ["_total", "_info", "_created", "_bucket", "_sum", "_count"]
        if let suffix = reserved.first(where: familyName.hasSuffix) {
            return "the name of \(kind.article) \(kind) must not end in \(suffix): '\(name)'"
        }
        if help.isEmpty { return "'\(name)' has no help" }
        return nil
    }

    private var unitFault: String? {
        guard let unit else { return nil }
        if !unit.isSnakeCase { return "'\(unit)' is no unit: a-z, 0-9 and _, a letter first" }
        if kind == .info { return "'\(name)' is an info, which has no unit" }
        return familyName.hasSuffix("_" + unit)
            ? nil : "'\(name)' does not name its unit, \(unit)"
    }

    private var labelFault: String? {
        for label in labels {
            if !label.isSnakeCase {
                return "'\(label)' is no label of '\(name)': a-z, 0-9 and _, a letter first"
            }
            if label == "le" || label == "quantile" {
                return "the label '\(label)' of '\(name)' has a meaning of its own"
            }
        }
        if Set(labels).count != labels.count { return "a label of '\(name)' is given twice" }
        return maximumSeries > 0 ? nil : "'\(name)' may have no series"
    }
}

extension String {
    fileprivate var isSnakeCase: Bool {
        guard let first = utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
        else { return false }
        return utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
