import Journeys
import Messages
import Postgres
import Tenancy
import TestKit
import TestTenants
import Wire

/// Timelines as the builder of timelines stores them.
struct StoredPersons {
    /// Some days of 2025, in microseconds.
    static let start: Int64 = 1_740_000_000_000_000
    /// What touches of these places are called.
    static let labels: [Int32: String] = [
        1: "direct", 2: "paid_search", 3: "paid_social", 4: "display", 5: "unassigned",
        6: "paid_search",
    ]

    /// Persons by their names.
    var timelines: [String: Timeline]

    /// The campaigns of these places.
    static let campaigns: [Int32: String] = [
        1: "(none)", 2: "spring", 3: "(none)", 4: "brand", 5: "(none)", 6: "spring",
    ]

    /// Persons that a seed decides.
    static func random(seed: UInt64, count: Int) -> StoredPersons {
        var random = SeededGenerator(seed: seed)
        var timelines: [String: Timeline] = [:]
        for number in 0..<count {
            var timeline = Timeline()
            var time = start
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                time += Int64.random(in: 0...12 * JourneySelection.day, using: &random)
                if Int.random(in: 0..<3, using: &random) > 0 {
                    let kind = Timeline.Touch.Kind.allCases.randomElement(using: &random)
                    timeline.touches.append(
                        .init(
                            time: time,
                            kind: kind ?? .click,
                            place: Int32.random(in: 1...6, using: &random)
                        )
                    )
                } else {
                    let currency = ["EUR", "EUR", "EUR", "USD"].randomElement(using: &random)
                    timeline.conversions.append(
                        .init(
                            touchesBefore: timeline.touches.count,
                            time: time,
                            kind: Bool.random(using: &random) ? "order" : "lead",
                            eventID: "e\(timeline.conversions.count)",
                            value: Int64.random(in: 0...99, using: &random) * 1_000_000,
                            currency: currency ?? "EUR",
                            cancelledAt: Int.random(in: 0..<6, using: &random) == 0 ? time : nil
                        )
                    )
                }
            }
            timelines["u:p\(number)"] = timeline
        }
        return StoredPersons(timelines: timelines)
    }

    /// Persons and their timelines in the order of persons.
    var sorted: [(key: String, value: Timeline)] { timelines.sorted { $0.key < $1.key } }

    /// The paths of a selection, as the library makes them.
    func table(_ selection: JourneySelection, isTimed: Bool = false) throws -> JourneyTable {
        var table = JourneyTable(selection, labels: Self.labels, isTimed: isTimed)
        for (_, timeline) in sorted { try table.add(timeline) }
        return table
    }
}

extension ServedAttribution {
    /// A scope of the first tenant.
    var scope: TenantScope {
        get throws {
            let context = try served.context(served.members[0])
            return try served.database.scope(for: context, before: SchemaFixture.soon)
        }
    }

    /// Stores timelines, each with an id of a user, which is its person, and one of a visitor.
    func store(_ persons: StoredPersons) async throws {
        let scope = try scope
        try await scope.transaction { transaction in
            try await transaction.query(.insertPlaces)
            try await transaction.query(.noteBuilt)
            for (person, timeline) in persons.sorted {
                let times =
                    timeline.touches.map(\.time) + timeline.conversions.map(\.time)
                try await transaction.query(
                    .insertTimeline,
                    person,
                    [person, "a:\(person)"],
                    PostgresTimestamp(microsecondsSince1970: times.min() ?? 0),
                    PostgresTimestamp(microsecondsSince1970: times.max() ?? 0),
                    Int32(timeline.touches.count),
                    Int32(timeline.conversions.count),
                    timeline.stored.encoded()
                )
            }
        }
    }

    /// Changes what is stored of a person.
    func change(_ person: String, to bytes: [UInt8], isTooLarge: Bool = false) async throws {
        _ = try await scope.write(.changeTimeline, person, SharedBytes(bytes), isTooLarge)
    }
}

extension Statement {
    fileprivate static let insertPlaces = Statement(
        "test.insert_places",
        """
        insert into touch_places (number, channel, source, medium, campaign)
        overriding system value values
            (1, 1, null, null, null), (2, 4, 'google', 'cpc', 'spring'), (3, 5, 'meta', null, ''),
            (4, 7, 'dv360', 'display', 'brand'), (5, null, 'mail', 'x', null),
            (6, 4, 'bing', 'cpc', 'spring')
        """
    )
    fileprivate static let noteBuilt = Statement(
        "test.note_built",
        "update timeline_head set current_at = now()"
    )
    fileprivate static let insertTimeline = Statement(
        "test.insert_timeline",
        """
        with members as (
            insert into timeline_members (id, person) select unnest($2::text[]), $1
        )
        insert into timelines (
            person, ids, first_at, last_at, events, orders, touches, conversions, timeline
        ) values ($1, $2, $3, $4, $5::integer + $6::integer, '{}', $5, $6, $7)
        """
    )
    fileprivate static let changeTimeline = Statement(
        "test.change_timeline",
        "update timelines set timeline = $2, is_too_large = $3 where person = $1"
    )
}

extension AttributionV1.JourneySelection {
    /// The selection of a request that asks for the same.
    init(_ selection: JourneySelection) {
        self.init()
        fromTime = Self.time(selection.range.lowerBound)
        toTime = Self.time(selection.range.upperBound)
        asOf = Self.time(selection.asOf)
        kinds = selection.kinds.sorted()
        clickWindowDays = Int32((selection.clickWindow ?? 0) / JourneySelection.day)
        viewWindowDays = Int32((selection.viewWindow ?? 0) / JourneySelection.day)
        closingDays = Int32(selection.closing / JourneySelection.day)
    }

    /// A time after 1970.
    static func time(_ microseconds: Int64) -> GoogleProtobuf.Timestamp {
        var time = GoogleProtobuf.Timestamp()
        time.seconds = microseconds / 1_000_000
        time.nanos = Int32(microseconds % 1_000_000) * 1_000
        return time
    }
}
