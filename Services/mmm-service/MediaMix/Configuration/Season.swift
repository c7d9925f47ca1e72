import Panels

/// Something that repeats itself, as sines and cosines of as many frequencies as its order.
public struct Season: Sendable, Hashable {
    /// How many frequencies there are, from 1.
    public var order: Int
    /// How long it takes.
    public var cycle: Cycle

    /// How long a season takes.
    public enum Cycle: Sendable, Hashable {
        /// 365.25 days, counted from each new year.
        case year
        /// So many days, counted from 1970-01-01.
        case days(Double)
    }

    /// A season.
    ///
    /// - Parameters:
    ///   - order: how many frequencies there are.
    ///   - cycle: how long it takes.
    public init(order: Int, cycle: Cycle) {
        self.order = order
        self.cycle = cycle
    }

    /// How many cycles have passed on a day, up to a whole number.
    func phase(_ day: PanelDay) -> Double {
        switch cycle {
        case .year: Double(day.dayOfYear) / 365.25
        case .days(let days): Double(day.number) / days
        }
    }

    /// The names of its columns: sines, then cosines.
    var labels: [String] {
        ["sin", "cos"].flatMap { function in (1...order).map { "\(function)_\($0)" } }
    }
}
