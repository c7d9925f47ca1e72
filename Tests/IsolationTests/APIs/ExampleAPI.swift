import Contracts
import Jobs
import Messages
import RPC
import Schema
import Tenancy
import TestContracts
import TestExample
import TestMessages
import TestTenants
import Testing
import Wire

/// The APIs that the tests of isolation are made for: a later service adds its own.
enum ServedAPIs {
    /// All of them.
    static let all: [TenantAPI] = {
        do {
            return [
                try .example(calls: TenantAPI.allExampleCalls, hasSchedule: true), try .ingest(),
            ]
        } catch {
            Issue.record("an API cannot be listed: \(error)")
            return []
        }
    }()
}

extension TenantAPI {
    /// Calls of all methods of the example, and of those that show its jobs.
    static let allExampleCalls = exampleCalls + exampleJobCalls + shownJobCalls

    private static let exampleCalls: [TenantCall] = [
        .unary(TestingV1.Example.createItem, answering: TestingV1.Item.View.self) { words in
            TestingV1.CreateItemRequest.named(
                "\(words.canary)-\(words.round)",
                key: "own-\(words.canary)-\(words.round)"
            )
        },
        // The same key for all tenants, and the same again, and for something else.
        .unary(TestingV1.Example.createItem, answering: TestingV1.Item.View.self) { words in
            TestingV1.CreateItemRequest.named(words.canary, key: "shared")
        },
        .unary(TestingV1.Example.createItem, answering: TestingV1.Item.View.self) { words in
            TestingV1.CreateItemRequest.named("\(words.canary) again \(words.round)", key: "shared")
        },
        .unary(TestingV1.Example.createItem, answering: TestingV1.Item.View.self) { words in
            TestingV1.CreateItemRequest.named(
                String(repeating: words.canary, count: 10),
                key: "long"
            )
        },
        .unary(TestingV1.Example.getItem, answering: TestingV1.Item.View.self) { _ in
            TestingV1.GetItemRequest.named("items/1")
        },
        .unary(TestingV1.Example.getItem, answering: TestingV1.Item.View.self) { words in
            TestingV1.GetItemRequest.named("items/\(words.canary)")
        },
        .unary(TestingV1.Example.listItems, answering: TestingV1.ListItemsResponse.View.self) { _ in
            TestingV1.ListItemsRequest()
        },
        .unary(TestingV1.Example.listItems, answering: TestingV1.ListItemsResponse.View.self) {
            var request = TestingV1.ListItemsRequest()
            request.pageToken = $0.canary
            return request
        },
        .unary(TestingV1.Example.fail, answering: TestingV1.FailResponse.View.self) { words in
            var request = TestingV1.FailRequest()
            request.code = 9
            request.message = words.canary
            return request
        },
        .unary(TestingV1.Example.fail, answering: TestingV1.FailResponse.View.self) { words in
            var request = TestingV1.FailRequest()
            request.message = words.canary
            return request
        },
        TenantCall(TestingV1.Example.watchItems) { channel, words in
            let client = TestingV1.Example.Client(channel)
            let watch = try await client.watchItems(TestingV1.WatchItemsRequest())
            defer { watch.call.cancel() }
            let begun = try await watch.next()
            _ = try await client.createItem(
                .named("watched \(words.canary)", key: "watched-\(words.round)")
            )
            let made = try await watch.next()
            return [begun, made].compactMap { $0?.canonicalBytes() }
        },
    ]
}

extension TestingV1.CreateItemRequest {
    /// Asks for an item.
    static func named(_ title: String, key: String) -> Self {
        var request = Self()
        request.title = title
        request.idempotencyKey = key
        return request
    }
}

extension TestingV1.GetItemRequest {
    /// Asks for an item.
    static func named(_ name: String) -> Self {
        var request = Self()
        request.name = name
        return request
    }
}
