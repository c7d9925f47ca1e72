/// How much is deleted at once.
package struct ErasureLimits: Sendable {
    /// Up to how many events a tenant has are looked through while a caller waits.
    package var mostAtOnce = 100_000
    /// How many events an operation looks at in a transaction.
    package var window = 10_000
    /// How many rejected rows are looked at together.
    package var rejectedRows = 500

    /// What operators have.
    package init() {}
}
