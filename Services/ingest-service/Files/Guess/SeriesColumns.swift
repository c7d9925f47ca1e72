/// Tells the columns of tables whose columns are series, as mix models take them.
enum SeriesColumns {
    /// What a column was taken for, and why.
    struct Judgement {
        let role: ColumnRole
        let name: String
        let reason: String
        let confidence: Double
    }

    /// Endings after the name of a channel; letters alone are Robyn's way.
    private static let endings: [(String, ColumnRole)] = [
        ("_spend", .spend), ("_cost", .spend), ("_spends", .spend), ("_impressions", .impressions),
        ("_impression", .impressions), ("_impr", .impressions), ("_imps", .impressions),
        ("_clicks", .clicks), ("_click", .clicks), ("_reach", .reach), ("_control", .control),
        ("_organic", .organic),
    ]
    private static let letters: [(String, ColumnRole)] = [
        ("_S", .spend), ("_I", .impressions), ("_P", .clicks), ("_B", .control),
    ]
    private static let computed = ["adstock", "saturat", "_effect", "contribution", "_response"]
    private static let worth = [
        "revenue_per_conversion", "revenue_per_kpi", "value_per_conversion", "revenue_per_order",
    ]
    private static let owned = ["newsletter", "email", "sms", "push", "seo"]

    /// Judges a column.
    ///
    /// - Parameters:
    ///   - header: its header.
    ///   - profile: what its cells look like.
    /// - Returns: the role; ``ColumnRole/ignored`` for what is no series.
    static func judge(_ header: HeaderName, _ profile: ColumnProfile) -> Judgement {
        let name = header.text
        func judgement(
            _ role: ColumnRole,
            _ reason: String,
            _ confidence: Double,
            _ shown: String? = nil
        ) -> Judgement {
            Judgement(
                role: role,
                name: shown ?? header.original,
                reason: reason,
                confidence: confidence
            )
        }
        if name.isEmpty || name.hasPrefix("unnamed") || name == "index" || name == "row" {
            return judgement(.ignored, "a numbering of rows", 0.9)
        }
        if let part = computed.first(where: { name.contains($0) }) {
            return judgement(.ignored, "“\(part)” is said of what a model computes", 0.7)
        }
        if worth.contains(name) { return judgement(.valuePerUnit, "what a unit is worth", 0.95) }
        if name == "population" { return judgement(.population, "the population of a geo", 0.95) }
        if Vocabulary.kpis.contains(name) {
            return judgement(
                .kpi,
                "“\(header.original)” is a usual outcome",
                name == "y" ? 0.8 : 0.9
            )
        }
        if let (ending, role) = endings.first(where: { name.hasSuffix($0.0) && name != $0.0 }) {
            let channel = String(name.dropLast(ending.count))
            let isOwned = name.contains("organic")
            return judgement(
                isOwned ? .organic : role,
                "the name ends in “\(ending)”" + (isOwned ? " and says organic" : ""),
                0.95,
                role == .control ? nil : channel
            )
        }
        if let (ending, role) = letters.first(where: { header.original.hasSuffix($0.0) }) {
            let channel = String(header.original.dropLast(ending.count)).lowercased()
            return judgement(
                role,
                "the name ends in “\(ending)”",
                0.85,
                role == .control ? nil : channel
            )
        }
        return other(header, profile)
    }

    /// Columns whose names say little.
    private static func other(_ header: HeaderName, _ profile: ColumnProfile) -> Judgement {
        let name = header.text
        func judgement(_ role: ColumnRole, _ reason: String, _ confidence: Double) -> Judgement {
            Judgement(role: role, name: header.original, reason: reason, confidence: confidence)
        }
        if ["spend", "cost", "impressions", "clicks"].contains(name) {
            let role: ColumnRole =
                name == "impressions" ? .impressions : name == "clicks" ? .clicks : .spend
            return judgement(role, "“\(header.original)” of a channel without a name", 0.6)
        }
        let isNumbered = name.first == "x" && name.dropFirst().allSatisfy(\.isNumber)
        if isNumbered && name.count > 1 && profile.isNumeric {
            return judgement(.spend, "numbered as the media of examples are", 0.5)
        }
        if owned.contains(name) { return judgement(.organic, "a channel of one's own", 0.7) }
        if profile.present == 0 { return judgement(.ignored, "it is empty", 0.6) }
        return profile.isNumeric
            ? judgement(.control, "a number that no rule knows: taken for a control", 0.4)
            : judgement(.control, "words that no rule knows: taken for a control", 0.4)
    }
}
