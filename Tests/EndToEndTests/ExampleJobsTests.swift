import Jobs
import Messages
import Net
import Observe
import RPC
import Schema
import Telemetry
import Tenancy
import TestContracts
import TestExample
import TestKit
import TestMessages
import TestTenants
import Testing
import Wire

@Suite("The example's jobs", .timeLimit(.minutes(5)))
struct ExampleJobsTests {
    @Test("copy each tenant's own items in parts, and are told to the end of the watch")
    func export() async throws {
        let example = try await ServedExports()
        for (place, count) in [(0, 5), (1, 3)] { try await example.makeItems(count, place) }
        for (place, count) in [(0, 5), (1, 3)] {
            let client = try example.client(place)
            let begun = try await client.startExport(.titled("all", part: 2)).message.value()
            let told = try await example.watch(begun.name, place)
            let last = try #require(told.last)
            #expect(last.state == .done && last.progress == 1 && last.finishedAt != nil)
            #expect(last.result?.title == "all" && last.result?.items == Int64(count))
            #expect(last.result?.last?.name == "items/\(count)")
            #expect(told.map(\.progress) == told.map(\.progress).sorted())
            let got = try await client.getJob(.named(begun.name)).message.value()
            #expect(got.state == .done && got.result == last.result)
            #expect(
                try await example.lines(
                    """
                    select number || ' ' || i.title || ' ' || e.title || ' ' || e.items
                    from export_items i join exports e using (job) order by number
                    """,
                    place
                ) == (1...count).map { "\($0) \(place)-\($0) all \(count)" }
            )
        }
        await example.served.stop()
    }

    @Test("are the same for the same key, and for the same title until they are over")
    func repeated() async throws {
        let example = try await ServedExports()
        let client = try example.client(0)
        var request = TestingV1.StartExportRequest.titled("late", key: "a")
        request.delay = .init()
        request.delay?.seconds = 3_600
        let first = try await client.startExport(request).message.value()
        #expect(first.state == .waiting)
        #expect(try await client.startExport(request).message.value().name == first.name)
        let byTitle = try await client.startExport(.titled("late", key: "b")).message.value()
        #expect(byTitle.name == first.name)
        let reused = await #expect(throws: RPCError.self) {
            try await client.startExport(.titled("other", key: "a"))
        }
        #expect(reused?.code == .invalidArgument)
        let cancelled = try await client.cancelJob(.named(first.name)).message.value()
        #expect(cancelled.state == .cancelled && cancelled.cancelRequested)
        #expect(try await client.cancelJob(.named(first.name)).message.value() == cancelled)
        let next = try await client.startExport(.titled("late", key: "c")).message.value()
        #expect(next.name != first.name)
        #expect(try await example.watch(next.name, 0).last?.state == .done)
        await example.served.stop()
    }

    @Test("end by the next heartbeat once they are cancelled, with no copy closed")
    func cancel() async throws {
        let example = try await ServedExports()
        try await example.makeItems(3, 0)
        let client = try example.client(0)
        var request = TestingV1.StartExportRequest.titled("slow", part: 1)
        request.pause = .init()
        request.pause?.seconds = 3_600
        let name = try await client.startExport(request).message.value().name
        let watch = try await client.watchJob(.named(name))
        var last: TestingV1.Job?
        while let job = try await watch.next()?.value() {
            if job.progressText == "slow: 1 of 3 items", last?.progressText.isEmpty ?? true {
                #expect(job.state == .running)
                let asked = try await client.cancelJob(.named(name)).message.value()
                #expect(asked.cancelRequested)
            }
            last = job
        }
        #expect(last?.state == .cancelled && last?.result == nil)
        #expect(try await example.lines("select number from export_items", 0) == ["1"])
        #expect(try await example.lines("select title from exports", 0) == [])
        await example.served.stop()
    }

    @Test("are found by their own tenant only, and by good names only")
    func names() async throws {
        let example = try await ServedExports()
        let (own, other) = (try example.client(0), try example.client(1))
        let name = try await own.startExport(.titled("a")).message.value().name
        _ = try await example.watch(name, 0)
        let unknown = "jobs/0192d3c4-0000-7000-8000-000000000000"
        let cases: [(TestingV1.Example.Client, String, StatusCode)] = [
            (other, name, .notFound), (own, unknown, .notFound),
            (own, name.uppercased(), .invalidArgument), (own, "jobs/", .invalidArgument),
            (own, "jobs/1", .invalidArgument), (own, "items/1", .invalidArgument),
            (own, name + "/x", .invalidArgument), (own, "", .invalidArgument),
        ]
        for (client, name, code) in cases {
            let errors = [
                await #expect(throws: RPCError.self) { try await client.getJob(.named(name)) },
                await #expect(throws: RPCError.self) { try await client.cancelJob(.named(name)) },
                await #expect(throws: RPCError.self) {
                    _ = try await client.watchJob(.named(name)).next()
                },
            ]
            #expect(errors.map { $0?.code } == [code, code, code], "\(name)")
        }
        #expect(try await other.listJobs(TestingV1.ListJobsRequest()).message.value().jobs == [])
        await example.served.stop()
    }

    @Test("are listed in pages, the newest first, and not by tokens of others")
    func pages() async throws {
        let example = try await ServedExports()
        let client = try example.client(0)
        var made: [String] = []
        for number in 1...5 {
            made.append(try await client.startExport(.titled("\(number)")).message.value().name)
        }
        var names: [String] = []
        var request = TestingV1.ListJobsRequest()
        request.pageSize = 2
        repeat {
            let page = try await client.listJobs(request).message.value()
            #expect(page.jobs.count <= 2)
            names += page.jobs.map(\.name)
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        // Those of one millisecond have no order among themselves.
        #expect(Set(names) == Set(made) && names.count == 5)
        #expect(names == names.sorted().reversed())
        request.pageToken = "5"
        let refused = await #expect(throws: RPCError.self) { try await client.listJobs(request) }
        #expect(refused?.code == .invalidArgument)
        try await example.served.finishJobs(of: example.served.members[0])
        await example.served.stop()
    }

    @Test("keep the request's name, and link their span to the call that asked for them")
    func trace() async throws {
        let next = try await NextExample()
        let example = try await ServedExports(next: next.connection)
        var (request, options) = (TestingV1.StartExportRequest.titled("far"), CallOptions())
        request.hops = 1
        options.requestID = RequestID("request-of-the-trace")
        let asked = TraceContext.root(isSampled: true)
        options.traceContext = asked
        let client = try example.client(0)
        let name = try await client.startExport(request, options: options).message.value().name
        let end = try #require(try await example.watch(name, 0).last)
        #expect(end.state == .done && end.result?.instances == ["next"])
        try await example.served.finishJobs(of: example.served.members[0])

        let spans = example.served.spans.all
        let served = try #require(
            spans.first { $0.kind == .server && $0.context.traceID == asked.traceID }
        )
        #expect(served.parent == asked.spanID)
        let job = try #require(spans.first { $0.kind == .consumer })
        #expect(job.links.map(\.context.spanID) == [served.context.spanID])
        #expect(job.links.map(\.context.traceID) == [asked.traceID])
        #expect(job.context.traceID != asked.traceID && job.parent == nil)
        let onward = try #require(spans.first { $0.kind == .client })
        #expect(onward.context.traceID == job.context.traceID)
        #expect(onward.parent == job.context.spanID)
        // What came at the other end.
        let came = try await next.stop()
        #expect(came.map { $0.requestID?.text } == ["request-of-the-trace"])
        #expect(came.map { $0.metadata.traceContext?.spanID } == [onward.context.spanID])
        #expect(came.map { $0.metadata.traceContext?.traceID } == [job.context.traceID])
        let lines = example.served.fixture.log.lines.filter { $0.contains("job attempt ended") }
        #expect(lines.count == 1 && lines[0].contains("request-of-the-trace"))
        await example.served.stop()
    }
}
