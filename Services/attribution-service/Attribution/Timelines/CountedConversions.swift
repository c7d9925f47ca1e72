internal import Journeys
internal import Postgres

/// The conversions of persons as published KPIs count them: those that were cancelled are none.
struct CountedConversions {
    private var persons: [String] = []
    private var places: [Int32] = []
    private var times: [PostgresTimestamp?] = []
    private var kinds: [String] = []
    private var geos: [String] = []
    private var areFirst: [Bool] = []
    private var values: [Int64] = []
    private var currencies: [String] = []

    /// The conversions of some timelines.
    init(of timelines: [MadeTimeline]) {
        for made in timelines {
            var known: Set<String> = []
            for (place, conversion) in made.timeline.conversions.enumerated()
            where conversion.cancelledAt == nil {
                persons.append(made.person)
                places.append(Int32(clamping: place))
                times.append(PostgresTimestamp(microsecondsSince1970: conversion.time))
                kinds.append(conversion.kind)
                geos.append(made.geos[place])
                areFirst.append(known.insert(conversion.kind).inserted)
                values.append(conversion.value)
                currencies.append(conversion.currency)
            }
        }
    }

    /// Has them written, after those that their persons had are gone.
    func append(to batch: inout Batch) {
        if persons.isEmpty { return }
        batch.append(
            .insertConversions,
            persons,
            places,
            times,
            kinds,
            geos,
            areFirst,
            values,
            currencies
        )
    }
}

extension Statement {
    fileprivate static let insertConversions = Statement(
        "attribution.insert_timeline_conversions",
        """
        insert into timeline_conversions (
            person, place, occurred_at, kind, geo, is_first, value, currency
        )
        select * from unnest(
            $1::text[], $2::integer[], $3::timestamptz[], $4::text[], $5::text[], $6::boolean[],
            $7::bigint[], $8::text[]
        )
        """
    )
}
