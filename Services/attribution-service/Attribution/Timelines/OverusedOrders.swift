internal import Postgres

/// Order ids that are none, as `undefined`: more events have them than an order can.
///
/// All their SQL. Without a bound each new event of such an id would have everybody put together
/// anew who has an event of it. Whenever an id becomes one of these, or one no more, this is noted
/// of all its persons, once.
struct OverusedOrders: Sendable {
    /// The most events that an order may have.
    let most: Int

    /// Notes the ids that have become such by commits.
    ///
    /// - Parameters:
    ///   - commits: their numbers.
    ///   - transaction: holds the head.
    /// - Throws: `PostgresError`.
    func note(
        _ commits: [Int64],
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await transaction.query(.noteOverused, commits, Int64(most))
    }

    /// Finds all such ids anew; everybody is put together anew then.
    ///
    /// - Parameter transaction: holds the head.
    /// - Throws: `PostgresError`.
    func noteAll(in transaction: PostgresTransaction) async throws(PostgresError) {
        try await transaction.query(.forgetOverused)
        try await transaction.query(.noteAllOverused, Int64(most))
    }

    /// Looks whether ids still are such: events of theirs may have gone.
    ///
    /// - Parameters:
    ///   - orders: which; nil for all.
    ///   - transaction: holds the head.
    /// - Throws: `PostgresError`.
    func review(
        _ orders: [String]? = nil,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await transaction.query(.reviewOverused, orders ?? [], orders == nil, Int64(most))
    }

    /// Which of some ids are such.
    ///
    /// - Parameters:
    ///   - orders: the ids.
    ///   - transaction: any.
    /// - Returns: those of them.
    /// - Throws: `PostgresError`.
    func among(
        _ orders: Set<String>,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Set<String> {
        if orders.isEmpty { return [] }
        let rows = try await transaction.query(.findOverused, Array(orders))
        return Set(try rows.map { row throws(PostgresError) in try row.read(String.self) })
    }

    /// The first of all such ids, in order.
    ///
    /// - Parameters:
    ///   - most: how many.
    ///   - transaction: any.
    /// - Returns: the ids.
    /// - Throws: `PostgresError`.
    static func all(
        most: Int,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [String] {
        try await transaction.query(.listOverused, Int64(most)).map { row throws(PostgresError) in
            try row.read(String.self)
        }
    }
}

extension Statement {
    /// Of each id so many events are looked at as an order may have, and one more.
    fileprivate static let noteOverused = Statement(
        "attribution.note_overused_orders",
        """
        with named as (
            select order_id from ingest_v1_conversions
            where commit_id = any ($1::bigint[]) and order_id is not null
            except
            select order_id from overused_orders
        ), noted as (
            insert into overused_orders (order_id)
            select order_id from named
            where (
                select count(*) from (
                    select from ingest_v1_conversions c
                    where c.order_id = named.order_id
                    limit $2::bigint + 1
                ) used
            ) > $2::bigint
            returning order_id
        )
        insert into timeline_changes (id)
        select distinct person from ingest_v1_conversions
        where order_id in (select order_id from noted) and person is not null
        on conflict (id) do nothing
        """
    )
    fileprivate static let forgetOverused = Statement(
        "attribution.forget_overused_orders",
        "delete from overused_orders"
    )
    fileprivate static let noteAllOverused = Statement(
        "attribution.note_all_overused_orders",
        """
        insert into overused_orders (order_id)
        select order_id from ingest_v1_conversions
        where order_id is not null
        group by order_id
        having count(*) > $1::bigint
        """
    )
    fileprivate static let reviewOverused = Statement(
        "attribution.review_overused_orders",
        """
        with gone as (
            delete from overused_orders o
            where ($2::boolean or order_id = any ($1::text[])) and (
                select count(*) from (
                    select from ingest_v1_conversions c
                    where c.order_id = o.order_id
                    limit $3::bigint + 1
                ) used
            ) <= $3::bigint
            returning order_id
        )
        insert into timeline_changes (id)
        select distinct person from ingest_v1_conversions
        where order_id in (select order_id from gone) and person is not null
        on conflict (id) do nothing
        """
    )
    fileprivate static let findOverused = Statement(
        "attribution.find_overused_orders",
        "select order_id from overused_orders where order_id = any ($1::text[])"
    )
    fileprivate static let listOverused = Statement(
        "attribution.list_overused_orders",
        """
        select order_id from overused_orders order by order_id collate "C" limit $1
        """
    )
}
