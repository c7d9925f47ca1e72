public import Lifecycle

/// What the example can be told.
public struct ExampleConfiguration: Configurable {
    /// How many items it keeps.
    public let mostItems: Int
    /// The next example along the chain; nil if this is the last.
    public let next: ServiceEndpoint?

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        mostItems = reader.value(
            "most_items",
            .integer(in: 1...1_000_000),
            default: 10_000,
            "How many items are kept; more are refused."
        )
        next = reader.optional("next_address", .endpoint, "The next example along the chain.")
    }
}
