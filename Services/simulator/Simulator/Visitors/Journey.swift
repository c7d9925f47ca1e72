/// What led someone to the shop, and what came of it.
struct Journey: Sendable {
    /// Where a visitor comes from.
    enum Source: Hashable, Sendable {
        case direct, organicSearch, organicSocial, referral, email
        /// The partner of a number.
        case partner(Int)
        /// The channel of a number that money is spent on.
        case media(Int)

        /// What its channel is called.
        ///
        /// - Parameter channels: those that money is spent on.
        /// - Returns: the slug.
        func slug(_ channels: [MediaChannel]) -> String {
            switch self {
            case .direct: "direct"
            case .organicSearch: "organic_search"
            case .organicSocial: "organic_social"
            case .referral: "referral"
            case .email: "email"
            case .partner: "affiliates"
            case .media(let number): channels[number].slug
            }
        }
    }

    /// Something that a device was shown, or a visit.
    struct Touch: Sendable {
        let source: Source
        /// Whether it is a visit, and not only an impression.
        let isVisit: Bool
        /// In milliseconds since 1970.
        var milliseconds: Int64
        /// The number of the device.
        let device: Int
        /// Without which there would be no order.
        var isCausal = false
        /// Whether the visitor says who he is.
        var logsIn = false
    }

    /// Unlike that of all others.
    let id: String
    let person: Person
    /// In the order of their times.
    var touches: [Touch] = []
    /// What was bought; nil if nothing was.
    var order: SimulatedOrder?
    /// The partner whose code the order was made with.
    var promoPartner: Int?

    /// How long before an order a touch may lie, in days.
    static let longest = 29

    /// The touch without which there would be no order; nil if there is none, or nothing shows it.
    var causalTouch: Int? { touches.firstIndex(where: \.isCausal) }

    /// What the event of a touch is known by.
    func eventID(ofTouch number: Int) -> String { "\(id)-t\(number)" }

    /// The partner to whom the order belongs by the rules of the network: that of the last visit of
    /// one, else that of the code.
    var payee: (partner: Int, isByCode: Bool)? {
        for touch in touches.reversed() {
            if case .partner(let number) = touch.source { return (number, false) }
        }
        return promoPartner.map { ($0, true) }
    }
}
