/// How much is put together at once.
package struct TimelineLimits: Sendable {
    /// The most events of a person; whoever has more is no person.
    package var eventsOfPerson = 100_000
    /// The most ids of a person.
    package var idsOfPerson = 10_000
    /// The most events that are held at once, unless they are one person's.
    package var heldEvents = 300_000
    /// The most ids that are looked through at once.
    package var heldIDs = 50_000
    /// The most events that have one order id; one that more have is none.
    package var eventsOfOrder = 1_000
    /// How many ids that have changed are taken at once, at most.
    package var changes = 20_000

    /// The usual limits.
    package init() {}
}
