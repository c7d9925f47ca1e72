/// How trainings go on; none of it changes what comes of them.
package struct TrainingLimits: Sendable {
    /// How many trainings go on at once in a process.
    package var atOnce = 2
    /// How many threads a training has; nil for one less than the machine has.
    package var threads: Int?
    /// How often it is noted how far a training is; watches look twice as often.
    package var interval = Duration.seconds(1)
    /// How often a chain is kept, over its whole length.
    package var saves = 20

    /// The usual limits.
    package init() {}
}
