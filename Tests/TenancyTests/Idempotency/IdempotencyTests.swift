import RPC
import Telemetry
import TestContracts
import TestKit
import TestMessages
import Testing
import Wire

@testable import Tenancy

@Suite("Requests that may come twice")
struct IdempotencyTests {
    private static let methods = TestingV1.Shelf.methods(of: BookService())
    private static let getBook = methods[0]
    private static let deleteBook = methods[2]
    private static let start = UTCTimestamp(milliseconds: 1_800_000_000_000)

    private static func fingerprint(
        _ bytes: [UInt8],
        _ method: RPCMethod = getBook
    ) throws -> RequestFingerprint {
        let request = try Message<TestingV1.Everything.View>(SharedBytes(bytes))
        return RequestFingerprint(request, to: method)
    }

    @Test(
        "are the same if their fields are, however they are written",
        arguments: 0..<40 as Range<UInt64>
    )
    func canonical(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let bytes = RandomWireMessage.bytes(
            of: TestingV1.Everything.schema,
            .anyBinary,
            using: &generator
        )
        let message = try Message<TestingV1.Everything.View>(SharedBytes(bytes))
        let print = RequestFingerprint(message, to: Self.getBook)
        let canonical = Array(copying: message.canonicalBytes().bytes)
        #expect(try Self.fingerprint(canonical) == print)
        #expect(try Self.fingerprint(canonical, Self.deleteBook) != print)
        #expect(RequestFingerprint(bytes: print.bytes) == print)
        #expect(RequestFingerprint(bytes: [1]) == nil)
    }

    @Test("differ if a field does")
    func different() throws {
        let service = TestingV1.GetBookRequest.self
        var prints: Set<RequestFingerprint> = []
        for name in ["", "a", "b", "a\0", "\0a"] {
            var request = service.init()
            request.name = name
            var buffer = OutputBuffer()
            request.write(to: &buffer)
            let message = try Message<TestingV1.GetBookRequest.View>(SharedBytes(adopting: buffer))
            prints.insert(RequestFingerprint(message, to: Self.getBook))
        }
        #expect(prints.count == 5)
    }

    @Test("are answered as the first time, for 24 hours")
    func replay() throws {
        let first = try Self.fingerprint([])
        let stored = try StoredAnswer([1, 2, 3], to: first, storedAt: Self.start)
        func after(_ seconds: Int64) -> UTCTimestamp {
            UTCTimestamp(milliseconds: Self.start.milliseconds + seconds * 1_000)
        }
        #expect(try stored.replay(for: first, at: after(0)) == [1, 2, 3])
        #expect(try stored.replay(for: first, at: after(86_399)) == [1, 2, 3])
        #expect(try stored.replay(for: first, at: after(86_400)) == nil)
        let other = try Self.fingerprint([], Self.deleteBook)
        for seconds in [0, 86_399] as [Int64] {
            let error = #expect(throws: RPCError.self) {
                try stored.replay(for: other, at: after(seconds))
            }
            #expect(error?.code == .invalidArgument)
        }
        #expect(try stored.replay(for: other, at: after(86_400)) == nil)
    }

    @Test("have answers of at most 64 KiB")
    func size() throws {
        let first = try Self.fingerprint([])
        let full = [UInt8](repeating: 1, count: 65_536)
        #expect(try StoredAnswer(full, to: first, storedAt: Self.start).answer.count == 65_536)
        let error = #expect(throws: RPCError.self) {
            try StoredAnswer(full + [1], to: first, storedAt: Self.start)
        }
        #expect(error?.code == .internalError)
    }

    @Test("have at most one key, of visible characters")
    func keys() throws {
        var metadata = Metadata()
        #expect(try IdempotencyKey.key(in: metadata) == nil)
        try metadata.add("idempotency-key", "8e03978e-40d5-43dd-bc93-6894a57f9324")
        #expect(
            try IdempotencyKey.key(in: metadata)?.text == "8e03978e-40d5-43dd-bc93-6894a57f9324"
        )
        try metadata.add("idempotency-key", "8e03978e-40d5-43dd-bc93-6894a57f9324")
        let twice = metadata
        let error = #expect(throws: RPCError.self) { try IdempotencyKey.key(in: twice) }
        #expect(error?.code == .invalidArgument)
        for text in ["", "a b", "a\n", "é", String(repeating: "a", count: 129)] {
            #expect(IdempotencyKey(text) == nil)
        }
        #expect(IdempotencyKey(String(repeating: "a", count: 128)) != nil)
    }
}
