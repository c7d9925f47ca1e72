internal import Messages

extension IngestV1.ConversionDefinitions {
    /// The platform's: orders as Segment's and GA4's specifications have them, and whatever else
    /// was sent as a conversion or a refund.
    ///
    /// Source: Segment's e-commerce events, version 2 (`revenue` is without shipping and tax,
    /// `total` with them); GA4's recommended event `purchase`.
    static let standard: Self = {
        var refunded = order("order refunded", "Order Refunded", .refund)
        // An order may be paid back in several parts.
        refunded.dedup = .event
        var purchase = order("ga4 purchase", "purchase", .conversion)
        purchase.valueFields = ["value", "properties.value"]
        purchase.orderFields = ["order_id", "properties.transaction_id"]
        var (sent, paidBack) = (
            other("other conversions", .conversion, .conversion),
            other("other refunds", .refund, .refund)
        )
        sent.dedup = .order
        paidBack.dedup = .event
        var definitions = Self()
        definitions.definitions = [
            order("order completed", "Order Completed", .conversion), refunded,
            order("order cancelled", "Order Cancelled", .cancellation), purchase, sent, paidBack,
        ]
        return definitions
    }()

    private static func order(
        _ name: String,
        _ event: String,
        _ effect: IngestV1.ConversionDefinition.Effect
    ) -> IngestV1.ConversionDefinition {
        var definition = IngestV1.ConversionDefinition()
        definition.name = name
        definition.kind = "purchase"
        definition.effect = effect
        definition.eventName = event
        definition.valueFields = ["value", "properties.revenue", "properties.total"]
        definition.currencyFields = ["currency", "properties.currency"]
        definition.orderFields = ["order_id", "properties.order_id"]
        definition.dedup = .order
        definition.valueMode = .fields
        return definition
    }

    private static func other(
        _ name: String,
        _ kind: IngestV1.Event.Kind,
        _ effect: IngestV1.ConversionDefinition.Effect
    ) -> IngestV1.ConversionDefinition {
        var definition = IngestV1.ConversionDefinition()
        definition.name = name
        definition.kind = "conversion"
        definition.effect = effect
        definition.eventKind = kind
        definition.valueFields = ["value"]
        definition.currencyFields = ["currency"]
        definition.orderFields = ["order_id"]
        definition.valueMode = .fields
        return definition
    }
}
