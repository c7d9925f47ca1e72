import HTTP2
import Messages
import Net
import RPC
import TestContracts
import TestMessages
import Testing
import Wire

@testable import Gateway

@Suite("A request shown as a call", .timeLimit(.minutes(5)))
struct TranslatedExchangeTests {
    /// Sends messages as they are, and a sign of life every ten milliseconds.
    private final class BeatingWriter: StreamAnswerWriter {
        let heartbeat: (Duration, SharedBytes)? = (.milliseconds(10), SharedBytes(Array("♥".utf8)))

        func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes { frame }
        func opening(_ opening: HeaderBlock) -> HeaderBlock { opening }
        func ending(_ error: RPCError?, _ trailers: HeaderBlock) -> SharedBytes? { nil }

        func refusal(
            _ error: RPCError,
            _ opening: HeaderBlock,
            _ trailers: HeaderBlock
        ) -> (HeaderBlock, SharedBytes) { (opening, SharedBytes([])) }
    }

    @Test("says that it lives after a message that took long to send")
    func heartbeat() async throws {
        let group = try EventLoopGroup(count: 1)
        let loop = group.next()
        try await withTaskExecutorPreference(loop) {
            #expect(await loop.arrive())
            try await slowSend(on: loop)
        }
        group.stop()
    }

    @Test(
        "is answered with the status that the service asks for, and without a body if it has none",
        arguments: [
            (nil, "200", 2), ("200", "200", 2), ("201", "201", 2), ("204", "204", nil),
            ("205", "200", 2), ("299", "299", 2), ("300", "200", 2), ("199", "200", 2),
            ("ok", "200", 2),
        ] as [(String?, String, Int?)]
    )
    func status(asked: String?, status: String, count: Int?) async throws {
        let group = try EventLoopGroup(count: 1)
        let loop = group.next()
        try await withTaskExecutorPreference(loop) {
            #expect(await loop.arrive())
            try self.answer(asked, status, count, on: loop)
        }
        group.stop()
    }

    private func answer(
        _ asked: String?,
        _ status: String,
        _ count: Int?,
        on loop: EventLoop
    ) throws {
        let method = try #require(TestingV1.Example.schema.method(named: "Sleep"))
        let route = try Route(try #require(method.routes.first), of: method)
        let base = ScriptedExchange(on: loop)
        let exchange = TranslatedExchange(
            base,
            HeaderBlock(),
            reader: FrameReader(upTo: 1_024),
            writer: RESTWriter(route, isCSV: false, instance: "/", common: ["x-common": "1"])
        )
        var opening: HeaderBlock = [":status": "200", "content-type": "application/grpc"]
        if let asked { opening.append("http-status", asked) }
        exchange.respond(opening, endsStream: false)
        let frame = MessageFrame.make(of: SharedBytes([]))
        exchange.finish(sending: try exchange.translated(frame), trailers: ["grpc-status": "0"])
        let answer = try #require(base.opening)
        #expect(answer[":status"] == status && answer["x-common"] == "1")
        #expect(answer["content-length"] == count.map { "\($0)" })
        #expect(answer["content-type"] == count.map { _ in "application/json" })
        #expect(answer["http-status"] == nil)
        #expect(base.isFinished && base.sent == (count == nil ? [] : ["{}"]))
    }

    @Test("is one table of a stream's messages, and is broken off if the stream fails")
    func table() async throws {
        let group = try EventLoopGroup(count: 1)
        let loop = group.next()
        try await withTaskExecutorPreference(loop) {
            #expect(await loop.arrive())
            let names = "date,group,currency,spend,impressions,clicks,rows\r\n"
            let rows = ["2026-01-01,a,EUR,1,0,0,0\r\n", "2026-01-02,b,EUR,2,0,0,0\r\n"]
            let whole = try await tabled(["a", "b"], status: "0", on: loop)
            #expect(whole.sent.joined() == names + rows.joined() && whole.isFinished)
            #expect(whole.opening?["content-type"] == "text/csv; charset=utf-8")
            let empty = try await tabled([], status: "0", on: loop)
            #expect(empty.sent.joined() == names && empty.isFinished)
            let broken = try await tabled(["a"], status: "14", on: loop)
            #expect(broken.sent.joined() == names + rows[0] && !broken.isFinished)
            #expect((broken.failure as? RPCError)?.code == .unavailable)
        }
        group.stop()
    }

    /// A stream of tables of one row each.
    private func tabled(
        _ groups: [String],
        status: String,
        on loop: EventLoop
    ) async throws -> ScriptedExchange {
        // Any message with rows will do.
        let method = MethodSchema(
            "Stream",
            of: "test.Tables",
            from: IngestV1.ListSpendRequest.schema,
            to: IngestV1.ListSpendResponse.schema,
            streaming: .server,
            routes: [HTTPRoute("GET", PathTemplate([.literal("tables")]))]
        )
        let route = try Route(try #require(method.routes.first), of: method)
        let base = ScriptedExchange(on: loop)
        let exchange = TranslatedExchange(
            base,
            HeaderBlock(),
            reader: FrameReader(upTo: 1_024),
            writer: CSVStreamWriter(
                route,
                try #require(route.rows),
                instance: "/",
                common: HeaderBlock()
            )
        )
        exchange.respond([":status": "200"], endsStream: false)
        for (index, group) in groups.enumerated() {
            var sum = IngestV1.ListSpendResponse.Sum()
            (sum.date, sum.group) = ("2026-01-0\(index + 1)", group)
            (sum.currency, sum.spend) = ("EUR", "\(index + 1)")
            var message = IngestV1.ListSpendResponse()
            message.sums = [sum]
            let frame = MessageFrame.make(of: message.encoded())
            try await exchange.send(try exchange.translated(frame))
        }
        exchange.finish(trailers: ["grpc-status": status])
        exchange.handlerEnded(nil)
        return base
    }

    private func slowSend(on loop: EventLoop) async throws {
        let base = ScriptedExchange(on: loop)
        let exchange = TranslatedExchange(
            base,
            HeaderBlock(),
            reader: FrameReader(upTo: 1_024),
            writer: BeatingWriter()
        )
        exchange.respond([":status": "200"], endsStream: false)
        base.isHeld = true
        let sending = Task.immediate(executorPreference: loop) {
            try await exchange.send(SharedBytes(Array("slow".utf8)))
        }
        // Several signs are due while the message is on its way.
        try await loop.sleep(for: .milliseconds(100))
        #expect(base.sent == ["slow"])
        base.isHeld = false
        try await sending.value
        for _ in 0..<1_000 where base.sent.count < 3 {
            try await loop.sleep(for: .milliseconds(10))
        }
        #expect(base.sent.prefix(3) == ["slow", "♥", "♥"])
        // A message waits for a sign that is on its way.
        base.isHeld = true
        let signs = base.sent.count
        for _ in 0..<1_000 where base.sent.count == signs {
            try await loop.sleep(for: .milliseconds(10))
        }
        let next = Task.immediate(executorPreference: loop) {
            try await exchange.send(SharedBytes(Array("next".utf8)))
        }
        base.isHeld = false
        try await next.value
        #expect(base.sent.contains("next"))
        exchange.finish(trailers: ["grpc-status": "0"])
        let count = base.sent.count
        try await loop.sleep(for: .milliseconds(50))
        #expect(base.isFinished && base.sent.count == count)
    }
}
