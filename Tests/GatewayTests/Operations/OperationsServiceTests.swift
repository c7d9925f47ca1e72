import Contracts
import Messages
import RPC
import Tenancy
import TestContracts
import TestExample
import TestMessages
import TestTenants
import Testing
import Wire

@Suite("Operations", .timeLimit(.minutes(5)))
struct OperationsServiceTests {
    private typealias Client = OperationsV1.Operations.Client

    /// Starts an export of a tenant, and gives the name of its operation.
    private func start(
        _ platform: ServedPlatform,
        _ place: Int,
        _ change: (inout TestingV1.StartExportRequest) -> Void = { _ in }
    ) async throws -> String {
        var request = TestingV1.StartExportRequest.titled("export")
        change(&request)
        let job = try await platform.example(place).startExport(request).message.value()
        return job.name.replacing("jobs/", with: "operations/mmm.")
    }

    private func get(_ client: Client, _ name: String) async throws -> OperationsV1.Operation {
        var request = OperationsV1.GetOperationRequest()
        request.name = name
        return try await client.getOperation(request).message.value()
    }

    /// What a watch tells until it ends.
    private func watch(
        _ client: Client,
        _ name: String,
        after id: String? = nil
    ) async throws -> [OperationsV1.OperationEvent] {
        var request = OperationsV1.WatchOperationRequest()
        request.name = name
        var options = CallOptions()
        if let id { try options.metadata.add("last-event-id", id) }
        let stream = try await client.watchOperation(request, options: options)
        var events: [OperationsV1.OperationEvent] = []
        while let event = try await stream.next() { events.append(event.value()) }
        return events
    }

    private func end(_ events: [OperationsV1.OperationEvent]) throws -> OperationsV1.Operation {
        guard case .done(let operation) = try #require(events.last).event else { throw Unended() }
        return operation
    }

    private struct Unended: Error {}

    @Test("are watched to their end, which holds what came of them")
    func success() async throws {
        let platform = try await ServedPlatform()
        let client = Client(try platform.channel(0))
        for number in 1...5 {
            var item = TestingV1.CreateItemRequest()
            item.title = "item \(number)"
            item.idempotencyKey = "\(number)"
            _ = try await platform.example(0).createItem(item)
        }
        let name = try await start(platform, 0) { $0.partSize = 1 }
        let events = try await watch(client, name)
        #expect(events.map(\.id) == events.map(\.id).sorted())
        let operation = try end(events)
        #expect(operation.name == name && operation.done)
        #expect(operation.metadata?.state == .succeeded && operation.metadata?.progress == 1)
        #expect(operation.metadata?.kind == "export" && operation.metadata?.finishedAt != nil)
        guard case .response(let response) = operation.result else { throw Unended() }
        let text = try response.jsonText()
        #expect(text.contains(#""title":"export""#) && text.contains(#""items":"5""#))
        #expect(try await get(client, name) == operation)
        // Who comes back is told only of what he has not seen.
        let last = try #require(events.last).id
        #expect(try await watch(client, name, after: "\(last)") == [])
        #expect(try await watch(client, name, after: "\(last - 1)").map(\.id) == [last])
        #expect(
            await refusal { _ = try await watch(client, name, after: "x") }
                == "INVALID_ARGUMENT: last-event-id: expected the id of an event"
        )
        await platform.stop()
    }

    @Test("end with an error that says why")
    func failure() async throws {
        let platform = try await ServedPlatform()
        let client = Client(try platform.channel(0))
        let name = try await start(platform, 0) { $0.hops = 1 }
        let operation = try end(try await watch(client, name))
        guard case .error(let error) = operation.result else { throw Unended() }
        #expect(operation.metadata?.state == .failed)
        #expect(error.code == 9 && error.message.contains("there is no next service"))
        await platform.stop()
    }

    @Test("are cancelled, before they begin and while they run, once and for all")
    func cancellation() async throws {
        let platform = try await ServedPlatform()
        let client = Client(try platform.channel(0))
        for (title, delay) in [("waiting", 3_600), ("running", 0)] {
            for number in 1...2 where delay == 0 {
                var item = TestingV1.CreateItemRequest()
                item.title = "item \(number)"
                item.idempotencyKey = "\(number)"
                _ = try await platform.example(0).createItem(item)
            }
            let name = try await start(platform, 0) {
                $0.title = title
                $0.idempotencyKey = title
                $0.partSize = 1
                $0.pause = .init(.seconds(3_600))
                $0.delay = .init(.seconds(delay))
            }
            while delay == 0, try await get(client, name).metadata?.state != .running {
                await Task.yield()
            }
            var request = OperationsV1.CancelOperationRequest()
            request.name = name
            _ = try await client.cancelOperation(request)
            let operation = try end(try await watch(client, name))
            guard case .error(let error) = operation.result else { throw Unended() }
            #expect(operation.metadata?.state == .cancelled)
            #expect(error.code == 1 && error.message == "the operation was cancelled")
            #expect(try await client.cancelOperation(request).message.value() == operation)
        }
        await platform.stop()
    }

    @Test("of a service that hangs are given up, for callers who set no limit too")
    func hanging() async throws {
        let platform = try await ServedPlatform(
            [.init(name: "ingest", health: HangingHealth(), hangsJobs: true)],
            timeout: .milliseconds(500)
        )
        let client = Client(try platform.channel(0))
        let late = "DEADLINE_EXCEEDED: the deadline has passed"
        var request = OperationsV1.GetOperationRequest()
        request.name = "operations/ingest.0197a0b0-0000-7000-8000-000000000001"
        let asked = request
        for _ in 0..<6 {
            // Who waits for less than the gateway does says nothing of the service.
            let error = await refusal {
                let options = CallOptions(timeout: .milliseconds(50))
                _ = try await client.getOperation(asked, options: options)
            }
            #expect(error == late)
        }
        for _ in 0..<5 {
            #expect(await refusal { _ = try await client.getOperation(asked) } == late)
        }
        let refused = await refusal { _ = try await client.getOperation(asked) }
        #expect(refused == "UNAVAILABLE: ingest keeps failing and is not asked for a while")
        await platform.stop()
    }

    @Test("are of one tenant and one service: for others, and by other names, there are none")
    func names() async throws {
        let platform = try await ServedPlatform([
            .init(name: "ingest", health: HealthService.being(.serving))
        ])
        let name = try await start(platform, 0)
        let id = name.replacing("operations/mmm.", with: "")
        let (mine, other) = (Client(try platform.channel(0)), Client(try platform.channel(1)))
        #expect(try await get(mine, name).name == name)
        let missing = "NOT_FOUND: there is no operation "
        #expect(await refusal { _ = try await get(other, name) } == missing + "'\(name)'")
        #expect(await refusal { _ = try await watch(other, name) } == missing + "'\(name)'")
        var cancel = OperationsV1.CancelOperationRequest()
        cancel.name = name
        let request = cancel
        #expect(
            await refusal { _ = try await other.cancelOperation(request) } == missing + "'\(name)'"
        )
        for wrong in [
            "operations/ingest.\(id)", "operations/nobody.\(id)", "operations/mmm.\(id.dropLast())",
            "operations/\(id)", "operations/mmm.", "operations/.\(id)", id, "", "operations/",
            "jobs/mmm.\(id)", "operations/mmm.0197a0b0-0000-7000-8000-000000000001",
        ] {
            #expect(await refusal { _ = try await get(mine, wrong) } == missing + "'\(wrong)'")
        }
        try await platform.mmm.finishJobs(of: platform.mmm.members[0])
        await platform.stop()
    }
}
