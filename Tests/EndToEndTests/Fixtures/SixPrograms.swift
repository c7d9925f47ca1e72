import Foundation
import Platform
import Schema
import Tenancy
import TestKit
import TestTenants
import Testing

/// The five services and a gateway before them, each in a process of its own, on a database with
/// all schemas.
final class SixPrograms {
    let platform: ExamplePlatform
    private var processes: [String: ServerProcess] = [:]
    private var places: [String: String] = [:]

    /// All of them, the one last before which the others have to be.
    static let names = ServiceGraph.areas + [ServiceGraph.gateway]

    init() async throws {
        platform = try await ExamplePlatform(services: [.ingest(), .attribution(), .mixModel()])
        for name in Self.names {
            try await startAgain(name)
            places[name] = try await processes[name]?.address()
        }
    }

    /// Calls of a tenant, with a key for some of what there is.
    func calls(of place: Int, for scopes: [String]) async throws -> CurlCalls {
        CurlCalls(
            address: places[ServiceGraph.gateway] ?? "",
            key: try await platform.key(of: place, for: scopes)
        )
    }

    /// Where the gateway is.
    var address: String { places[ServiceGraph.gateway] ?? "" }

    /// Sends a program a signal, and waits for its end.
    func end(_ name: String, by signal: Int32) async throws {
        processes[name]?.send(signal)
        let status = try await processes[name]?.ending().status
        #expect(status == (signal == SIGKILL ? SIGKILL : 0), "\(name)")
    }

    /// Starts a program where it was, and waits until it is ready.
    func startAgain(_ name: String) async throws {
        let place = places[name] ?? "127.0.0.1:0"
        if name != ServiceGraph.gateway {
            processes[name] = try await platform.service(at: place, "\(name)-service", as: name)
            return
        }
        var told: [String: String] = [:]
        for service in ServiceGraph.areas {
            told["SEXTANT_\(service.uppercased())_ENDPOINT"] = places[service]
        }
        told["SEXTANT_CONTEXT_KEYS"] = ServiceGraph.areas
            .map { "gateway \($0) \(ExamplePlatform.secret)" }.joined(separator: "\n")
        processes[name] = try await platform.gateway(
            before: places["mmm"] ?? "",
            at: place,
            "gateway",
            telling: told
        )
    }

    func stop() async throws {
        for name in Self.names.reversed() { #expect(try await processes[name]?.stop() == 0) }
        await platform.close()
    }
}
