internal import Lifecycle

/// What a gateway can be told of answers that are given again.
struct ReadConfiguration: Configurable {
    /// The memory that they take; a quarter of it for one tenant.
    let memory: Int
    /// How long one is given again at most.
    let lifetime: Duration

    /// Reads all keys.
    init(from reader: inout ConfigurationReader) {
        memory = reader.value(
            "read_cache",
            .bytes(in: 0...(1 << 36)),
            default: 64 << 20,
            "The memory that answers take which are given again, a quarter of it for one tenant; "
                + "0B for none."
        )
        lifetime = reader.value(
            "read_lifetime",
            .duration(in: .zero...(.seconds(86_400))),
            default: .seconds(180),
            "How long an answer is given again at most, of methods that say how long it may be."
        )
    }
}
