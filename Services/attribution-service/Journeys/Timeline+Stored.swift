public import Messages

// The form in which timelines are stored.
extension Timeline {
    /// The timeline as it is stored; what is out of order in it stays so, and reading it says that.
    public var stored: AttributionV1.StoredTimeline {
        var stored = AttributionV1.StoredTimeline()
        var last: Int64 = 0
        for touch in touches {
            stored.touchTimes.append(touch.time &- last)
            last = touch.time
            stored.touchKinds.append(.init(rawValue: touch.kind.rawValue))
            stored.touchPlaces.append(touch.place)
        }
        stored.conversions = conversions.map { conversion in
            var row = AttributionV1.StoredTimeline.Conversion()
            row.touchesBefore = Int32(clamping: conversion.touchesBefore)
            row.time = conversion.time
            row.kind = conversion.kind
            row.eventID = conversion.eventID
            row.orderID = conversion.orderID
            row.valueMillionths = conversion.value
            row.refundedMillionths = conversion.refunded
            row.currency = conversion.currency
            row.isCancelled = conversion.isCancelled
            return row
        }
        return stored
    }
}
