internal import Journeys
internal import Messages
internal import Net
internal import Postgres
internal import Tenancy

/// What is kept of journeys beside their paths.
struct PathDetail: Sendable {
    /// What is kept of single touches.
    struct Touches: Sendable {
        /// Whether it is known whose they are.
        var isNamed = false
        /// Whether their campaigns are known.
        var hasCampaigns = false
        /// Which days are known; nil for none.
        var date: AttributionV1.Booking.Date?
    }

    /// Whether paths have times, which only those of timelines can.
    var isTimed = false
    /// Nil for nothing; only timelines have touches.
    var touches: Touches?
}

/// Single touches of the journeys with a conversion, and what is known of them.
struct FoundTouches: Sendable {
    let journeys: CreditedJourneys
    /// What values are in.
    let currency: String
    /// By place; empty if nobody asked.
    let campaigns: [Int32: String]
    let days: Days?

    /// Which day each touch is booked on.
    struct Days: Sendable {
        let date: AttributionV1.Booking.Date
        let timeZone: String
        let calendar: LocalDays
    }

    /// Finds what is asked of touches.
    ///
    /// - Parameters:
    ///   - wanted: what is asked for.
    ///   - journeys: the journeys.
    ///   - plan: which journeys those are.
    ///   - store: reads labels.
    ///   - offload: threads for what takes long.
    ///   - scope: the tenant's.
    ///   - transaction: the one that the journeys were read in.
    /// - Returns: the touches.
    /// - Throws: FAILED_PRECONDITION if there is too much; `PostgresError`.
    static func find(
        _ wanted: PathDetail.Touches,
        of journeys: CreditedJourneys,
        _ plan: JourneyPlan,
        _ store: TimelineStore,
        _ offload: WorkerPool?,
        of scope: TenantScope,
        in transaction: PostgresTransaction
    ) async throws -> FoundTouches {
        // There are not too many: what touches are called was read in the same transaction.
        let labels =
            wanted.hasCampaigns
            ? try await store.labels(.campaign, most: TimelineReader.mostPlaces, in: transaction)
            : nil
        var days: Days?
        if let date = wanted.date {
            let zone = scope.entry.settings.timeZone
            let utc = try await offload.runBeside {
                LocalDays.days(of: date == .touch ? journeys.touchTimes : journeys.times)
            }
            let calendar = try await LocalDays.read(meeting: utc, of: zone, in: transaction)
            days = Days(date: date, timeZone: zone, calendar: calendar)
        }
        return FoundTouches(
            journeys: journeys,
            currency: plan.selection.currency,
            campaigns: labels ?? [:],
            days: days
        )
    }
}
