internal import Journeys
internal import Messages
internal import PathModels

/// Credit of single touches by one model: each conversion is divided once, to the minor unit.
struct TouchBooking: Sendable {
    let touches: FoundTouches
    /// What became of the paths of the journeys before the model has looked at them.
    let paths: TransformedPaths
    /// The table that the model has looked at.
    let table: PathTable
    let division: TouchDivision
    /// The number that each path after transforms has in the table; nil where it is the same.
    let numbers: [Int]?

    /// How many digits of amounts are behind the point.
    var digits: Int { MinorUnits.digits(of: touches.currency) }

    /// What the touches of a journey get that transforms have left: all others get nothing.
    ///
    /// - Parameter journey: its number.
    /// - Returns: a share of the conversion and units of its value for each of them.
    /// - Throws: `AttributionFailure`.
    func credit(
        of journey: Int
    ) throws(AttributionFailure) -> (shares: [Double], units: [Int64]) {
        let shares = try division.shares(path(of: journey), of: table)
        let units = TouchCredit.round(touches.journeys.units[journey], by: shares.value)
        return (shares.conversion, units)
    }

    /// The number of a journey's path in the table.
    func path(of journey: Int) -> Int {
        let before = Int(touches.journeys.paths[journey])
        let path = paths.numbers?[before] ?? before
        return numbers?[path] ?? path
    }

    /// Where a touch is among those of all journeys.
    ///
    /// - Parameters:
    ///   - touch: its place among those of the journey that transforms have left.
    ///   - journey: the journey's number.
    /// - Returns: its place.
    func place(of touch: Int, of journey: Int) -> Int {
        touches.journeys.touches(of: journey).lowerBound
            + paths.place(of: touch, of: Int(touches.journeys.paths[journey]))
    }
}

/// Sums of what touches get.
struct BookedSums {
    /// What some touches get together.
    struct Sum: Equatable {
        var conversions = 0.0
        var units: Int128 = 0
    }

    /// What is told by itself.
    struct Cell: Hashable {
        let day: Int
        let channel: Int
        let campaign: String
    }

    /// By channel.
    private(set) var channels: [Sum]
    /// By day, channel and campaign; empty without days.
    private(set) var cells: [Cell: Sum] = [:]
    private(set) var units: Int128 = 0

    /// Adds up all that a model gives.
    ///
    /// - Parameters:
    ///   - booking: what touches get.
    ///   - mostCells: how many cells there may be.
    /// - Throws: `AttributionFailure`; ``TooManyCells``.
    init(_ booking: TouchBooking, mostCells: Int) throws {
        let (journeys, table) = (booking.touches.journeys, booking.table)
        let days = booking.touches.days
        channels = Array(repeating: Sum(), count: table.channels.count)
        for journey in 0..<journeys.count {
            let credit = try booking.credit(of: journey)
            let path = table.path(booking.path(of: journey))
            units += Int128(journeys.units[journey])
            let ofConversion = days?.calendar.place(of: journeys.times[journey]) ?? 0
            for touch in path.indices {
                let (share, part) = (credit.shares[touch], credit.units[touch])
                guard share != 0 || part != 0 else { continue }
                let channel = Int(path[touch])
                channels[channel].add(share, part)
                guard let days else { continue }
                let place = booking.place(of: touch, of: journey)
                let cell = Cell(
                    day: days.date == .touch
                        ? days.calendar.place(of: journeys.touchTimes[place]) : ofConversion,
                    channel: channel,
                    campaign: booking.touches.campaigns[journeys.touchPlaces[place]] ?? ""
                )
                cells[cell, default: Sum()].add(share, part)
                if cells.count > mostCells { throw TooManyCells() }
            }
        }
    }

    /// There are more days, channels and campaigns than an answer has.
    struct TooManyCells: Error {}
}

extension BookedSums.Sum {
    fileprivate mutating func add(_ share: Double, _ part: Int64) {
        conversions += share
        units += Int128(part)
    }
}
