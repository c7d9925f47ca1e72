/// What of values is profit: margins by name, each from some time until that of the next.
public struct Margins: Hashable, Sendable {
    private struct Margin: Hashable {
        let time: Int64
        let millionths: Int64
    }

    /// By name, in the order of times.
    private var margins: [String: [Margin]] = [:]

    /// None.
    public init() {}

    /// Adds a margin after all of its name that are there.
    ///
    /// - Parameters:
    ///   - millionths: of a value, from -1,000,000 to 1,000,000.
    ///   - name: a kind of conversion; empty for all that have none of their own.
    ///   - time: since when it holds, in microseconds since 1970.
    public mutating func append(_ millionths: Int64, of name: String, from time: Int64) {
        margins[name, default: []].append(Margin(time: time, millionths: millionths))
    }

    /// What of a value is profit.
    ///
    /// - Parameters:
    ///   - value: in millionths, not negative.
    ///   - kind: of the conversion.
    ///   - time: of the conversion.
    /// - Returns: the profit in millionths, half of one rounded away from 0; nil without a margin.
    func profit(of value: Int64, _ kind: String, at time: Int64) -> Int64? {
        if value == 0 { return 0 }
        guard let margin = margin(kind, at: time) ?? margin("", at: time) else { return nil }
        let product = Int128(value) * Int128(margin)
        return Int64((product + (product < 0 ? -500_000 : 500_000)) / 1_000_000)
    }

    private func margin(_ name: String, at time: Int64) -> Int64? {
        guard let known = margins[name] else { return nil }
        var (low, high) = (0, known.count)
        while low < high {
            let middle = (low + high) / 2
            if known[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : known[low - 1].millionths
    }
}
