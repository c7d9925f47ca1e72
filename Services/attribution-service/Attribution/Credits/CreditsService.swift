internal import Contracts
internal import Journeys
internal import Messages
internal import Net
internal import PathModels
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Tells the credit of single touches; its contract says what each method does.
struct CreditsService: AttributionV1.Credits.Service {
    private let database: TenantDatabase
    private let runner: ModelRunner
    private let offload: WorkerPool?
    /// A result is kept until its caller has read it.
    private let streams = TenantSlots(
        "streams of the credit of touches",
        reason: "STREAMS_AT_ONCE",
        perTenant: 2,
        inAll: 4
    )

    /// After how many touches a message ends with the journey that they are of.
    private static let touchesAtOnce = 5_000

    init(_ database: TenantDatabase, _ runner: ModelRunner, offload: WorkerPool?) {
        self.database = database
        self.runner = runner
        self.offload = offload
    }

    func streamTouchCredit(
        _ request: Message<AttributionV1.StreamTouchCreditRequest.View>,
        _ responses: ResponseStream<AttributionV1.TouchCreditPart>,
        _ call: ServerCall
    ) async throws {
        let value = request.value()
        guard let model = value.model, !model.name.isEmpty else {
            throw RPCError(.invalidArgument, "model: expected one, as linear")
        }
        var wanted = AttributionV1.RunModelsRequest()
        wanted.models = [model]
        wanted.journeys = value.journeys ?? .init()
        wanted.seed = value.seed
        wanted.directChannels = value.directChannels
        wanted.allowPartial = value.allowPartial
        wanted.transforms = value.transforms
        wanted.replicates = 0
        let plan = try ModelPlan(wanted, isByTouch: true)
        let detail = PathDetail.Touches(isNamed: true, hasCampaigns: true)
        let scope = try database.scope(for: call)
        try await streams.use(for: scope.tenant) {
            // The slot of the run is free again before anybody reads: readers may be slow.
            let (run, bookings) = try await runner.run(wanted, plan, detail, at: .now, in: scope)
            var part = AttributionV1.TouchCreditPart()
            part.run = run
            try await responses.send(part)
            guard let booking = bookings.first else { return }
            try await send(booking, to: responses)
        }
    }

    /// Sends what all touches get, part after part.
    private func send(
        _ booking: TouchBooking,
        to responses: ResponseStream<AttributionV1.TouchCreditPart>
    ) async throws {
        var next = 0
        while next < booking.touches.journeys.count {
            let first = next
            let part = try await offload.runBeside {
                try AttributionV1.TouchCreditPart(
                    booking,
                    from: first,
                    touches: Self.touchesAtOnce
                )
            }
            next += part.journeys.count
            try await responses.send(part)
        }
    }
}

extension AttributionV1.TouchCreditPart {
    /// The journeys from one on: one at least.
    fileprivate init(_ booking: TouchBooking, from first: Int, touches most: Int) throws {
        self.init()
        var touches = 0
        var next = first
        while next < booking.touches.journeys.count, touches < most {
            let journey = try Journey(next, booking)
            touches += journey.touches.count
            journeys.append(journey)
            next += 1
        }
    }
}

extension AttributionV1.TouchCreditPart.Journey {
    fileprivate init(_ journey: Int, _ booking: TouchBooking) throws {
        self.init()
        let journeys = booking.touches.journeys
        if let names = journeys.names(of: journey) {
            (person, kind, eventID) = (names.person, names.kind, names.event)
            isOfNewCustomer = names.isOfNewCustomer
        }
        time = .init(microseconds: journeys.times[journey])
        value = Amounts.text(journeys.units[journey], digits: booking.digits)
        let credit = try booking.credit(of: journey)
        let table = booking.table
        let path = table.path(booking.path(of: journey))
        for touch in path.indices {
            let place = booking.place(of: touch, of: journey)
            var message = AttributionV1.TouchCreditPart.Touch()
            message.time = .init(microseconds: journeys.touchTimes[place])
            message.channel = table.channels.names[Int(path[touch])]
            message.campaign = booking.touches.campaigns[journeys.touchPlaces[place]] ?? ""
            message.share = credit.shares[touch]
            message.value = Amounts.text(credit.units[touch], digits: booking.digits)
            touches.append(message)
        }
    }
}
