internal import Messages
public import RPC
public import Telemetry
public import Tenancy
public import TestMessages

/// Where the items of the example are kept: with a call's tenant, or in the memory of a process
/// that knows no tenants.
public protocol ItemStore: Sendable {
    /// Makes an item, or finds the one that the same request has made.
    ///
    /// - Parameters:
    ///   - item: what is asked for.
    ///   - call: who asks.
    /// - Returns: the item.
    /// - Throws: ``ItemFault/keyReused``, ``ItemFault/full(_:)``, or what the store's own ground
    ///   throws.
    func create(_ item: NewItem, for call: ServerCall) async throws -> TestingV1.Item

    /// The item of a number, from 1; nil if there is none.
    func item(_ number: Int64, for call: ServerCall) async throws -> TestingV1.Item?

    /// Some items, in the order they were made in.
    ///
    /// - Parameters:
    ///   - number: below that of the first of them.
    ///   - count: how many at most.
    ///   - call: who asks.
    /// - Returns: the items.
    /// - Throws: what the store's own ground throws.
    func items(
        after number: Int64,
        upTo count: Int,
        for call: ServerCall
    ) async throws -> [TestingV1.Item]

    /// Tells of items that are made from now on, until the call is over.
    ///
    /// - Parameters:
    ///   - call: who watches.
    ///   - tell: is told of the beginning, after which nothing is missed, and then of each item.
    /// - Throws: ``ItemFault``, or what the closure throws.
    func watch(
        for call: ServerCall,
        _ tell: (TestingV1.ItemChange) async throws -> Void
    ) async throws

    /// Ends all watches, and lets nobody watch again: the service stops.
    func closeWatches()
}

/// An item that is asked for.
public struct NewItem: Sendable {
    /// What people are to call it.
    public let title: String
    /// What the caller calls the attempt.
    public let key: IdempotencyKey
    /// What tells the request from others.
    public let fingerprint: RequestFingerprint
    /// The time.
    public let time: UTCTimestamp

    /// An item from its parts.
    public init(
        _ title: String,
        key: IdempotencyKey,
        asked fingerprint: RequestFingerprint,
        at time: UTCTimestamp
    ) {
        self.title = title
        self.key = key
        self.fingerprint = fingerprint
        self.time = time
    }
}

/// Why an item is not kept, or watched.
public enum ItemFault: Error, Equatable {
    /// Another request has used the key.
    case keyReused
    /// There is no room for another item; the limit.
    case full(Int)
    /// There is no room for another watch; the limit.
    case tooManyWatches(Int)
    /// Items are made faster than the watch reads them.
    case tooSlow
    /// Nobody may watch any more.
    case closed

    /// What it means to callers.
    var status: RPCError {
        switch self {
        case .keyReused:
            RPCError(
                .invalidArgument,
                "another request has used the idempotency key",
                ErrorDetails(reason: "IDEMPOTENCY_KEY_REUSED")
            )
        case .full(let limit):
            RPCError(.resourceExhausted, "there are \(limit) items already")
        case .tooManyWatches(let limit):
            RPCError(.resourceExhausted, "\(limit) watch already")
        case .tooSlow:
            RPCError(.resourceExhausted, "changes come faster than they are read")
        case .closed:
            RPCError(.unavailable, "the service stops: watch again")
        }
    }
}

extension TestingV1.Item {
    /// An item of a number.
    init(_ number: Int64, _ title: String, at time: UTCTimestamp) {
        self.init()
        name = "items/\(number)"
        self.title = title
        createdAt = .init(time)
    }
}

extension TestingV1.ItemChange {
    /// A watch has begun.
    static var begun: Self {
        var change = Self()
        change.kind = .begun
        return change
    }

    /// An item was made.
    static func created(_ item: TestingV1.Item) -> Self {
        var change = Self()
        change.kind = .created
        change.item = item
        return change
    }
}
