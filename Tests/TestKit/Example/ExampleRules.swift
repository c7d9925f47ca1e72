internal import Crypto
internal import Jobs
internal import Messages
internal import RPC
public import Tenancy
public import TestMessages

/// What the example takes for good requests.
public enum ExampleRules {
    /// Refuses a text that is empty or too long.
    static func check(_ field: String, _ text: String, characters: Int) throws(RPCError) {
        guard (1...characters).contains(text.count) else {
            throw RPCError(.invalidArgument, "\(field): expected 1 to \(characters) characters")
        }
    }

    /// What a caller calls an attempt.
    static func key(_ text: String) throws(RPCError) -> IdempotencyKey {
        guard text.utf8.count <= 64, let key = IdempotencyKey(text) else {
            throw RPCError(
                .invalidArgument,
                "idempotency_key: expected 1 to 64 visible characters of ASCII"
            )
        }
        return key
    }

    /// The number in a name as `items/17`; nil if it is no such name.
    static func number(_ name: String) -> Int64? {
        guard name.hasPrefix("items/"), let number = Int64(name.dropFirst(6)), number > 0,
            name == "items/\(number)"
        else { return nil }
        return number
    }

    // MARK: Jobs

    /// Refuses an export that cannot be made.
    static func check(export: TestingV1.StartExportRequest) throws(RPCError) {
        try check("title", export.title, characters: 50)
        guard (0...1_000).contains(export.partSize) else {
            throw RPCError(.invalidArgument, "part_size: expected 0 to 1,000")
        }
        guard (0...8).contains(export.hops) else {
            throw RPCError(.invalidArgument, "hops: expected 0 to 8")
        }
        _ = try wait(export.pause, "pause")
    }

    /// The job of a name.
    static func job(_ name: String) throws(RPCError) -> JobID {
        guard name.hasPrefix("jobs/"), let id = JobID(String(name.dropFirst(5))),
            name == "jobs/\(id)"
        else { throw RPCError(.invalidArgument, "name: expected jobs/ and a job's id") }
        return id
    }

    // MARK: Pages

    /// Pages that are signed with a key of this process: they end with it.
    public static let pages: PageTokens = {
        do {
            return PageTokens(try .ephemeral())
        } catch {
            preconditionFailure("a ring of one new key can be made: \(error)")
        }
    }()

    // MARK: Waiting

    /// How long to wait.
    static func wait(
        _ duration: GoogleProtobuf.Duration?,
        _ field: String = "duration"
    ) throws(RPCError) -> Duration {
        let wait =
            Duration.seconds(duration?.seconds ?? 0) + .nanoseconds(Int64(duration?.nanos ?? 0))
        guard (Duration.zero ... .seconds(3_600)).contains(wait) else {
            throw RPCError(.invalidArgument, "\(field): expected 0 to 3,600 seconds")
        }
        return wait
    }
}

extension TestingV1.ListItemsRequest: PagedRequest {}
extension TestingV1.ListJobsRequest: PagedRequest {}
