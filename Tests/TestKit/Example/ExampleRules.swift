import Messages
import RPC
import TestMessages

/// What the example takes for good requests.
enum ExampleRules {
    /// Refuses a text that is empty or too long.
    static func check(_ field: String, _ text: String, characters: Int) throws(RPCError) {
        guard (1...characters).contains(text.count) else {
            throw RPCError(.invalidArgument, "\(field): expected 1 to \(characters) characters")
        }
    }

    /// The place of a name as `items/17`, which is 16; nil if it is no such name.
    static func place(_ name: String) -> Int? {
        guard name.hasPrefix("items/"), let number = Int(name.dropFirst(6)), number > 0,
            name == "items/\(number)"
        else { return nil }
        return number - 1
    }

    // MARK: Pages

    static let standardPage = 50
    static let largestPage = 1_000

    /// How many items a page of a size has at most.
    static func count(ofPage size: Int32) throws(RPCError) -> Int {
        guard size >= 0 else { throw RPCError(.invalidArgument, "page_size: expected 0 or more") }
        return size == 0 ? standardPage : min(Int(size), largestPage)
    }

    /// What stands for a place, for the caller to give back.
    static func token(at place: Int) -> String { "from-" + String(place, radix: 36) }

    /// The place that a token stands for.
    static func start(ofPage token: String) throws(RPCError) -> Int {
        if token.isEmpty { return 0 }
        guard token.hasPrefix("from-"), let place = Int(token.dropFirst(5), radix: 36), place > 0,
            token == Self.token(at: place)
        else { throw RPCError(.invalidArgument, "page_token: this service has not given it") }
        return place
    }

    // MARK: Waiting

    /// How long to wait.
    static func wait(_ duration: GoogleProtobuf.Duration?) throws(RPCError) -> Duration {
        let wait =
            Duration.seconds(duration?.seconds ?? 0) + .nanoseconds(Int64(duration?.nanos ?? 0))
        guard (Duration.zero ... .seconds(3_600)).contains(wait) else {
            throw RPCError(.invalidArgument, "duration: expected 0 to 3,600 seconds")
        }
        return wait
    }
}
