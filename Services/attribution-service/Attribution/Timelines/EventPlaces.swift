/// The places that events came from: of many events few, so that each is held once.
struct EventPlaces: Sendable {
    /// The places by number, in the order in which they first came.
    private(set) var all: [PersonEvents.Place] = []
    private var numbers: [PersonEvents.Place: Int32] = [:]

    /// The number of a place, which is added if it is new.
    mutating func number(of place: PersonEvents.Place) -> Int32 {
        if let known = numbers[place] { return known }
        let number = Int32(truncatingIfNeeded: all.count)
        all.append(place)
        numbers[place] = number
        return number
    }
}
