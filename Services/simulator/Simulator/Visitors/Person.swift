internal import Numerics

/// Someone who visits the shop.
struct Person: Hashable, Sendable {
    /// The number of the state.
    let geo: Int
    /// The number within the state.
    let number: Int
    /// Whether the shop may follow what happens before an order.
    let consents: Bool
    /// Whether there is an address to send emails to.
    let isSubscriber: Bool
    /// Of how many devices.
    let devices: Int
    /// Whether emails are withheld while the test goes on.
    let isHeldOut: Bool
    /// Whether orders are ever made: the others only look.
    let isCustomer: Bool

    /// How often each is the case.
    static let consentShare = 0.86
    static let subscriberShare = 0.45
    static let secondDeviceShare = 0.4
    static let thirdDeviceShare = 0.1

    /// The name by which the shop knows a customer.
    var userID: String { "u-\(geo)-\(number)" }

    /// The name of a device.
    func deviceID(_ device: Int) -> String { "d-\(geo)-\(number)-\(device)" }
}

/// All who visit the shop, without holding any of them.
struct Population: Sendable {
    private let streams: WorldStreams
    private let heldOutShare: Double
    /// How many customers there are in each state.
    let customers: [Int]

    /// How many more people only look.
    private static let onlookers = 3

    /// The people of a world.
    ///
    /// - Parameters:
    ///   - scale: how many orders of theirs there are.
    ///   - streams: the world's.
    ///   - holdout: the test that some are held out by.
    init(_ scale: WorldScale, _ streams: WorldStreams, _ holdout: PlantedEvents.Holdout?) {
        self.streams = streams
        heldOutShare = holdout?.controlShare ?? 0
        let states = USState.all.prefix(scale.geos).map { Double($0.population) }
        let people = states.reduce(0, +)
        // Two of three orders are of someone else.
        let orders = scale.ordersPerDay * Double(max(30, scale.trackedDays)) * 0.67
        customers = states.map { max(20, Int(orders * $0 / people)) }
    }

    /// The person of a number.
    func person(_ geo: Int, _ number: Int) -> Person {
        var random = streams.stream(.persons, UInt64(geo << 32 | number))
        let isCustomer = number < customers[geo]
        return Person(
            geo: geo,
            number: number,
            consents: random.happens(Person.consentShare),
            isSubscriber: random.happens(Person.subscriberShare) && isCustomer,
            devices: 1 + (random.happens(Person.secondDeviceShare) ? 1 : 0)
                + (random.happens(Person.thirdDeviceShare) ? 1 : 0),
            isHeldOut: random.happens(heldOutShare),
            isCustomer: isCustomer
        )
    }

    /// A customer of a state.
    ///
    /// - Parameters:
    ///   - geo: the state's number.
    ///   - mustSubscribe: whether it has to be one who gets emails.
    ///   - random: what decides.
    /// - Returns: one; of states where nobody subscribes, one who does not.
    func customer(
        of geo: Int,
        mustSubscribe: Bool = false,
        _ random: inout RandomStream
    ) -> Person {
        var found = person(geo, random.integer(below: customers[geo]))
        // So many tries are in vain once in 10⁸ times, for close to half of them subscribe.
        for _ in 0..<30 where mustSubscribe && !found.isSubscriber {
            found = person(geo, random.integer(below: customers[geo]))
        }
        return found
    }

    /// Someone who looks: a customer, or one who never orders.
    func onlooker(of geo: Int, _ random: inout RandomStream) -> Person {
        let most = customers[geo] * (1 + Self.onlookers)
        return person(geo, random.integer(below: most))
    }
}
