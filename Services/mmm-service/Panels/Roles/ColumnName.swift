/// The words of a column's name: `tvSpend_EUR` has `tv`, `spend` and `eur`.
struct ColumnName {
    /// The words, in small letters.
    let words: [String]
    /// Where each word stands in the name.
    private let ranges: [Range<String.Index>]
    private let name: String

    init(_ name: String) {
        self.name = name
        var ranges: [Range<String.Index>] = []
        var start: String.Index?
        var before: Character?
        for place in name.indices {
            let character = name[place]
            let isWord = character.isLetter || character.isNumber
            let breaks = character.isUppercase && before?.isLowercase == true
            if let begun = start, !isWord || breaks {
                ranges.append(begun..<place)
                start = nil
            }
            if isWord, start == nil { start = place }
            before = character
        }
        if let start { ranges.append(start..<name.endIndex) }
        self.ranges = ranges
        words = ranges.map { name[$0].lowercased() }
    }

    /// Whether the name ends in a letter alone, as `tv_S`.
    func ends(inCapital letter: Character) -> Bool {
        guard let last = ranges.last, ranges.count > 1 else { return false }
        return name[last].elementsEqual([letter])
    }

    /// The name without the words at its ends that say what is measured; all of it if that leaves
    /// nothing.
    var channel: String {
        var (first, last) = (0, ranges.count)
        while last > first, isMeasure(last - 1) { last -= 1 }
        while first < last, isMeasure(first) { first += 1 }
        guard first < last else { return name }
        return String(name[ranges[first].lowerBound..<ranges[last - 1].upperBound])
    }

    private func isMeasure(_ place: Int) -> Bool {
        if Vocabulary.measures.contains(words[place]) { return true }
        let isLast = place == ranges.count - 1 && place > 0
        return isLast && ["S", "I", "P"].contains(name[ranges[place]])
    }
}

/// The words that column names say roles by.
enum Vocabulary {
    static let days = [
        "date", "week", "day", "time", "ds", "period", "datum", "timestamp", "month",
    ]
    static let geos = [
        "geo", "region", "dma", "market", "state", "country", "city", "area", "location", "land",
    ]
    static let populations: Set<String> = ["population", "pop", "inhabitants"]
    static let spend: Set<String> = [
        "spend", "spends", "spending", "cost", "costs", "expense", "budget", "investment",
    ]
    static let exposure: Set<String> = [
        "impression", "impressions", "impr", "imps", "imp", "click", "clicks", "view", "views",
        "exposure", "exposures", "grp", "grps", "trp", "trps",
    ]
    static let reach: Set<String> = ["reach"]
    static let frequency: Set<String> = ["frequency", "freq"]
    static let currencies: Set<String> = ["usd", "eur", "gbp", "chf", "czk"]
    static let organic: Set<String> = [
        "organic", "newsletter", "newsletters", "owned", "earned", "posts",
    ]
    static let treatments: Set<String> = [
        "promo", "promotion", "promotions", "discount", "price", "prices",
    ]
    static let controls: Set<String> = [
        "control", "controls", "competitor", "competitors", "event", "holiday", "holidays",
        "weather", "temperature", "trend", "seasonality", "sentiment", "gqv",
    ]
    /// Outcomes, the likelier first.
    static let outcomes = [
        "kpi", "outcome", "target", "revenue", "sales", "turnover", "gmv", "profit", "conversions",
        "conversion", "orders", "order", "purchases", "customers", "customer", "signups", "leads",
        "lead", "subscriptions", "installs", "units", "y",
    ]
    static let money: Set<String> = ["revenue", "sales", "turnover", "gmv", "profit"]

    /// Words that say what of a channel is measured.
    static let measures = spend.union(exposure).union(reach).union(frequency).union(currencies)
}
