internal import Numerics

/// Makes journeys: those that led to orders, and those that came to nothing.
struct JourneyMaker: Sendable {
    let book: OrderBook
    let calendar: WorldCalendar
    let partners: [Partner]

    /// Where people come from who are about to buy: most know the shop by then.
    private let closing: [Journey.Source?]
    private let closingWeights: [Double]
    /// Where they come from before; nil stands for a partner.
    private let browsing: [Journey.Source?]
    private let browsingWeights: [Double]

    /// For a world.
    init(_ world: World) {
        (book, calendar, partners) = (world.book, world.calendar, world.partners)
        func media(_ slug: String) -> Journey.Source {
            world.channels.firstIndex { $0.slug == slug }.map { .media($0) } ?? .direct
        }
        let closing: [(Journey.Source?, Double)] = [
            (.direct, 0.28), (media("paid_search"), 0.2), (.organicSearch, 0.2), (.email, 0.1),
            (nil, 0.08), (media("paid_shopping"), 0.05), (.referral, 0.04), (.organicSocial, 0.05),
        ]
        let browsing: [(Journey.Source?, Double)] = [
            (.organicSearch, 0.2), (.direct, 0.15), (media("paid_social"), 0.16),
            (media("display"), 0.15), (media("paid_search"), 0.1), (media("paid_video"), 0.08),
            (.organicSocial, 0.06), (.email, 0.05), (.referral, 0.03), (nil, 0.02),
        ]
        (self.closing, closingWeights) = (closing.map(\.0), closing.map(\.1))
        (self.browsing, browsingWeights) = (browsing.map(\.0), browsing.map(\.1))
    }

    // MARK: Orders

    /// The journey that led to an order, as far as there are traces of it.
    func journey(to order: SimulatedOrder) -> Journey {
        var random = book.streams.stream(.journeys, order.key)
        var journey = Journey(id: order.id, person: order.buyer, order: order)
        let end = calendar.start(order.day) + Int64(order.millisecond)
        if order.cause == .affiliates, random.happens(0.4) {
            journey.promoPartner = random.place(in: partners.map(\.share))
        }
        guard order.buyer.consents else { return journey }
        let device = random.integer(below: order.buyer.devices)
        let causal = causalTouch(of: order, journey.promoPartner, &random)
        let isClosing = causal.map { $0.isVisit && $0.milliseconds >= calendar.start(order.day) }
        let isLast = isClosing == true && random.happens(0.6)
        if var causal {
            if isLast {
                causal.milliseconds = end - 300_000 - Int64(random.integer(below: 1_500_000))
            }
            journey.touches.append(causal)
        }
        for _ in 0..<random.poisson(1.1) {
            let days = min(Double(Journey.longest), 4 * random.exponential())
            let time = end - 3_600_000 - Int64(days * 86_400_000)
            let source = source(of: browsing, browsingWeights, order.buyer, time, &random)
            journey.touches.append(touch(source, time, order.buyer, &random))
        }
        if !isLast {
            let time = end - 300_000 - Int64(random.integer(below: 1_500_000))
            let source = source(of: closing, closingWeights, order.buyer, time, &random)
            journey.touches.append(
                Journey.Touch(source: source, isVisit: true, milliseconds: time, device: device)
            )
        }
        journey.touches.sort { $0.milliseconds < $1.milliseconds }
        return journey
    }

    /// What an order would not have been made without, where that leaves a trace.
    private func causalTouch(
        of order: SimulatedOrder,
        _ promoPartner: Int?,
        _ random: inout RandomStream
    ) -> Journey.Touch? {
        let source: Journey.Source
        let lag: Int
        switch order.cause {
        case .demand: return nil
        case .email: (source, lag) = (.email, random.integer(below: 3))
        case .affiliates:
            let partner = promoPartner ?? random.place(in: partners.map(\.share))
            (source, lag) = (.partner(partner), random.integer(below: 5))
        case .media(let number):
            guard book.effects.channels[number].trace != .nothing else { return nil }
            (source, lag) = (.media(number), self.lag(number, order, &random))
        }
        let start = calendar.start(order.day - min(lag, order.day))
        let most = lag > 0 ? 86_400_000 : max(1, order.millisecond)
        let time = start + Int64(random.integer(below: most))
        var touch = touch(source, time, order.buyer, &random)
        touch.isCausal = true
        return touch
    }

    /// How many days before an order the spend lies that caused it.
    private func lag(
        _ number: Int,
        _ order: SimulatedOrder,
        _ random: inout RandomStream
    ) -> Int {
        let weights = book.effects.channels[number].carryOver.weights
        let place = order.geo * book.scale.days + order.day
        let spend = book.effects.plan.spend[number]
        return random.place(
            in: (0...min(order.day, CarryOver.lags - 1)).map {
                weights[$0] * Double(spend[place - $0])
            }
        )
    }

    // MARK: Nothing

    /// Journeys of a day in a state that come to nothing, by those whom the shop may follow.
    func browsing(geo: Int, day: Int) -> [Journey] {
        var random = book.streams.stream(.browsing, UInt64(day << 8 | geo))
        // Two visits each, on the average.
        let visits = book.rates(geo: geo, day: day).reduce(0, +) * book.scale.visitsPerOrder
        let count = random.poisson(visits / 2 * book.scale.trackedShare)
        return (0..<count).compactMap { number in
            let person = book.population.onlooker(of: geo, &random)
            let key = UInt64(day << 32 | geo << 24 | number)
            var journey = Journey(id: "n" + String(key, radix: 36), person: person)
            var time = calendar.start(day) + Int64(OrderBook.millisecond(&random))
            for _ in 0..<1 + random.integer(below: 3) {
                let source = source(of: browsing, browsingWeights, person, time, &random)
                journey.touches.append(touch(source, time, person, &random))
                time += Int64(min(6, 2 * random.exponential()) * 86_400_000) + 3_600_000
            }
            return person.consents ? journey : nil
        }
    }

    // MARK: Touches

    private func source(
        of sources: [Journey.Source?],
        _ weights: [Double],
        _ person: Person,
        _ time: Int64,
        _ random: inout RandomStream
    ) -> Journey.Source {
        let drawn = sources[random.place(in: weights)]
        let day = Int(time / 86_400_000) - calendar.firstDay
        switch drawn {
        case nil: return .partner(random.place(in: partners.map(\.share)))
        case .email:
            let isHeldOut = person.isHeldOut && book.planted.holdout?.days.contains(day) == true
            return person.isSubscriber && !isHeldOut ? .email : .direct
        case .media(let number):
            // Nobody sees ads that nobody pays for.
            guard (0..<book.scale.days).contains(day) else { return .organicSearch }
            let spend = book.effects.plan.spend[number][person.geo * book.scale.days + day]
            return spend > 0 ? .media(number) : .organicSearch
        case let source?: return source
        }
    }

    private func touch(
        _ source: Journey.Source,
        _ time: Int64,
        _ person: Person,
        _ random: inout RandomStream
    ) -> Journey.Touch {
        var isVisit = true
        if case .media(let number) = source, book.effects.channels[number].trace == .impression {
            isVisit = random.happens(0.3)
        }
        let device = random.integer(below: person.devices)
        let logsIn = random.happens(0.25) && isVisit && person.isCustomer
        return Journey.Touch(
            source: source,
            isVisit: isVisit,
            milliseconds: time,
            device: device,
            logsIn: logsIn
        )
    }
}
