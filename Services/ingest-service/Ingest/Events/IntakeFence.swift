internal import Postgres

// What stored events depend on changes under nobody who stores some: the rules in force, who is
// forgotten, and which events there are. A transaction that stores events, maps them anew or keeps
// what they were rejected as holds all of that until it ends, many at once, and then looks whether
// it is what the rows were made by. One that puts rules, forgets or deletes waits for all of those
// and does it alone, and all that come after wait for it. It is a lock of the tenant's schema on
// its node; those who wait come in turn.
extension Statement {
    /// Holds what stored events depend on: it does not change before the transaction has ended.
    ///
    /// It stands alone: the statements after it see what was committed before it was let through.
    static let holdIntake = Statement(
        "ingest.hold_intake",
        "select pg_advisory_xact_lock_shared(1381321811, hashtext(current_schema()))"
    )
    /// Waits until nobody holds what stored events depend on, and lets nobody do so before the
    /// transaction has ended.
    static let stopIntake = Statement(
        "ingest.stop_intake",
        "select pg_advisory_xact_lock(1381321811, hashtext(current_schema()))"
    )
}
